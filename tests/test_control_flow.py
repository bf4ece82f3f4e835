"""Branches, loops and recurrent networks inside models: training, random numbers, effects, errors."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.compiler.reference import evaluate
from tests.golden import control_flow_cases, inputs

LOSSES = json.loads((Path(__file__).parent / "golden" / "control_flow.json").read_text())["training"]


@pytest.fixture(autouse=True)
def _own_graph():
    with tf.Graph().as_default():
        yield


# -- training ---------------------------------------------------------------------------------------------------------


def test_a_network_of_letters_learns_as_in_tensorflow():
    """...from equal weights, the steps written out and compiled."""
    loss, train = control_flow_cases.letters(tf)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for number, v in enumerate(tf.trainable_variables()):
            v.load(inputs.variable_value(v.op.name, number, v.shape.as_list(), "float32"), session)
        found = [session.run([loss, train])[0] for _ in LOSSES]
    np.testing.assert_allclose(found, LOSSES, rtol=2e-4)


def test_an_estimator_trains_through_branches_and_loops(tmp_path):
    """...with an average that only one branch updates, a loop of unknown length, and Python in between."""
    calls = []

    def halves(x):
        calls.append(len(x))
        return x * np.float32(0.5)

    def model_fn(features, labels, mode):
        step = tf.train.get_or_create_global_step()
        average = tf.get_variable("average", [], initializer=tf.zeros_initializer(), trainable=False)
        x = tf.layers.dense(features["x"], 3, activation=tf.tanh)
        scaled = tf.py_func(halves, [features["x"]], tf.float32)
        scaled.set_shape([None, 2])
        w = tf.get_variable("w", [3, 3])
        x = tf.while_loop(lambda i, y: i < 2, lambda i, y: (i + 1, tf.tanh(tf.matmul(y, w))), (0, x))[1]
        mean = tf.stop_gradient(tf.reduce_mean(x))
        even = tf.equal(step % 2, 0)
        mean = tf.cond(even, lambda: tf.assign(average, 0.5 * average + 0.5), lambda: average + 0 * mean)
        mean = tf.stop_gradient(mean)
        prediction = tf.layers.dense(x, 1) + 0.0 * mean
        loss = tf.losses.mean_squared_error(labels, prediction) + 0.0 * tf.reduce_sum(scaled)
        train_op = tf.train.GradientDescentOptimizer(0.1).minimize(loss, step)
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    x = np.random.default_rng(0).uniform(-1, 1, [32, 2]).astype("float32")
    data = tf.estimator.inputs.numpy_input_fn({"x": x}, x[:, :1] * x[:, 1:], 8, num_epochs=None, shuffle=False)
    estimator = tf.estimator.Estimator(model_fn, str(tmp_path), tf.estimator.RunConfig(tf_random_seed=1))
    before = estimator.train(data, steps=1).evaluate(data, steps=4)["loss"]
    estimator.train(data, steps=40)
    assert estimator.evaluate(data, steps=4)["loss"] < 0.9 * before
    assert len(calls) >= 41
    expected = 0.0
    for _ in range(0, 41, 2):
        expected = 0.5 * expected + 0.5
    assert estimator.get_variable_value("average") == pytest.approx(expected, rel=1e-6)


# -- effects and random numbers ---------------------------------------------------------------------------------------


def run(fetches, feeds=None, step=0, state=None):
    return evaluate(tf.nest.flatten(fetches), feeds or {}, {} if state is None else state, 3, step)


def test_only_the_branch_that_is_taken_prints(capfd):
    flag, x = tf.placeholder(tf.bool, []), tf.constant([1.0])
    made = tf.cond(flag, lambda: tf.Print(x, [x], "then "), lambda: tf.Print(x, [x], "else "))
    run(made, {flag: False})
    assert capfd.readouterr().err == "else [1]\n"


def test_what_a_branch_waits_for_outside_is_done():
    count = tf.get_variable("count", initializer=0.0, trainable=False)
    outside = tf.assign_add(count, 1.0)

    def then():
        with tf.control_dependencies([outside]):
            return tf.constant(1.0)

    made, state = tf.cond(tf.constant(True), then, lambda: tf.constant(2.0)), {"count": np.zeros([], "float32")}
    run(made, state=state)
    assert state["count"] == 1


def test_assignments_in_a_loop_are_done_in_order():
    total = tf.get_variable("total", initializer=1.0, trainable=False)

    def body(i):
        with tf.control_dependencies([tf.assign(total, total.read_value() * 2 + 1)]):
            return i + 1

    made, state = tf.while_loop(lambda i: i < 3, body, [0]), {"total": np.ones([], "float32")}
    assert run(made, state=state) == [3]
    assert state["total"] == 15
    mapped = tf.map_fn(lambda x: x + tf.assign_add(total, x), tf.constant([1.0, 2.0]))
    assert run(mapped, state=state)[0].tolist() == [17.0, 20.0]
    assert state["total"] == 18


def test_random_numbers_differ_by_iteration_and_step_and_are_those_of_the_gradient():
    x = tf.constant(np.ones([3, 20], "float32"))
    mapped = tf.map_fn(lambda row: tf.nn.dropout(row, keep_prob=0.5), x)
    looped = tf.while_loop(lambda i, y: i < 2, lambda i, y: (i + 1, y + tf.random_uniform([20])), (0, x))[1]
    dropped = tf.while_loop(lambda i, y: i < 1, lambda i, y: (i + 1, tf.nn.dropout(y, keep_prob=0.5)), (0, x))[1]
    fetches = [mapped, tf.gradients(mapped, x)[0], looped, dropped, tf.gradients(dropped, x)[0]]
    first, again, other = run(fetches), run(fetches), run(fetches, step=1)
    for a, b, c in zip(first, again, other, strict=True):
        assert np.array_equal(a, b)
        assert not np.array_equal(a, c)
    assert np.array_equal(first[0], first[1])
    assert np.array_equal(first[3], first[4])
    assert not np.array_equal(first[0][0], first[0][1])


def test_a_map_can_be_differentiated_twice_a_loop_cannot():
    x = tf.placeholder(tf.float64, [None])
    cubes = tf.map_fn(lambda item: item * item * item, x)
    (first,) = tf.gradients(cubes, x)
    (second,) = tf.gradients(first, x)
    assert run(second, {x: [1.0, 2.0]})[0].tolist() == [6.0, 12.0]
    running = tf.scan(lambda a, item: a * item * item, x)
    (first,) = tf.gradients(running, x)
    (second,) = tf.gradients(first, x)
    assert run(second, {x: [2.0, 3.0]})[0].tolist() == [2 * 3.0, 2 * 2.0 + 2 * 3.0]
    looped = tf.while_loop(lambda i, y: i < 2, lambda i, y: (i + 1, y * y), (0, x))[1]
    with pytest.raises(LookupError, match="Second-order gradient for while loops not supported."):
        tf.gradients(tf.gradients(looped, x), x)


def test_gradients_by_constants_that_a_body_takes_from_outside():
    c = tf.constant([2.0, 3.0])
    mapped = tf.map_fn(lambda x: x * c, tf.constant([[1.0, 5.0], [4.0, 6.0]]))
    looped = tf.while_loop(lambda i, y: i < 2, lambda i, y: (i + 1, y * c), (0, tf.ones([2])))[1]
    chosen = tf.cond(tf.constant(True), lambda: c * c, lambda: c)
    assert [item.tolist() for item in run([tf.gradients(y, c)[0] for y in (mapped, looped, chosen)])] == [
        [5.0, 11.0],
        [4.0, 6.0],
        [4.0, 6.0],
    ]


def test_nothing_to_scan():
    x = tf.placeholder(tf.float32, [None, 3])
    made = [tf.map_fn(lambda row: row * 2, x), tf.scan(lambda a, row: a + row, x, tf.zeros([3]))]
    made += [tf.foldl(lambda a, row: a + row, x, tf.ones([3])), tf.gradients(made[0], x)[0]]
    found = run(made, {x: np.zeros([0, 3])})
    assert [item.shape for item in found] == [(0, 3), (0, 3), (3,), (0, 3)]
    assert found[2].tolist() == [1, 1, 1]


def test_dropout_around_a_cell():
    cell = tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.BasicLSTMCell(50), state_keep_prob=0.5, output_keep_prob=0.5)
    x = tf.constant(np.ones([1, 1, 2], "float32"))
    outputs, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    values = {v.op.name: np.full(v.shape.as_list(), 0.3, "float32") for v in tf.global_variables()}
    dropped, c, h = run([outputs, state], state=values)
    assert 10 < np.count_nonzero(dropped) < 40
    assert 10 < np.count_nonzero(h) < 40
    assert np.count_nonzero(c) == 50
    assert len(np.unique(dropped)) == 2


def test_the_same_elements_are_dropped_in_every_step():
    cell = tf.nn.rnn_cell.DropoutWrapper(
        tf.nn.rnn_cell.BasicRNNCell(40), 0.5, 0.5, variational_recurrent=True, input_size=2, dtype=tf.float32
    )
    outputs, _ = tf.nn.dynamic_rnn(cell, tf.constant(np.ones([2, 3, 2], "float32")), dtype=tf.float32)
    values = {v.op.name: np.full(v.shape.as_list(), 0.3, "float32") for v in tf.global_variables()}
    zeros = run(outputs, state=values)[0] == 0
    assert 0 < zeros[0, 1].sum() < 40
    assert (zeros[:, 1:] == zeros[0, 1]).all()


# -- errors -----------------------------------------------------------------------------------------------------------


def true(function=lambda: tf.constant(1.0), other=lambda: tf.constant(2.0)):
    return lambda: tf.cond(tf.constant(True), function, other)


WRONG = [
    (lambda: tf.cond(True, lambda: 1, lambda: 2), TypeError, "pred must not be a Python bool"),
    (lambda: tf.cond(tf.constant(1), lambda: 1, lambda: 2), TypeError, "does not match expected type of bool"),
    (true(3), TypeError, "true_fn must be callable."),
    (true(other=3), TypeError, "false_fn must be callable."),
    (lambda: tf.cond(tf.constant(True)), TypeError, "cond(): true_fn argument required"),
    (true(lambda: None), ValueError, "true_fn must have a return value."),
    (true(other=lambda: None), ValueError, "false_fn must have a return value."),
    (true(lambda: 1), ValueError, "Outputs of true_fn and false_fn must have the same type: int32, float32"),
    (true(lambda: [1.0, 2.0]), ValueError, "The two structures don't have the same nested structure."),
    (true(lambda: {"a": 1.0}, lambda: {"b": 1.0}), ValueError, "don't have the same set of keys"),
    (true(lambda: [], lambda: []), ValueError, "true_fn and false_fn must return at least one result."),
    (lambda: tf.case([1]), TypeError, "Each entry in pred_fn_pairs must be a 2-tuple"),
    (lambda: tf.case([(True, lambda: 1)]), TypeError, "pred must be a Tensor, got: True"),
    (lambda: tf.switch_case(1, [lambda: 1]), TypeError, "branch_index must a Tensor, got <class 'int'>"),
    (lambda: tf.while_loop(3, lambda i: i, [0]), TypeError, "cond must be callable."),
    (lambda: tf.while_loop(lambda i: i < 3, 3, [0]), TypeError, "body must be callable."),
    (lambda: tf.while_loop(lambda: True, lambda: 1, []), ValueError, "No loop variables provided"),
    (lambda: tf.while_loop(lambda i: i < 3, lambda i: (i, i), [0]), ValueError, "same number of elements: 1 and 2"),
    (lambda: tf.while_loop(lambda i: i, lambda i: i, [0]), TypeError, "has type int32 that does not match expected"),
    (lambda: tf.while_loop(lambda i: i < 3, lambda i: tf.cast(i, tf.float32), [0]), TypeError, "is float32 after one"),
    (
        lambda: tf.while_loop(lambda i: i[0] < 3, lambda i: tf.concat([i, i], 0), [tf.constant([1], name="c")]),
        ValueError,
        "Input tensor 'c:0' enters the loop with shape (1,), but has shape (2,) after one iteration. To allow the "
        "shape to vary across iterations, use the `shape_invariants` argument of tf.while_loop to specify a less-",
    ),
    (lambda: tf.map_fn(3, [1]), TypeError, "fn must be callable."),
    (lambda: tf.map_fn(lambda x: x, 1), ValueError, "elems must be a 1+ dimensional Tensor, not a scalar"),
    (lambda: tf.map_fn(lambda x: (x, x), tf.constant([1])), ValueError, "don't have the same nested structure"),
    (lambda: tf.map_fn(lambda x: tf.cast(x, "float32"), tf.constant([1])), TypeError, "int32 is expected; say so with"),
    (lambda: tf.map_fn(lambda x: x[0], (ints(2), ints(3)), tf.int32), ValueError, "Dimensions 2 and 3 are not compat"),
    (lambda: tf.scan(lambda a, x: [a, x], ints(1)), ValueError, "don't have the same nested structure"),
    (lambda: tf.TensorArray(tf.float32), ValueError, "Size must be provided if flow is not provided."),
    (lambda: tf.TensorArray(tf.float32, 2).stack(), ValueError, "say it with element_shape="),
    (
        lambda: tf.TensorArray(tf.float32, 2).write(0, tf.constant(1)),
        TypeError,
        "TensorArray of float32 cannot hold int32",
    ),
    (lambda: tf.nn.rnn_cell.MultiRNNCell(3), TypeError, "cells must be a list or tuple, but saw: 3."),
    (lambda: tf.nn.rnn_cell.MultiRNNCell([]), ValueError, "Must specify at least one cell for MultiRNNCell."),
    (lambda: tf.nn.rnn_cell.DropoutWrapper(3), TypeError, "The argument 'cell' (3) is not an RNNCell: 'output_size'"),
    (lambda: tf.nn.rnn_cell.DropoutWrapper(gru(), 2.0), ValueError, "input_keep_prob must be between 0 and 1: 2"),
    (
        lambda: tf.nn.dynamic_rnn(gru(), tf.zeros([1, 2, 3])),
        ValueError,
        "If there is no initial_state, you must give a",
    ),
    (lambda: tf.nn.dynamic_rnn(gru(), tf.zeros([1, 2, 3]), [[1]], dtype="float32"), ValueError, "must be a vector of"),
    (lambda: tf.nn.static_rnn(gru(), tf.zeros([1, 2])), TypeError, "inputs must be a sequence"),
    (lambda: tf.nn.static_rnn(gru(), []), ValueError, "inputs must not be empty"),
    (
        lambda: tf.contrib.seq2seq.sequence_loss([1.0], [1], [1.0]),
        ValueError,
        "Logits must be a [batch_size x sequence",
    ),
]


def ints(count):
    return tf.constant(list(range(count)))


def gru():
    return tf.nn.rnn_cell.GRUCell(2)


@pytest.mark.parametrize(("make", "error", "sentence"), WRONG)
def test_an_error_is_a_sentence(make, error, sentence):
    with pytest.raises(error, match=re.escape(sentence)):
        make()


def test_what_was_made_in_a_branch_stays_there():
    kept = []
    tf.cond(tf.constant(True), lambda: kept.append(tf.constant(1.0)) or kept[0], lambda: tf.constant(2.0))
    with pytest.raises(ValueError, match="must be from the same graph"):
        tf.constant(2.0) + kept[0]


def test_cases_that_do_not_hold_end_the_run():
    several, none = [tf.constant(True)] * 2, tf.constant(False)
    doubled = tf.case([(pred, lambda: tf.constant(1.0)) for pred in several], exclusive=True)
    with pytest.raises(tf.errors.InvalidArgumentError, match="more than 1 conditions .* evaluated as True"):
        run(doubled)
    with pytest.raises(tf.errors.InvalidArgumentError, match="None of conditions evaluated as True"):
        run(tf.case([(none, lambda: tf.constant(1.0))]))


def test_a_tensor_array_has_ends():
    array = tf.TensorArray(tf.float32, 2).write(tf.placeholder_with_default(5, []), [1.0])
    with pytest.raises(tf.errors.InvalidArgumentError, match="Tried to write to index 5 but array is not resizeable"):
        run(array.stack())


# -- nested structures ------------------------------------------------------------------------------------------------


def test_structures_are_taken_apart_and_put_together():
    state = tf.nn.rnn_cell.LSTMStateTuple(1, {"b": 2, "a": [3, (4,)]})
    assert tf.nest.flatten(state) == [1, 3, 4, 2]
    packed = tf.nest.pack_sequence_as(state, [10, 30, 40, 20])
    assert packed == (10, {"b": 20, "a": [30, (40,)]})
    assert isinstance(packed, tf.nn.rnn_cell.LSTMStateTuple)
    assert tf.nest.map_structure(lambda a, b: a + b, state, packed) == (11, {"b": 22, "a": [33, (44,)]})
    assert [tf.nest.is_nested(item) for item in ([], (1,), {}, 1, "ab")] == [True, True, True, False, False]
    with pytest.raises(ValueError, match="Structure had 4 elements, but flat_sequence had 1 elements"):
        tf.nest.pack_sequence_as(state, [1])
    with pytest.raises(TypeError, match="don't have the same sequence type"):
        tf.nest.assert_same_structure([1], (1,))
    tf.nest.assert_same_structure([1], (1,), check_types=False)
    with pytest.raises(ValueError, match="same number of elements: 1 and 2"):
        tf.nest.map_structure(lambda a, b: a, [1], [1, 2])


def test_contrib_has_the_same_cells():
    for name in tf.nn.rnn_cell.__all__:
        assert getattr(tf.contrib.rnn, name) is getattr(tf.nn.rnn_cell, name)
    assert tf.contrib.rnn.static_rnn is tf.nn.static_rnn
