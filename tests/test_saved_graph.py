"""Graphs as data: what comes back is what was saved, and what was not saved by us does not come in."""

from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import estimators.compat.v1 as tf
from estimators.compiler.reference import evaluate
from estimators.meta_graph import export_meta_graph, import_meta_graph
from model_fns.errors import DataLossError, NotFoundError
from model_fns.graph.graph import Graph
from model_fns.saved_graph import restored, saved
from tests.cases.ops import CASES, placeholders
from tests.estimators.models import DIGITS, model_fn


def through_json(graph: Graph) -> Any:
    return json.loads(json.dumps(saved(graph)))


def network() -> tuple[Graph, Any]:
    """A training graph with convolution, dropout, Adam, and what belongs to it."""
    graph = Graph()
    with graph.as_default():
        tf.set_random_seed(3)
        tf.train.get_or_create_global_step()
        x, y = tf.placeholder(tf.float32, [None, 64], "x"), tf.placeholder(tf.int64, [None], "y")
        spec = model_fn({"x": x}, y, "train", {"convolution": True})
        tf.summary.scalar("shown", spec.loss)
        tf.summary.merge_all()
        tf.global_variables_initializer()
    return graph, spec


def trained(graph: Graph, spec: Any) -> list[Any]:
    """The losses of some steps on a graph, interpreted."""
    state: dict[str, Any] = {}
    names = [spec.loss.name, spec.train_op.name]
    fetches = [graph.as_graph_element(name) for name in names]
    feeds = {
        graph.get_tensor_by_name("x:0"): DIGITS.train.features[:8],
        graph.get_tensor_by_name("y:0"): DIGITS.train.labels[:8],
    }
    evaluate([graph.get_operation_by_name("init")], {}, state)
    return [evaluate(fetches, feeds, state, step=step)[0] for step in range(3)]


def test_a_network_comes_back() -> None:
    graph, spec = network()
    again = Graph()
    restored(through_json(graph), again)
    assert again.as_graph_def(add_shapes=True) == graph.as_graph_def(add_shapes=True)
    for key in ("variables", "trainable_variables", "summaries", "global_step"):
        names = [[item.name for item in one.get_collection(key)] for one in (graph, again)]
        assert names[0] == names[1] and names[0]
    assert trained(again, spec) == trained(graph, spec)
    with again.as_default():
        assert tf.layers.dense(tf.zeros([1, 2]), 1).op.name.startswith("dense")  # more can be added


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_every_operation_is_data(case: Any) -> None:
    with Graph().as_default() as graph:
        case.outputs(*placeholders(case, "float32"))
    again = Graph()
    restored(through_json(graph), again)
    assert [operation.name for operation in again.operations] == [operation.name for operation in graph.operations]
    assert again.as_graph_def() == graph.as_graph_def() or has_unknown_sizes(graph)


def has_unknown_sizes(graph: Graph) -> bool:
    """Whether an attribute names a size about which nothing is known: such names are new in each graph."""
    return any("unknown_" in repr(operation.definition) for operation in graph.operations)


def test_an_array_of_one_number_takes_no_room() -> None:
    with Graph().as_default() as graph:
        many = [tf.zeros([500, 500]), tf.ones([300, 4], tf.int64), tf.fill([7], True), tf.constant(np.nan, shape=[9])]
        names = [tensor.name for tensor in many]
    data = through_json(graph)
    assert len(json.dumps(data)) < 5_000
    again = Graph()
    restored(data, again)
    found = [evaluate([one.get_tensor_by_name(name) for name in names], {}, {}) for one in (graph, again)]
    for a, b in zip(*found, strict=True):
        np.testing.assert_array_equal(a, b)


