"""tf.test: each assertion holds where it should and fails where it should, and each test has its own graph."""

from __future__ import annotations

import collections
import sys
import types
import unittest
from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.testing import decorators
from estimators.testing.message_assertions import assert_ops_in_graph
from model_fns.graph.graph import get_default_session

Pair = collections.namedtuple("Pair", "first second")
NAN = float("nan")


class Case(tf.test.TestCase):
    """A case whose assertions the tests below call."""

    __test__ = False

    def runTest(self) -> None: ...


@pytest.fixture
def case() -> Any:
    made = Case()
    made.setUp()
    yield made
    made.tearDown()
    made.doCleanups()


HOLDS: list[tuple[str, Any]] = [
    ("assertAllEqual", ([1, 2], np.array([1, 2]))),
    ("assertAllEqual", ([NAN], [NAN])),
    ("assertNotAllEqual", ([1], [2])),
    ("assertAllClose", ([1.0, 1.0 + 1e-7], [1.0, 1.0])),
    ("assertAllClose", ({"a": [1.0, (2.0, [3.0, 4.0])]}, {"a": [1.0, (2.0, [3.0, 4.0])]})),
    ("assertAllClose", (Pair(1.0, 2.0), {"first": 1.0, "second": 2.0})),
    ("assertNotAllClose", ([1.0], [1.1])),
    ("assertAllCloseAccordingToType", (np.float16(1.0), np.float16(1.001))),
    ("assertNear", (1.0, 1.5, 0.6)),
    ("assertNear", (float("inf"), float("inf"), 0.1)),
    ("assertArrayNear", ([1.0], [1.1], 0.2)),
    ("assertNDArrayNear", (np.zeros(2), np.zeros(2), 1e-9)),
    ("assertAllGreater", ([2, 3], 1)),
    ("assertAllLess", ([2, 3], 4)),
    ("assertAllGreaterEqual", ([2, 3], 2)),
    ("assertAllLessEqual", ([2, 3], 3)),
    ("assertAllInRange", ([0.0, 1.0], 0.0, 1.0)),
    ("assertAllInSet", ([[1, 2], [2, 1]], {1, 2})),
    ("assertDTypeEqual", (np.float32(1), np.float32)),
    ("assertEmpty", ([],)),
    ("assertNotEmpty", ([1],)),
    ("assertLen", ([1], 1)),
    ("assertContainsSubset", ([1], [1, 2])),
    ("assertNoCommonElements", ([1], [2])),
    ("assertSameElements", ([1, 1, 2], [2, 1])),
    ("assertItemsEqual", ([1, 2], [2, 1])),
    ("assertDictContainsSubset", ({"a": 1}, {"a": 1, "b": 2})),
    ("assertSequenceStartsWith", ([1], [1, 2])),
    ("assertContainsInOrder", (["a", "c"], "abc")),
    ("assertContainsSubsequence", ([1, 2, 3], [1, 3])),
    ("assertContainsExactSubsequence", ([1, 2, 3], [2, 3])),
    ("assertSequenceAlmostEqual", ([1.0], [1.0 + 1e-9])),
    ("assertBetween", (2, 1, 3)),
    ("assertStartsWith", ("abc", "a")),
    ("assertNotStartsWith", ("abc", "b")),
    ("assertEndsWith", ("abc", "c")),
    ("assertNotEndsWith", ("abc", "b")),
    ("assertRegexMatch", ("abc", ["z", "b"])),
    ("assertEquals", (1, 1)),
    ("assertNotEquals", (1, 2)),
    ("assertAlmostEquals", (1.0, 1.0)),
    ("assertNotAlmostEquals", (1.0, 2.0)),
    ("assertRegexpMatches", ("abc", "b")),
    ("assertNotRegexpMatches", ("abc", "z")),
    ("assert_", (True,)),
    (
        "assertProtoEquals",
        ("node { name: 'a' } versions { producer: 3 }", tf.GraphDef(node=[{"name": "a"}], versions={"producer": 3})),
    ),
    ("assertProtoEqualsVersion", ("node { name: 'a' }", tf.GraphDef(node=[{"name": "a"}], versions={"producer": 134}))),
    ("assertDeviceEqual", ("/cpu:0", "/cpu:0")),
]
FAILS: list[tuple[str, Any, str]] = [
    ("assertAllEqual", ([1, 2], [1, 3]), "rhs = [3]"),
    ("assertAllEqual", ([1, 2], [1]), "Shape mismatch: expected (2,), got (1,). Contents: [1]."),
    ("assertAllEqual", (1.0, NAN), "not equal rhs = nan"),
    ("assertNotAllEqual", ([1], [1]), "The two values are equal at all elements"),
    ("assertAllClose", ([1.0], [1.1]), "lhs = [1.]"),
    ("assertAllClose", ({"a": [1.0, [2.0, 3.0]]}, {"a": [1.0, [2.0, 3.1]]}), "Mismatched value: a[a][1] is different"),
    ("assertAllClose", ({"a": 1.0}, {"b": 1.0}), "mismatched keys"),
    ("assertNotAllClose", ([1.0], [1.0]), "The two values are close at all elements"),
    ("assertAllCloseAccordingToType", (np.float32(1.0), np.float32(1.001)), "not close tol"),
    ("assertNear", (1.0, 1.5, 0.4), "1.000000 != 1.500000 +/- 0.400000"),
    ("assertArrayNear", ([1.0], [1.1, 2.0], 0.2), "1 != 2"),
    ("assertNDArrayNear", (np.zeros(2), np.ones(2), 1.0), "not true"),
    ("assertAllGreater", ([1, 3], 1), "not greater"),
    ("assertAllLess", ([2, 4], 4), "not less"),
    ("assertAllGreaterEqual", ([1, 3], 2), "not greater"),
    ("assertAllLessEqual", ([2, 4], 3), "not less"),
    ("assertAllInRange", ([[0.0, 1.5]], 0, 1), "1 of the 2 element(s) are outside the range [0, 1]."),
    ("assertAllInRange", ([0.0], 0, 1, True), "outside the range (0, 1]."),
    ("assertAllInRange", ([1.0, NAN], 0, 1), "1 of the 2 element(s) are NaN."),
    ("assertAllInRange", (["a"], 0, 1), "does not have an ordered numeric type"),
    ("assertAllInSet", ([1, 3, 4], [1]), "2 unique element(s) are not in the set [1]: [3 4]"),
    ("assertDTypeEqual", (np.float32(1), np.float64), "!="),
    ("assertEmpty", ([1],), "[1] has length of 1."),
    ("assertNotEmpty", ([],), "[] has length of 0."),
    ("assertLen", ([1], 2), "has length of 1, expected 2."),
    ("assertContainsSubset", ([1, 3], [1, 2]), "Missing elements {3}"),
    ("assertNoCommonElements", ([1], [1]), "Common elements {1}"),
    ("assertSameElements", ([1], [1, 2]), "Unexpected, but present: [2]"),
    ("assertItemsEqual", ([1, 1], [1]), "Element counts"),
    ("assertDictContainsSubset", ({"a": 2}, {"a": 1}), "Missing or different: {'a': 2}"),
    ("assertSequenceStartsWith", ([2], [1, 2]), "not found at start"),
    ("assertContainsInOrder", (["c", "a"], "abc"), "Did not find 'a' after position 3"),
    ("assertContainsSubsequence", ([1, 2, 3], [3, 1]), "not a subsequence"),
    ("assertContainsExactSubsequence", ([1, 2, 3], [1, 3]), "not a continuous subsequence"),
    ("assertSequenceAlmostEqual", ([1.0], [1.1]), "!="),
    ("assertBetween", (4, 1, 3), '"4" unexpectedly not between "1" and "3"'),
    ("assertStartsWith", ("abc", "b"), "does not start with 'b'"),
    ("assertNotStartsWith", ("abc", "a"), "does start with 'a'"),
    ("assertEndsWith", ("abc", "b"), "does not end with 'b'"),
    ("assertNotEndsWith", ("abc", "c"), "does end with 'c'"),
    ("assertRegexMatch", ("abc", ["z"]), "does not match any of"),
    ("assertEquals", (1, 2), "1 != 2"),
    ("assertNotEquals", (1, 1), "1 == 1"),
    ("assertAlmostEquals", (1.0, 2.0), "!="),
    ("assertNotAlmostEquals", (1.0, 1.0), "=="),
    ("assertRegexpMatches", ("abc", "z"), "Regex didn't match"),
    ("assertNotRegexpMatches", ("abc", "b"), "Regex matched"),
    ("assert_", (False,), "not true"),
    ("assertProtoEquals", ("node { name: 'b' }", tf.GraphDef(node=[{"name": "a"}])), '+   name: "a"'),
    ("assertProtoEquals", (tf.NodeDef(), tf.GraphDef()), "Can't compare protos of type"),
    ("assertProtoEqualsVersion", ("", tf.GraphDef()), "producer: 134"),
    ("assertDeviceEqual", ("/cpu:0", "/cpu:1"), "are not equal"),
]


