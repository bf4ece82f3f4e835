"""Session: what can be fetched and fed, and what is said of the rest, in TensorFlow 1.15.5's words."""

from __future__ import annotations

import collections
import warnings
from typing import Any

import pytest

import estimators.compat.v1 as tf
from estimators import run_conversions
from estimators.run_conversions import register_session_run_conversion_functions
from model_fns.graph.graph import forget_default_graphs


@pytest.fixture(autouse=True)
def graph() -> Any:
    with tf.Graph().as_default() as made:
        yield made


class Record:
    """As the attrs library marks its classes."""

    __attrs_attrs__ = (collections.namedtuple("Field", "name")("a"), collections.namedtuple("Field", "name")("b"))

    def __init__(self, a: Any, b: Any) -> None:
        self.a, self.b = a, b


# -- fetches and feeds ---------------------------------------------------------------------------------------------


def test_structures_of_every_kind():
    x = tf.constant(2.0, name="x")
    counts = collections.defaultdict(list, {"x": x})
    with tf.Session() as session:
        fetched = session.run([[], (), {}, counts, Record(x, [x]), b"x:0", x.op])
    empty_list, empty_tuple, empty_dict, again, record, by_name, operation = fetched
    assert (empty_list, empty_tuple, empty_dict, by_name, operation) == ([], (), {}, 2.0, None)
    assert again == {"x": 2.0} and again.default_factory is list
    assert isinstance(record, Record) and (record.a, record.b) == (2.0, [2.0])


def test_feeds_of_every_kind():
    parts = tf.placeholder(tf.int64, [None, 1]), tf.placeholder(tf.float32, [None]), tf.placeholder(tf.int64, [1])
    sparse, x = tf.SparseTensor(*parts), tf.zeros([2])
    value = tf.SparseTensorValue([[1]], [5.0], [3])
    with tf.Session() as session:
        for given in (value, tuple(value)):
            found = session.run(sparse, {sparse: given})
            assert (found.indices.tolist(), found.values.tolist(), found.dense_shape.tolist()) == ([[1]], [5.0], [3])
        assert session.run(x * 2, {((x,),): (([1, 1],),)}).tolist() == [2, 2]
        slices = tf.IndexedSlices(x, tf.constant([0, 1]))
        assert session.run(x, {slices: ([3, 4], [0, 1])}).tolist() == [3, 4]
        with pytest.raises(ValueError, match=r"Could not flatten dictionary. Key had 1 elements"):
            session.run(x, {(x,): 3})


def test_a_sparse_placeholder():
    anything, known = tf.sparse_placeholder(tf.float32), tf.sparse_placeholder(tf.float32, [2, 3], "p")
    partly = tf.sparse_placeholder(tf.float32, [None, 3])
    assert (anything.shape.ndims, known.shape.as_list(), partly.shape.as_list()) == (None, [2, 3], [None, None])
    assert known.values.name == "p/values:0"
    with tf.Session() as session:
        assert session.run(known, {known: ([[0, 1]], [7.0])}).dense_shape.tolist() == [2, 3]
        assert session.run(partly, {partly: ([[0, 1]], [7.0], [4, 3])}).dense_shape.tolist() == [4, 3]


def test_registered_objects(monkeypatch):
    monkeypatch.setattr(run_conversions, "_registered", [])

    class Squared:
        def __init__(self, x: Any) -> None:
            self.square = tf.square(x)

    arguments = Squared, lambda item: ([item.square], lambda values: values[0]), lambda item, v: [(item.square, v)]
    register_session_run_conversion_functions(*arguments)
    with pytest.raises(ValueError, match="has already been registered so ignore it."):
        register_session_run_conversion_functions(*arguments)
    squared = Squared(tf.constant([3.0]))
    with tf.Session() as session:
        assert session.run({"a": [squared]})["a"][0].tolist() == [9]
        assert session.run([squared, squared.square * 2], {squared: [1.0]})[1].tolist() == [2]


@pytest.mark.parametrize(
    ("feed", "kind", "said"),
    [
        (
            lambda x: {"x": 1},
            TypeError,
            "Cannot interpret feed_dict key as Tensor: The name 'x' refers to an Operation, not",
        ),
        (lambda x: {"y": 1}, TypeError, "The name 'y' looks like an (invalid) Operation name, not a Tensor."),
        (
            lambda x: {x.op: 1},
            TypeError,
            "Cannot interpret feed_dict key as Tensor: Can not convert a Operation into a Tensor.",
        ),
        (lambda x: {"x:3": 1}, TypeError, "The operation, 'x', exists but only has 1 outputs."),
        (lambda x: {"x:a": 1}, TypeError, "looks a like a Tensor name, but is not a valid one."),
        (lambda x: {x: tf.constant(1)}, TypeError, "The value of a feed cannot be a tf.Tensor object."),
        (
            lambda x: {x: 2**40},
            TypeError,
            "is not compatible with Tensor type <class 'numpy.int32'>. Try explicitly setting",
        ),
        (lambda x: {x: [1, 2]}, ValueError, "Cannot feed value of shape (2,) for Tensor 'x:0', which has shape '()'"),
        (lambda x: {tf.Graph(): 1}, TypeError, "Can not convert a Graph into a Tensor."),
    ],
)
def test_what_cannot_be_fed(feed, kind, said):
    x = tf.placeholder(tf.int32, [], name="x")
    with pytest.raises(kind) as caught, tf.Session() as session:
        session.run(x, feed(x))
    assert said in str(caught.value)