def test_what_is_no_data_is_named(tmp_path: Any, caplog: Any) -> None:
    with tf.Graph().as_default() as graph:
        tf.py_func(lambda value: value, [tf.constant(1.0)], tf.float32, name="op")
        tf.get_variable("v", [], initializer=tf.zeros_initializer())
        with pytest.raises(TypeError, match=r"The operation 'op.*' \(.*\) cannot be saved: .* is not data"):
            saved(graph)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            assert tf.train.Saver().save(session, str(tmp_path / "m")) == str(tmp_path / "m")
    assert caplog.messages[-1].startswith("No meta graph is written: The operation 'op")


def test_under_a_scope_and_twice() -> None:
    with Graph().as_default() as graph:
        tf.add(tf.placeholder(tf.float32, [], "x"), tf.get_variable("v", []), name="sum")
        data = through_json(graph)
        with pytest.raises(ValueError, match="The graph has an operation named 'x' already: give an import_scope."):
            restored(data, graph)
        found = restored(data, graph, "again")
    assert found["sum:0"].name == "again/sum:0" and found["v"].name == "again/v:0"
    assert [variable.op.name for variable in graph.get_collection("variables")] == ["v", "again/v"]


def test_sizes_that_are_not_known_stay_apart() -> None:
    data = []
    for _ in range(2):
        with Graph().as_default() as graph:
            tf.placeholder(tf.float32, [None, None], "x")
        data.append(through_json(graph))
    merged = Graph()
    for number, item in enumerate(data):
        restored(item, merged, f"s{number}")
    sizes = [size for operation in merged.operations for size in operation.outputs[0].dims or ()]
    assert len(set(sizes)) == 4


def broken(change: Any) -> Any:
    """The data of a small graph, changed."""
    with Graph().as_default() as graph:
        tf.reduce_sum(tf.placeholder(tf.float32, [None, 3], "x"), axis=1)
        tf.constant([1.0, 2.0])
        tf.get_variable("v", [2])
    data = copy.deepcopy(through_json(graph))
    change(data)
    return data


def fields(data: Any, record: str) -> Any:
    return next(item["fields"] for item in data["operations"] if item["record"] == record)


HOSTILE = "__import__('os').system('touch /tmp/hostile')"


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(format="other"),
        lambda d: d["operations"][0].update(name="x\nimport os"),
        lambda d: d["operations"][0].update(name=""),
        lambda d: d["operations"][0].update(record="Popen"),
        lambda d: d["operations"][0].update(record="FrozenArray"),
        lambda d: d["operations"][0].update(record="Slice3", fields={}),
        lambda d: fields(d, "Placeholder").update(dims={"tuple": [{"symbol": [[HOSTILE], 1]}]}),
        lambda d: fields(d, "Placeholder").update(dims={"tuple": [{"symbol": [["().__class__"], 1]}]}),
        lambda d: fields(d, "Placeholder").update(dims={"tuple": [{"symbol": [["open(1)"], 1]}]}),
        lambda d: fields(d, "Placeholder").update(dims={"tuple": [HOSTILE]}),
        lambda d: fields(d, "Placeholder").update(dims=HOSTILE),
        lambda d: fields(d, "Placeholder").update(other=3),
        lambda d: fields(d, "Sum").update(axes={"tuple": [HOSTILE]}),
        lambda d: fields(d, "Sum").update(keepdims=HOSTILE),
        lambda d: fields(d, "Sum").update(axes={"dtype": "float32"}),
        lambda d: fields(d, "Constant").update(value=[1]),
        lambda d: fields(d, "Constant").update(value={"array": "AAAA", "dtype": "float32", "shape": [2]}),
        lambda d: fields(d, "Constant").update(value={"array": "AAAA", "dtype": "object", "shape": [0]}),
        lambda d: fields(d, "Constant").update(value={"filled": "AAAAAA==", "dtype": "float32", "shape": [2**40]}),
        lambda d: fields(d, "Constant").update(value={"filled": "AAAAAA==", "dtype": "float32", "shape": [-2]}),
        lambda d: fields(d, "Constant").update(value={"filled": "AAAA", "dtype": "float32", "shape": [2]}),
        lambda d: d["operations"][1].update(inputs=["none:0"]),
        lambda d: d["operations"].reverse(),
        lambda d: d["variables"].append({}),
        lambda d: d.pop("collections"),
    ],
)
def test_what_was_not_saved_by_us(change: Any) -> None:
    with pytest.raises(ValueError):
        restored(broken(change), Graph())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["tuple", "symbol", "dtype"]), inner),
    max_leaves=6,
)