@pytest.mark.parametrize(("name", "arguments"), HOLDS)
def test_an_assertion_that_holds(case, name, arguments):
    getattr(case, name)(*arguments)


@pytest.mark.parametrize(("name", "arguments", "said"), FAILS)
def test_an_assertion_that_fails(case, name, arguments, said):
    with pytest.raises(AssertionError) as caught:
        getattr(case, name)(*arguments)
    assert said in str(caught.value)


def test_every_assertion_is_in_both_tables():
    own = {name for kind in Case.__mro__ if kind.__module__.startswith("estimators.") for name in vars(kind)}
    by_themselves = {"assertShapeEqual", "assertRaisesOpError", "assertRaisesWithPredicateMatch"}
    by_themselves |= {"assertRaisesWithLiteralMatch", "assertRaisesRegexp"}
    assertions = {name for name in own if name.startswith("assert")} - by_themselves
    assert assertions == {name for name, _ in HOLDS} == {name for name, _, _ in FAILS}


def test_dicts_are_no_lists(case):
    with pytest.raises(ValueError, match="Can't compare dict to non-dict"):
        case.assertAllClose({"a": 1}, [1])
    with pytest.raises(ValueError, match=r"Mismatched length: a has 2 items, but b has 3 items"):
        case.assertAllClose([1, [2, 3]], [1, [2, 3], 4])


