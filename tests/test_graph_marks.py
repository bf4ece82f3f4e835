"""Taking back what was added to a graph, and the hooks that add to it at every call."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.estimator import Estimator
from estimators.hooks import SessionRunArgs, SessionRunHook
from estimators.run_config import RunConfig
from model_fns.graph.graph import Graph
from tests.estimators.models import line_input


@pytest.fixture
def graph() -> Any:
    with Graph().as_default() as made:
        yield made


def test_what_was_added_is_taken_back(graph: Graph) -> None:
    tf.get_variable("v", [2])
    graph.add_to_collection("mine", 1)
    before, mark = graph.as_graph_def(), graph.mark()
    tf.get_variable("w", [2])
    tf.layers.dense(tf.zeros([1, 2]), 3)
    graph.add_to_collection("mine", 2)
    graph.finalize()
    graph.restore(mark)
    assert graph.as_graph_def() == before and not graph.finalized
    assert [variable.op.name for variable in tf.global_variables()] == ["v"]
    assert graph.get_collection("mine") == [1]
    with pytest.raises(KeyError):
        graph.get_operation_by_name("w")
    assert tf.get_variable("w", [3]).name == "w:0"  # the name, its shape and the layer's number are free again
    assert tf.layers.dense(tf.zeros([1, 2]), 3).op.name == "dense/BiasAdd"


def test_the_same_operations_again_are_the_same_objects(graph: Graph) -> None:
    x = tf.placeholder(tf.float32, [2])
    mark = graph.mark()

    def add_some(factor: float) -> list[Any]:
        return [
            tf.square(x),
            tf.get_variable("w", [2], initializer=tf.zeros_initializer()).op,
            x * factor,
            tf.square(x),
        ]

    first = add_some(2.0)
    graph.restore(mark)
    again = add_some(2.0)
    assert all(a is b for a, b in zip(first, again, strict=True))
    graph.restore(mark)
    other = add_some(3.0)
    assert other[0] is first[0] and other[1] is first[1] and other[2] is not first[2] and other[3] is not first[3]
    graph.restore(mark)
    assert add_some(3.0)[2] is other[2]


class AddsToTheGraph(SessionRunHook):
    """Makes operations in `begin`, as many programs do, and a variable."""

    def __init__(self, factor: float = 2.0) -> None:
        self.factor, self.seen = factor, []

    def begin(self) -> None:
        self.calls = tf.get_variable("calls", [], initializer=tf.zeros_initializer(), trainable=False)
        self.tensor = self.factor * tf.get_collection(tf.GraphKeys.LOSSES)[0]

    def before_run(self, run_context: Any) -> SessionRunArgs:
        return SessionRunArgs([self.tensor, self.calls])

    def after_run(self, run_context: Any, run_values: Any) -> None:
        self.seen.append(run_values.results)


def model_fn(features: Any, labels: Any, mode: str) -> Any:
    loss = tf.losses.mean_squared_error(labels, tf.layers.dense(features["x"], 1))
    train_op = tf.train.GradientDescentOptimizer(0.1).minimize(loss, tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def test_a_hook_that_adds_operations_costs_nothing_the_next_time(tmp_path: Any) -> None:
    estimator = Estimator(model_fn, str(tmp_path), RunConfig(tf_random_seed=1))
    hook = AddsToTheGraph()
    estimator.train(line_input(), [hook], steps=2)
    built = estimator._graphs.built["train"]
    operations, prepared = list(built.graph.operations), dict(built.session._prepared)
    estimator.train(line_input(), [hook], steps=2).train(line_input(), [AddsToTheGraph()], steps=1)
    assert built.graph.operations == operations and built.session._prepared == prepared
    assert len(hook.seen) == 4 and all(calls == 0 for _, calls in hook.seen)
    estimator.train(line_input(), [AddsToTheGraph(3.0)], steps=1)
    assert len(built.session._prepared) <= len(prepared)  # what was compiled of the operations taken back is gone
    estimator.train(line_input(), steps=1)
    assert estimator.get_variable_value("global_step") == 7
    np.testing.assert_array_equal(hook.seen[0][0], 2 * np.float32(hook.seen[0][0] / 2))