def test_what_is_forbidden(graph):
    x, y = tf.constant(1), tf.constant(2)
    graph.prevent_feeding(x)
    graph.prevent_fetching(y.op)
    assert not graph.is_feedable(x) and graph.is_feedable(y) and graph.is_fetchable(x) and not graph.is_fetchable(y)
    with tf.Session() as session:
        with pytest.raises(ValueError, match="may not be fed"):
            session.run(x, {x: 2})
        with pytest.raises(ValueError, match="Operation 'Const_1' has been marked as not fetchable"):
            session.run(y)


@pytest.mark.parametrize(
    ("shape", "told"), [(None, "int64$"), ([], "int64$"), ([None, 3], r"int64 and shape \[\?,3\]$"), ([4], r"\[4\]$")]
)
def test_a_placeholder_without_a_value(shape, told):
    x = tf.placeholder(tf.int64, shape, name="x")
    for y in (x, x * 2):
        with pytest.raises(
            tf.errors.InvalidArgumentError, match=f"placeholder tensor 'x' with dtype .*{told}"
        ) as caught:
            tf.Session().run(y)
        assert caught.value.op is x.op


# -- the interface ---------------------------------------------------------------------------------------------------


def test_a_callable():
    x = tf.placeholder(tf.float32)
    y = x + 1.0
    session = tf.Session()
    run = session.make_callable([y, y.op], [x.name], accept_options=True)
    metadata = tf.RunMetadata()
    assert run(2.0, options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE), run_metadata=metadata) == [3.0, None]
    assert len(metadata.step_stats.dev_stats) == 1
    for arguments, kind, said in (
        ((y, 3), TypeError, "`feed_list` must be a list or tuple."),
        ((y, ["z:0"]), KeyError, "does not exist"),
        ((3,), TypeError, "has invalid type"),
    ):
        with pytest.raises(kind, match=said):
            session.make_callable(*arguments)
    with pytest.raises(ValueError, match="Expected 1 feed values, got 0"):
        run()
    with pytest.raises(TypeError, match="Unexpected arguments: options"):
        session.make_callable(y, [x])(1.0, options=None)


def test_a_trace():
    x, metadata, full = tf.constant(1.0), tf.RunMetadata(), tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
    with tf.Session() as session:
        for options, kept in ((None, False), (tf.RunOptions(), False), (full, True), (None, False)):
            session.run(x + 1.0, options=options, run_metadata=metadata)
            assert metadata.HasField("step_stats") is kept
        session.run(x, options=full, run_metadata=metadata)
        for arguments in ({"options": 3}, {"run_metadata": 3}):
            with pytest.raises(TypeError, match="must be a tf.Run"):
                session.run(x, **arguments)
    (stats,) = metadata.step_stats.dev_stats
    assert stats.device == "/job:localhost/replica:0/task:0/device:CPU:0"
    assert stats.node_stats[0].all_end_rel_micros >= 0
    assert tf.RunMetadata.FromString(metadata.SerializeToString()).step_stats.dev_stats[0].device == stats.device


def test_devices_and_graph(graph):
    tf.constant([1])
    shapes = tf.ConfigProto(graph_options=tf.GraphOptions(infer_shapes=True), device_count={"CPU": 2, "GPU": 0})
    session = tf.Session(config=shapes)
    assert [device.name[-5:] for device in session.list_devices()] == ["CPU:0", "CPU:1"]
    assert {device.device_type for device in session.list_devices()} == {"CPU"}
    assert str(session.list_devices()[0]).startswith(
        "_DeviceAttributes(/job:localhost/replica:0/task:0/device:CPU:0, CPU"
    )
    assert "_output_shapes" in session.graph_def.node[0].attr
    assert "_output_shapes" not in tf.Session().graph_def.node[0].attr
    assert len(graph.as_graph_def().node) == graph.version == 1 and session.sess_str == b""
    pool = shapes.session_inter_op_thread_pool.add(num_threads=3)
    assert shapes.session_inter_op_thread_pool == [pool] and pool.num_threads == 3