def test_tensors_have_their_values_compared(case):
    case.assertAllEqual(tf.constant([1, 2]) * 2, [2, 4])
    with case.session() as session:
        variable = tf.Variable(3.0)
        session.run(variable.initializer)
        case.assertAllClose(variable, 3.0)
        case.assertAllClose({"a": variable * 2}, {"a": 6.0})
    case.assertShapeEqual(np.zeros([2, 3]), tf.zeros([2, 3]))
    with pytest.raises(TypeError, match="tf_tensor must be a Tensor"):
        case.assertShapeEqual(np.zeros(2), np.zeros(2))


def test_errors_are_expected(case):
    with case.assertRaisesOpError("(?i)by zero"), tf.Session() as session:
        session.run(tf.constant(1) // tf.constant(0))
    with case.assertRaisesOpError(lambda error: error.op.name == "p"), tf.Session() as session:
        session.run(tf.placeholder(tf.float32, name="p"))
    with case.assertRaisesOpError("Caused by: q"), tf.Session() as session:
        session.run(tf.placeholder(tf.float32, name="q"))
    with pytest.raises(AssertionError, match="OpError not raised"), case.assertRaisesOpError("x"):
        pass
    with pytest.raises(AssertionError, match="Exception of type"), case.assertRaisesOpError("x"):
        raise KeyError("x")
    with case.assertRaisesWithLiteralMatch(ValueError, "1+1?"):
        raise ValueError("1+1?")
    with pytest.raises(AssertionError), case.assertRaisesWithLiteralMatch(ValueError, "1"):
        raise ValueError("11")
    case.assertRaisesRegexp(ValueError, "inv", int, "x")


def test_each_test_begins_anew(case):
    tf.constant(1)
    lost = tf.Graph().as_default()
    lost.__enter__()
    tf.Session().as_default().__enter__()
    case.setUp()
    assert not tf.get_default_graph().operations and get_default_session() is None
    assert tf.get_default_graph().seed == 87654321
    np.random.rand()
    case.setUp()
    assert np.random.rand() == np.random.RandomState(87654321).rand()


def test_sessions(case):
    with case.session() as first:
        assert get_default_session() is first and tf.get_default_graph() is first.graph
        tf.constant(1)
    with pytest.raises(RuntimeError, match="Attempted to use a closed Session"):
        first.run("Const:0")
    with case.cached_session() as shared:
        pass
    with case.test_session() as again:
        assert again is shared
    for arguments, name in (({"graph": tf.Graph()}, "graph"), ({"config": tf.ConfigProto()}, "config")):
        sentence = f"The {name} used to get the cached session is different"
        with pytest.raises(ValueError, match=sentence), case.cached_session(**arguments):
            pass
    graph = tf.Graph()
    with case.test_session(graph=graph) as other:
        assert other is not shared and other.graph is graph
    assert case.evaluate({"a": [tf.constant(3)]}) == {"a": [3]}
    case.tearDown()
    with pytest.raises(RuntimeError, match="Attempted to use a closed Session"):
        shared.run("Const:0")


def test_directories(case):
    assert case.get_temp_dir() == case.get_temp_dir() != tf.test.get_temp_dir() == tf.test.get_temp_dir()
    assert case.get_temp_dir().startswith(tf.test.get_temp_dir())
    assert Case().get_temp_dir() != case.get_temp_dir()


def test_threads(case):
    def fail() -> None:
        raise ValueError("here")

    good, bad = case.checkedThread(lambda: None), case.checkedThread(fail)
    good.start()
    good.join()
    bad.start()
    with pytest.raises(AssertionError, match="Error in checkedThread: here"):
        bad.join()
    case.checkedThread(lambda: None)
    with pytest.raises(AssertionError, match="A checked thread was not joined."):
        case.tearDown()
    case._threads.clear()


@pytest.mark.parametrize("power", [1, 3])
def test_gradients_are_checked(case, power):
    x = tf.placeholder(tf.float64, [2, 3])
    y = tf.reduce_sum(x**power, 1)
    start = np.arange(1.0, 7).reshape(2, 3)
    with case.session():
        by_graph, by_differences = tf.test.compute_gradient(x, [2, 3], y, [2], start)
        error = tf.test.compute_gradient_error([x], [[2, 3]], y, [2], delta=1e-4)
        wrong = tf.stop_gradient(x) * x
        assert tf.test.compute_gradient_error(x, [2, 3], wrong, [2, 3], start) > 0.9
        with pytest.raises(AssertionError, match="x_shape = "):
            tf.test.compute_gradient(x, [3, 2], y, [2], start)
        with pytest.raises(AssertionError, match="Don't support type int32 for y"):
            tf.test.compute_gradient(x, [2, 3], tf.cast(y, tf.int32), [2])
    expected = np.zeros([2, 3, 2])
    expected[0, :, 0], expected[1, :, 1] = power * start[0] ** (power - 1), power * start[1] ** (power - 1)
    np.testing.assert_allclose(by_graph, expected.reshape(6, 2))
    np.testing.assert_allclose(by_differences, by_graph, atol=1e-5)
    assert error < 1e-6


def graph_def(*names: str, wait: bool = False) -> Any:
    with tf.Graph().as_default() as graph:
        made = [tf.constant(1, name=name).op for name in names]
        with tf.control_dependencies(made if wait else made[::-1]):
            tf.no_op("end")
        return graph.as_graph_def()


def test_graphs_are_compared():
    tf.test.assert_equal_graph_def(graph_def("a", "b"), graph_def("b", "a", wait=True))
    for actual, expected, said in (
        (graph_def("a"), graph_def("a", "b"), "Did not find expected node 'b'|Node named 'end' is"),
        (graph_def("a", "b"), graph_def("a"), "Found unexpected node 'b'|Node named 'end' is"),
    ):
        with pytest.raises(AssertionError, match=said):
            tf.test.assert_equal_graph_def(actual, expected)
    with pytest.raises(TypeError, match="Expected tf.GraphDef for expected, got str"):
        tf.test.assert_equal_graph_def(graph_def(), "x")
    with tf.Graph().as_default() as graph:
        tf.constant(1, name="a")
        assert assert_ops_in_graph({"a": "Const"}, graph)["a"].op == "Const"
        for expected in ({"a": "Add"}, {"b": "Const"}):
            with pytest.raises(ValueError, match="xpected"):
                assert_ops_in_graph(expected, graph)


def outcome(function: Any) -> unittest.TestResult:
    kind = types.new_class("Made", (tf.test.TestCase,), {}, lambda space: space.update(test_it=function))
    result = unittest.TestResult()
    kind("test_it").run(result)
    return result


def test_decorators():
    ran: list[Any] = []

    def body(self: Any) -> None:
        ran.append(get_default_session())

    for decorated in (
        decorators.run_v1_only("why")(body),
        decorators.run_deprecated_v1(body),
        decorators.run_in_graph_and_eager_modes(body),
        decorators.run_in_graph_and_eager_modes(use_gpu=False)(body),
        decorators.disable_xla("why")(body),
        decorators.skip_if(False)(body),
    ):
        assert outcome(decorated).wasSuccessful()
    assert len(ran) == 6 and [session is not None for session in ran] == [False, False, True, True, False, False]
    for decorated in (decorators.run_v2_only(body), decorators.run_gpu_only()(body)):
        assert len(outcome(decorated).skipped) == 1
    outcome(decorators.skip_if(lambda: True)(body))
    assert len(ran) == 6

    class Two(tf.test.TestCase):
        test_a = test_b = body

    decorators.run_all_in_graph_and_eager_modes(Two)("test_a").run(unittest.TestResult())
    assert ran[6] is not None
    result = unittest.TestResult()
    Two("test_session").run(result)
    assert len(result.skipped) == 1


def test_stubs():
    class Base:
        @staticmethod
        def told() -> str:
            return "base"

    class Child(Base):
        number = 1

    with tf.test.StubOutForTesting() as stubs:
        stubs.Set(Child, "number", 2)
        stubs.Set(Child, "number", 3)
        stubs.SmartSet(Child, "told", staticmethod(lambda: "other"))
        assert Child.number == 3 and Base.told() == "other"
        for set_one in (stubs.Set, stubs.SmartSet):
            with pytest.raises(AttributeError):
                set_one(Child, "nothing", 1)
    assert Child.number == 1 and Base.told() == Child.told() == "base"
    assert isinstance(vars(Base)["told"], staticmethod)


def test_what_the_machine_has(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/some/where/program.py"])
    assert tf.test.test_src_dir_path("data/x") == "/some/where/data/x"
    assert tf.test.gpu_device_name() == ""
    assert not tf.test.is_gpu_available(cuda_only=True)
    assert not (tf.test.is_built_with_cuda() or tf.test.is_built_with_rocm() or tf.test.is_built_with_gpu_support())


def test_a_program_of_tests(tmp_path, capfd):
    from estimators.command.main import main

    path = tmp_path / "program.py"
    path.write_text(
        "import tensorflow as tf\n"
        "class OneTest(tf.test.TestCase):\n"
        "    def testSum(self):\n"
        "        self.assertAllEqual(tf.constant([1]) + 1, [2])\n"
        "    def testWrong(self):\n"
        "        self.assertAllEqual(tf.constant([1]), [2])\n"
        "if __name__ == '__main__':\n"
        "    tf.test.main()\n"
    )
    assert main(["run", "--instead-of-tensorflow", str(path)]) == 1
    said = capfd.readouterr().err
    assert "FAIL: testWrong" in said and "Ran 3 tests" in said and "FAILED (failures=1, skipped=1)" in said


def test_a_writer_that_writes_nothing(case, tmp_path):
    writers = tf.contrib.testing.FakeSummaryWriter
    writers.install()
    try:
        with pytest.raises(ValueError, match="already installed"):
            writers.install()
        with tf.Graph().as_default() as graph:
            shown = tf.summary.scalar("twice", 2 * tf.train.get_or_create_global_step())
            train = tf.assign_add(tf.train.get_global_step(), 1)
            hooks = [
                tf.train.SummarySaverHook(2, output_dir=str(tmp_path), summary_op=shown),
                tf.train.StepCounterHook(2, output_dir=str(tmp_path)),
            ]
            with tf.train.MonitoredSession(hooks=hooks) as session:
                for _ in range(4):
                    session.run(train)
        made = tf.summary.FileWriterCache.get(str(tmp_path))
    finally:
        writers.uninstall()
        tf.summary.FileWriterCache.clear()
    with pytest.raises(ValueError, match="not installed"):
        writers.uninstall()
    assert set(made.summaries) == {1, 3} and not list(tmp_path.iterdir())
    logs = [tf.SessionLog(status=tf.SessionLog.START)]
    made.assert_summaries(case, str(tmp_path), None, {1: {"twice": 0.0}, 3: {"twice": 4.0}}, [], [], logs)
    made.add_numbers(["a"], np.array([7]), np.array([[0.5]]), np.array([0.0]))
    made.add_graph(graph, 1)
    for expected in (
        {"expected_summaries": {7: {"a": 0.6}}},
        {"expected_summaries": {8: {}}},
        {"expected_logdir": "x"},
        {"expected_graph": graph},
        {"expected_added_graphs": []},
        {"expected_added_meta_graphs": [1]},
        {"expected_session_logs": []},
    ):
        with pytest.raises(AssertionError):
            made.assert_summaries(case, **expected)
    for add in (made.add_graph, made.add_meta_graph):
        with pytest.raises(ValueError, match="Invalid global_step -1."):
            add(graph, -1)
    with pytest.raises(ValueError, match="Unexpected graph_def"):
        made.add_graph(graph, graph_def=3)


def test_a_benchmark(caplog):
    class Square(tf.test.Benchmark):
        def benchmark_it(self) -> Any:
            with tf.Session(config=tf.test.benchmark_config()) as session:
                counter = tf.Variable(0)
                session.run(counter.initializer)
                found = self.run_op_benchmark(session, counter.assign_add(1), min_iters=3, mbs=2.0, extras={"a": 1})
                return found, self.evaluate(counter)

    with tf.Graph().as_default(), caplog.at_level("INFO", "tensorflow"):
        found, runs = Square().benchmark_it()
        Square().report_benchmark(iters=4, name="other")
    assert runs == 5 and found["iters"] == 3 and found["throughput"] == pytest.approx(2 / found["wall_time"])
    first, second = caplog.messages
    assert first.startswith("Benchmark [Square.benchmark_it] iters: 3, wall_time: ") and "extras: {'a': 1}" in first
    assert second == (
        "Benchmark [Square.other] iters: 4, wall_time: -1, cpu_time: -1,throughput: -1, extras: {}, metrics: []"
    )
    assert tf.test.Benchmark.is_abstract() and not Square.is_abstract()
    with pytest.raises(ValueError, match="no default session"):
        Square().evaluate(3)
