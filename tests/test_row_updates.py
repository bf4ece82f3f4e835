"""A gradient by some rows of a table leaves the others as they are, as TensorFlow's sparse gradients do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.compiler.executable import Executable
from estimators.compiler.reference import evaluate
from model_fns.graph.graph import Graph
from tests.cases.compiled import compiled
from tests.golden import row_update_cases as cases

GOLDEN = json.loads((Path(__file__).parent / "golden" / "row_updates.json").read_text(encoding="utf-8"))
UNTOUCHED = [1, 4]


@pytest.mark.parametrize("name", cases.OPTIMIZERS)
def test_four_steps_are_tensorflows(name: str):
    with Graph().as_default():
        tf.train.create_global_step()
        train_op, table, ids = cases.build(tf, name)
        state: dict[str, Any] = {}
        evaluate([tf.global_variables_initializer()], state=state)
        for batch in cases.BATCHES:
            evaluate([train_op], {ids: batch}, state)
    np.testing.assert_allclose(state[table.op.name], GOLDEN[name], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", cases.OPTIMIZERS)
def test_compiled_steps_are_tensorflows_with_any_number_of_workers(name, monkeypatch):
    monkeypatch.setattr(Executable, "_worth_sharing", lambda *given: given[-1])
    with Graph().as_default():
        tf.train.create_global_step()
        train_op, table, ids = cases.build(tf, name)
        start: dict[str, Any] = {}
        evaluate([tf.global_variables_initializer()], state=start)
        step = compiled([train_op], [ids])
    ends = []
    for workers in (1, 2, 3):
        state = {key: value.copy() for key, value in start.items()}
        for batch in cases.BATCHES:
            step.run(state, [np.array(batch)], workers=workers)
        np.testing.assert_allclose(state[table.op.name], GOLDEN[name], rtol=1e-5, atol=1e-6)
        np.testing.assert_array_equal(state[table.op.name][UNTOUCHED], cases.START[UNTOUCHED])
        ends.append({key: value.tobytes() for key, value in state.items()})
    assert ends[0] == ends[1] == ends[2]
    assert not table_sized(step)


def table_sized(step: Executable, rows: int = len(cases.START)) -> list[str]:
    """What a compiled step keeps in memory that has as many rows as a table, variables excepted."""
    variables = step.program.variables
    held = [slot.key for slot in step.emitted.names.slots if slot.kind == "array" and slot.key not in variables]
    return [value.name for value in held if rows in value.dims]


def test_a_wide_and_deep_step_holds_nothing_of_the_size_of_its_tables():
    """...neither for its columns, nor for losses of sampled classes, nor for Adam, which updates all rows."""
    rows = 1009
    with Graph().as_default():
        tf.train.create_global_step()
        features = {"a": tf.placeholder(tf.int64, [None, 2]), "b": tf.placeholder(tf.int64, [None])}
        wide = [tf.feature_column.categorical_column_with_identity(key, rows) for key in features]
        deep = tf.feature_column.shared_embedding_columns(wide, 3, combiner="sqrtn", max_norm=0.5)
        logits = tf.feature_column.linear_model(features, wide)
        net = tf.feature_column.input_layer(features, deep)
        classes, biases = tf.get_variable("classes", [rows, 6]), tf.get_variable("biases", [rows])
        labels = features["b"][:, None]
        loss = tf.reduce_mean(logits) + tf.reduce_mean(tf.nn.nce_loss(classes, biases, labels, net, 5, rows))
        linear, others = tf.trainable_variables("linear_model"), [*tf.trainable_variables("input_layer"), classes]
        train_op = tf.group(
            tf.train.FtrlOptimizer(0.1).minimize(loss, var_list=linear),
            tf.train.AdagradOptimizer(0.1).minimize(loss, tf.train.get_global_step(), var_list=others),
            tf.train.AdamOptimizer(0.1).minimize(loss, var_list=[biases]),
        )
        state: dict[str, Any] = {}
        evaluate([tf.global_variables_initializer()], state=state)
        step = compiled([train_op], list(features.values()))
        assert not table_sized(step, rows)
        before = {key: value.copy() for key, value in state.items()}
        step.run(state, [np.array([[3, 7], [7, -1]]), np.array([5, 7])])
        changed = {key: np.flatnonzero((state[key] != before[key]).reshape(len(before[key]), -1).any(1)).tolist()
                   for key in before if before[key].shape[:1] == (rows,)}  # fmt: skip
    assert changed["linear_model/a/weights"] == [3, 7]
    assert changed["linear_model/b/weights"] == [5, 7]
    assert changed["input_layer/a_b_shared_embedding/embedding_weights"] == [3, 5, 7]
    assert {5, 7} <= set(changed["classes"]) and len(changed["classes"]) <= 7


def test_the_graph_holds_no_array_of_the_size_of_a_slot():
    with Graph().as_default() as graph:
        table = tf.get_variable("table", [70_000, 1], initializer=tf.zeros_initializer())
        optimizer = tf.train.AdagradOptimizer(0.1, initial_accumulator_value=0.25)
        optimizer.minimize(tf.reduce_sum(tf.gather(table, [3])))
        assert max(o.outputs[0].shape.num_elements() or 0 for o in graph.get_operations() if o.type == "Const") < 100
        state: dict[str, Any] = {}
        evaluate([tf.global_variables_initializer()], state=state)
    np.testing.assert_array_equal(state["table/Adagrad"], np.full((70_000, 1), 0.25, np.float32))


def test_a_gradient_that_is_not_only_of_rows_moves_them_all():
    with Graph().as_default():
        table = tf.get_variable("table", initializer=cases.START)
        loss = tf.reduce_sum(tf.gather(table, [0, 2])) + tf.nn.l2_loss(table)
        train_op = tf.train.MomentumOptimizer(0.1, 0.9).minimize(loss)
        state: dict[str, Any] = {}
        evaluate([tf.global_variables_initializer()], state=state)
        evaluate([train_op], state=state)
    np.testing.assert_allclose(state["table"][UNTOUCHED], 0.9 * cases.START[UNTOUCHED], rtol=1e-6)


def one_step(apply: Any) -> np.ndarray:
    """A table of ones after a step: `apply` makes the operation of the optimizer, the gradients and the table."""
    with Graph().as_default():
        table = tf.get_variable("table", [4, 2], initializer=tf.ones_initializer())
        optimizer = tf.train.GradientDescentOptimizer(0.1)
        loss = tf.reduce_sum(tf.gather(table, [2, 0, 2]))
        pairs = optimizer.compute_gradients(loss, gate_gradients=tf.train.Optimizer.GATE_GRAPH)
        train_op = apply(optimizer, pairs)
        state: dict[str, Any] = {}
        evaluate([tf.global_variables_initializer()], state=state)
        evaluate([train_op], state=state)
        return state["table"][:, 0]


def test_slices_may_be_changed_before_they_are_applied():
    def doubled(optimizer, pairs):
        slices = [tf.IndexedSlices(g.values * 2.0, g.indices, g.dense_shape) for g, _ in pairs]
        return optimizer.apply_gradients([(g, v) for g, (_, v) in zip(slices, pairs, strict=True)])

    np.testing.assert_allclose(one_step(doubled), [0.8, 1, 0.6, 1])


def test_clipped_slices_are_slices():
    """...and their length is that of the rows as they come: here the root of 6."""

    def clipped(optimizer, pairs):
        gradients, _ = tf.clip_by_global_norm([g for g, _ in pairs], 1.0)
        alone = tf.clip_by_norm(pairs[0][0], 1.0)
        assert all(isinstance(g, tf.IndexedSlices) for g in (*gradients, alone))
        both = tf.IndexedSlices(gradients[0].values + alone.values, alone.indices)
        return optimizer.apply_gradients([(both, pairs[0][1])])

    share = 0.2 / np.sqrt(6)
    np.testing.assert_allclose(one_step(clipped), [1 - share, 1, 1 - 2 * share, 1], rtol=1e-6)


def test_optimize_loss_multiplies_and_clips_slices():
    with Graph().as_default():
        table = tf.get_variable("table", [4, 2], initializer=tf.ones_initializer())
        loss = tf.reduce_sum(tf.gather(table, [2, 0, 2]))
        arguments = {"gradient_multipliers": {"table:0": 2.0}, "clip_gradients": 1.0, "summaries": ["gradients"]}
        train_op = tf.contrib.layers.optimize_loss(loss, None, 0.1, "SGD", **arguments)
        state: dict[str, Any] = {}
        evaluate([tf.global_variables_initializer()], state=state)
        evaluate([train_op, tf.summary.merge_all()], state=state)
    share = 0.1 / np.sqrt(6)  # six numbers that are 2, and then as long as 1 together
    np.testing.assert_allclose(state["table"][:, 0], [1 - share, 1, 1 - 2 * share, 1], rtol=1e-6)


def test_gates_and_groups_take_slices():
    def grouped(optimizer, pairs):
        (gradient,) = tf.tuple([pairs[0][0]])
        assert isinstance(gradient, tf.IndexedSlices)
        with tf.control_dependencies([gradient, tf.group(gradient)]):
            return optimizer.apply_gradients([(-gradient, pairs[0][1])])

    np.testing.assert_allclose(one_step(grouped), [1.1, 1, 1.2, 1])


def test_a_row_out_of_range_changes_nothing():
    with Graph().as_default() as graph:
        table = tf.get_variable("table", [4, 2], initializer=tf.ones_initializer())
        rows = tf.placeholder(tf.int32, [None])
        slices = tf.IndexedSlices(tf.ones([tf.shape(rows)[0], 2]), rows, tf.constant([4, 2]))
        train_op = tf.train.MomentumOptimizer(0.5, 0.9).apply_gradients([(slices, table)])
        with tf.Session(graph=graph) as session:
            session.run(tf.global_variables_initializer())
            with pytest.raises(tf.errors.InvalidArgumentError, match=r"indices\[1\] = 4 is not in \[0, 4\)"):
                session.run(train_op, {rows: [1, 4]})
            np.testing.assert_array_equal(session.run(table), 1)
            session.run(train_op, {rows: [1, 1]})
            np.testing.assert_array_equal(session.run(table)[:, 0], [1, 0, 1, 1])


def test_a_constraint_and_slices_do_not_go_together():
    with Graph().as_default():
        table = tf.get_variable("table", [4, 2], constraint=lambda value: value)
        with pytest.raises(RuntimeError, match="Cannot use a constraint function on a sparse variable."):
            tf.train.GradientDescentOptimizer(0.1).minimize(tf.reduce_sum(tf.gather(table, [1])))


class Signs(tf.train.Optimizer):
    """An optimizer as programs write their own: by rows with scatter operations, else with assignments."""

    def __init__(self):
        super().__init__(False, "Signs")

    def _create_slots(self, var_list):
        for var in var_list:
            self._zeros_slot(var, "count", self._name)

    def _apply_dense(self, grad, var):
        count = self.get_slot(var, "count")
        return tf.group(tf.assign_add(count, tf.ones_like(grad)), tf.assign_sub(var, 0.5 * tf.sign(grad)))


class ScatteredSigns(Signs):
    def _apply_sparse(self, grad, var):
        count = self.get_slot(var, "count")
        counted = tf.scatter_add(count, grad.indices, tf.ones_like(grad.values))
        with tf.control_dependencies([counted]):
            times = tf.gather(count, grad.indices)
        return tf.scatter_sub(var, grad.indices, 0.5 * times * tf.sign(grad.values))


@pytest.mark.parametrize("scattered", [False, True])
def test_an_optimizer_of_ones_own_updates_rows(scattered):
    with Graph().as_default() as graph:
        table = tf.get_variable("table", [4, 2], initializer=tf.ones_initializer())
        loss = tf.reduce_sum(tf.gather(table, [2, 0, 2]))
        optimizer = ScatteredSigns() if scattered else Signs()
        train_op = optimizer.minimize(loss)
        with tf.Session(graph=graph) as session:
            session.run(tf.global_variables_initializer())
            session.run(train_op)
            session.run(train_op)
            steps = [3 * 0.5, 0, 3 * 0.5, 0] if scattered else [1, 0, 1, 0]
            np.testing.assert_array_equal(session.run(table)[:, 0], 1 - np.array(steps))
            np.testing.assert_array_equal(session.run(optimizer.get_slot(table, "count"))[:, 0], [2, 0, 2, 0])


def test_slices_are_fetched_as_their_parts():
    with Graph().as_default() as graph:
        table = tf.get_variable("table", [4, 2], initializer=tf.ones_initializer())
        slices = tf.gradients(tf.reduce_sum(tf.gather(table, [2, 0, 2])), table)[0]
        with tf.Session(graph=graph) as session:
            session.run(tf.global_variables_initializer())
            value, dense = session.run([slices, tf.convert_to_tensor(slices)])
    assert type(value).__name__ == "IndexedSlicesValue"
    np.testing.assert_array_equal(value.indices, [2, 0, 2])
    np.testing.assert_array_equal(value.dense_shape, [4, 2])
    np.testing.assert_array_equal(value.values, np.ones((3, 2)))
    np.testing.assert_array_equal(dense[:, 0], [1, 0, 2, 0])


def test_slices_are_applied_in_a_branch_and_added_to_a_variable():
    with Graph().as_default() as graph:
        table = tf.get_variable("table", [4, 2], initializer=tf.ones_initializer())
        kept = tf.get_variable("kept", [4, 2], initializer=tf.zeros_initializer(), trainable=False)
        now = tf.placeholder(tf.bool, [])
        optimizer = tf.train.MomentumOptimizer(0.1, 0.9)
        pairs = optimizer.compute_gradients(tf.reduce_sum(tf.gather(table, [2, 0, 2])))
        optimizer._create_slots([table])
        add = kept.assign_add(pairs[0][0])
        step = tf.cond(now, lambda: tf.group(optimizer.apply_gradients(pairs)), lambda: tf.group(tf.no_op()))
        with tf.Session(graph=graph) as session:
            session.run(tf.global_variables_initializer())
            for run in (False, True):
                session.run([add, step], {now: run})
            values = session.run([table, kept])
    np.testing.assert_allclose(values[0][:, 0], [0.9, 1, 0.8, 1])
    np.testing.assert_array_equal(values[1][:, 0], [2, 0, 4, 0])