@given(st.data(), JSON)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_any_change_is_an_error_or_a_graph(data: Any, value: Any) -> None:
    saved_graph = broken(lambda d: None)
    place = saved_graph["operations"][data.draw(st.integers(0, len(saved_graph["operations"]) - 1))]
    place[data.draw(st.sampled_from(sorted(place)))] = value
    graph = Graph()
    try:
        restored(saved_graph, graph)
    except ValueError:
        return
    assert len(graph.operations) == len(saved_graph["operations"])


# --- meta graphs -----------------------------------------------------------------------------------------------------


def test_a_meta_graph_and_its_checkpoint(tmp_path: Any) -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [None], "x")
        tf.multiply(x, tf.get_variable("v", [], initializer=tf.constant_initializer(3.0)), name="y")
        session.run(tf.global_variables_initializer())
        prefix = tf.train.Saver().save(session, str(tmp_path / "model.ckpt"), global_step=5)
    assert (tmp_path / "model.ckpt-5.meta").exists()
    with tf.Graph().as_default(), tf.Session() as session:
        saver = tf.train.import_meta_graph(f"{prefix}.meta")
        saver.restore(session, prefix)
        np.testing.assert_array_equal(session.run("y:0", {"x:0": [1.0, 2.0]}), [3, 6])
        assert [variable.name for variable in tf.global_variables()] == ["v:0"]
    tf.train.remove_checkpoint(prefix)
    assert not list(tmp_path.glob("model.ckpt-5*"))


def test_exporting_and_importing_under_a_scope(tmp_path: Any) -> None:
    with tf.Graph().as_default():
        tf.get_variable("v", [2])
        made = export_meta_graph(str(tmp_path / "g.meta"))
        assert [node.name for node in made.graph_def.node][-1] == "v/read"
    with tf.Graph().as_default() as graph:
        assert import_meta_graph(str(tmp_path / "g.meta"), import_scope="s") is not None
        assert graph.get_operation_by_name("s/v")
    with tf.Graph().as_default():
        tf.constant(1)
        nothing = export_meta_graph()
        assert nothing.saver == {}
    with tf.Graph().as_default():
        assert import_meta_graph(nothing) is None


def test_files_that_are_no_meta_graphs(tmp_path: Any) -> None:
    with pytest.raises(NotFoundError, match="does not exist"):
        import_meta_graph(tmp_path / "none.meta")
    for content in (b"", b"[]", b"{}", b'{"format": "x"}', b"\xff", b"[" * 100_000):
        (tmp_path / "bad.meta").write_bytes(content)
        with pytest.raises(DataLossError, match="Cannot parse file"):
            import_meta_graph(tmp_path / "bad.meta")


# --- branches and bodies ---------------------------------------------------------------------------------------------


def branches() -> Any:
    x = tf.placeholder(tf.float32, [None], "x")
    v = tf.get_variable("v", [2], initializer=tf.ones_initializer())

    def grown() -> Any:
        with tf.control_dependencies([v.assign_add(x[:2])]):
            return tf.reduce_sum(x * 3) + v[0] * 2

    y = tf.cond(tf.reduce_sum(x) > 2, grown, lambda: tf.reduce_max(x) * v[1])
    return [y, *tf.gradients(y, [x, v])]