@pytest.mark.parametrize(
    ("arguments", "kind", "said"),
    [
        ({"target": 37}, TypeError, "target must be a string, but got <class 'int'>"),
        ({"config": 37}, TypeError, "config must be a tf.ConfigProto, but got <class 'int'>"),
        ({"graph": 37}, TypeError, "graph must be a tf.Graph, but got <class 'int'>"),
        ({"target": "nowhere"}, tf.errors.NotFoundError, "No session factory registered for the given session options"),
    ],
)
def test_bad_arguments(arguments, kind, said):
    with pytest.raises(kind, match=said):
        tf.Session(**arguments)


def test_an_address_is_taken():
    assert tf.Session("grpc://localhost:2222").run(tf.constant(1)) == 1


def test_an_empty_graph():
    with pytest.raises(RuntimeError, match="The Session graph is empty."), tf.Session() as session:
        session.run([])


def test_entering_and_leaving():
    x = tf.constant(1)
    session = tf.Session()
    with pytest.raises(RuntimeError, match="Session context managers are not re-entrant"), session, session:
        pass
    outer, inner = tf.Session().as_default(), tf.Session().as_default()
    outer.__enter__()
    inner.__enter__()
    with pytest.raises(AssertionError, match="Nesting violated for default stack of"):
        outer.__exit__(None, None, None)
    forget_default_graphs()
    with pytest.raises(ValueError, match=r"Cannot evaluate tensor using `eval\(\)`: No default session is registered"):
        x.eval()
    with pytest.raises(
        ValueError, match=r"execute operation using `run\(\)`: .*explicit session to `run\(session=sess\)`"
    ):
        x.op.run()
    with tf.Session(graph=tf.Graph()) as other:
        with pytest.raises(
            ValueError, match="Cannot use the default session to evaluate tensor: the tensor's graph is"
        ):
            x.eval()
        with pytest.raises(ValueError, match="Cannot use the given session to execute operation"):
            x.op.run(session=other)


def test_interactive_sessions(monkeypatch):
    monkeypatch.setattr(tf.InteractiveSession, "_active_session_count", 0)
    tf.InteractiveSession().close()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first = tf.InteractiveSession()
    with pytest.warns(
        UserWarning, match="An interactive session is already active. This can cause out-of-memory errors"
    ):
        second = tf.InteractiveSession()
    first.close()  # in any order
    assert tf.constant(3).eval() == 3
    second.close()
    second.close()
    assert tf.InteractiveSession._active_session_count == 0


# -- which variables have values ---------------------------------------------------------------------------------------


def test_variables_without_values():
    a, b = tf.Variable(1, name="a"), tf.Variable(2, name="b", collections=[tf.GraphKeys.LOCAL_VARIABLES])
    there, missing = tf.is_variable_initialized(a), tf.report_uninitialized_variables()
    some, none = tf.report_uninitialized_variables([b]), tf.report_uninitialized_variables([])
    with tf.Session() as session:
        assert not session.run(there) and session.run(missing).tolist() == [b"a", b"b"]
        session.run(a.initializer)
        assert session.run(there) and session.run(missing).tolist() == [b"b"]
        assert session.run(some).tolist() == [b"b"] and session.run(none).tolist() == []
        session.run(b.initializer)
        assert session.run(missing).tolist() == []


def test_a_scaffold_says_what_is_missing():
    tf.Variable(1, name="a")
    tf.Variable(2, name="b", collections=[tf.GraphKeys.LOCAL_VARIABLES])
    scaffold = tf.train.Scaffold().finalize()
    with tf.Session() as session:
        assert session.run(scaffold.ready_op).tolist() == [b"a", b"b"]
        assert session.run(scaffold.ready_for_local_init_op).tolist() == [b"a"]
    assert tf.train.Scaffold().finalize().ready_op is scaffold.ready_op


def test_scopes_that_change_nothing_or_little(graph):
    with tf.control_dependencies([tf.no_op()]), tf.init_scope():
        free = tf.constant(1)
    with tf.colocate_with(free.op):
        assert tf.identity(free).op.control_inputs == ()
    assert free.op.control_inputs == () and not graph.building_function and graph.collections == []


def test_what_becomes_a_tensor_or_a_sparse_one():
    sparse = tf.SparseTensor([[0]], [1.0], [2])
    assert tf.convert_to_tensor_or_sparse_tensor(sparse) is sparse
    assert tf.convert_to_tensor_or_sparse_tensor(3).dtype == tf.int32
    made = tf.convert_to_tensor_or_sparse_tensor(tf.SparseTensorValue([[0]], [1.0], [2]))
    assert isinstance(made, tf.SparseTensor) and made.values.name == "SparseTensor_1/values:0"
    with pytest.raises(RuntimeError, match="Sparse dtype: requested = <dtype: 'int32'>, actual = <dtype: 'float32'>"):
        tf.convert_to_tensor_or_sparse_tensor(sparse, tf.int32)