def loops() -> Any:
    """A loop in which a branch is taken, whose count comes from outside, differentiated."""
    x = tf.placeholder(tf.float32, [None], "x")
    most = tf.cast(tf.reduce_sum(x), tf.int32, "most")

    def body(i: Any, total: Any) -> Any:
        return i + 1, tf.cond(tf.equal(i % 2, 0), lambda: total * tf.reduce_sum(x), lambda: total + 0.5)

    _, y = tf.while_loop(lambda i, total: i < most, body, [tf.constant(0), tf.constant(1.0)])
    return [y, *tf.gradients(y, x)]


def slices() -> Any:
    """map_fn and scan, the gradient of one inside the other."""
    x = tf.placeholder(tf.float32, [None], "x")
    summed = tf.scan(lambda state, item: state * 0.5 + tf.sin(item), x, 0.25)
    y = tf.reduce_sum(tf.map_fn(lambda item: item * tf.reduce_mean(summed), x))
    (first,) = tf.gradients(y, x)
    return [y, first, *tf.gradients(tf.reduce_sum(first * first), x)]


def drawn() -> Any:
    tf.set_random_seed(5)
    x = tf.placeholder(tf.float32, [None], "x")
    return [tf.map_fn(lambda item: item + tf.random_uniform([]), x)]


@pytest.mark.parametrize("program", [branches, loops, slices, drawn])
def test_branches_and_bodies_are_data(program: Any) -> None:
    with tf.Graph().as_default() as graph:
        names = [tensor.name for tensor in program()]
        tf.global_variables_initializer()
    again = Graph()
    restored(through_json(graph), again)
    third = Graph()
    restored(through_json(again), third)
    results = []
    for one in (graph, again, third):
        with tf.Session(graph=one) as session:
            session.run("init")
            feeds = ([1.0, 2.0, 1.5], [0.5, 0.25, 1.0])
            results.append([session.run(names, {"x:0": np.float32(values)}) for values in feeds])
    for other in results[1:]:
        for found, expected in zip(other, results[0], strict=True):
            for a, b in zip(found, expected, strict=True):
                np.testing.assert_array_equal(a, b)


def test_what_was_restored_has_gradients() -> None:
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [None], "x")
        y = tf.identity(tf.foldl(lambda total, item: total * tf.tanh(item), x, 2.0), "y")
        expected = tf.gradients(y, x)[0].name
    again = Graph()
    restored(through_json(graph), again)
    with again.as_default():
        (made,) = tf.gradients(again.get_tensor_by_name("y:0"), again.get_tensor_by_name("x:0"))
    with tf.Session(graph=again) as session:
        values = session.run([made, expected], {"x:0": np.float32([0.5, -1.0])})
    np.testing.assert_array_equal(*values)


def test_a_python_function_in_a_branch_is_named() -> None:
    with tf.Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [])
        tf.cond(x > 0, lambda: tf.py_func(lambda value: value, [x], tf.float32, name="mine"), lambda: x)
    with pytest.raises(TypeError, match=r"The operation 'cond/mine' \(PyFunc\) cannot be saved: .* not data"):
        saved(graph)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["subgraphs"][0].update(given=["none:0"]),
        lambda d: d["subgraphs"][0].update(outputs=[d["insides"][0][0]["name"]]),
        lambda d: d["subgraphs"][0].update(outputs=[]),
        lambda d: d["subgraphs"][0].update(inside=7),
        lambda d: d["subgraphs"].clear(),
        lambda d: d.pop("insides"),
        lambda d: d["insides"][0].append({}),
        lambda d: d["insides"][0][0].update(name="x\nimport os"),
        lambda d: d["insides"][0].extend(item for item in d["operations"] if item["record"] == "If"),  # inside itself
        lambda d: fields(d, "If").update(then_branch={"subgraph": "0"}),
        lambda d: fields(d, "If").update(then_branch=None),
    ],
)
def test_damaged_branches(change: Any) -> None:
    with Graph().as_default() as graph:
        x = tf.placeholder(tf.float32, [], "x")
        tf.cond(x > 0, lambda: x * 2, lambda: x)
    data = through_json(graph)
    change(data)
    with pytest.raises(ValueError):
        restored(data, Graph())
