"""Corners in which a size or an index is not what the graph was built for; all answers are TensorFlow 1.15's."""

from __future__ import annotations

import numpy as np
import pytest

import estimators.compat.v1 as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as made:
        yield made


def run(fetches, feeds=None):
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(fetches, feeds)


# --- another value for a constant that told a size -------------------------------------------------------------------

SIZES = {
    "reshape": (lambda c: tf.reshape(tf.range(6), c), [2, 3], [3, 2], (3, 2)),
    "zeros": (lambda c: tf.zeros(c) + 1.0, [2, 3], [3, 2], (3, 2)),
    "fill": (lambda c: tf.fill(c, 7.0) * 2.0, [2, 3], [1, 2], (1, 2)),
    "random_uniform": (lambda c: tf.random_uniform(c), [2, 3], [3, 2], (3, 2)),
    "tile": (lambda c: tf.tile(tf.ones([2, 4]), c), [1, 4], [1, 2], (2, 8)),
    "slice": (lambda c: tf.slice(tf.ones([4, 4]), [0, 0], c), [1, 2], [3, 2], (3, 2)),
    "range": (lambda c: tf.range(c) * 2, 3, 5, (5,)),
    "part of a size": (lambda c: tf.reshape(tf.range(6), [-1, c]), 3, 2, (3, 2)),
}


@pytest.mark.parametrize("name", SIZES)
def test_a_constant_that_told_a_size_can_be_fed_with_another(name):
    function, value, other, shape = SIZES[name]
    size = tf.constant(value)
    made = function(size)
    with tf.Session() as session:
        assert session.run(made, {size: other}).shape == shape
        assert session.run(made).shape == session.run(made, {size: value}).shape != shape


def test_sizes_themselves_can_be_fed():
    x = tf.placeholder(tf.float32, [2, 3])
    sizes = tf.shape(x)
    assert run(tf.zeros(sizes), {x: np.ones((2, 3)), sizes: [3, 2]}).shape == (3, 2)


BAKED_IN = {
    "axis": lambda c: tf.reduce_sum(tf.ones([2, 3]), c),
    "one_hot": lambda c: tf.one_hot([0, 1], c),
    "top_k": lambda c: tf.nn.top_k([1.0, 2.0, 3.0], c).values,
    "expand_dims": lambda c: tf.expand_dims([1.0, 2.0], c),
    "index": lambda c: tf.constant([1.0, 2.0])[c],
}


@pytest.mark.parametrize("name", BAKED_IN)
def test_what_became_part_of_an_operation_cannot_be_fed(name):
    number = tf.constant(1)
    made = BAKED_IN[name](number)
    with pytest.raises(ValueError, match=r"Tensor Tensor\(.*\) may not be fed"):
        run(made, {number: 0})


# --- indices out of range in a gradient -------------------------------------------------------------------------------


@pytest.mark.parametrize("axis", [0, 1])
def test_the_gradient_of_gather_checks_its_indices(axis):
    table, indices = tf.placeholder(tf.float32, [3, 3]), tf.placeholder(tf.int32, [None])
    gradient = tf.convert_to_tensor(tf.gradients(tf.gather(table, indices, axis=axis), table)[0])
    assert run(gradient, {table: np.ones((3, 3)), indices: [0, 2]}).sum() == 6
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"indices\[1\] = 5 is not in \[0, 3\)"):
        run(gradient, {table: np.ones((3, 3)), indices: [0, 5]})


# --- squeeze ----------------------------------------------------------------------------------------------------------


def test_squeeze_leaves_out_a_batch_of_one():
    x, labels = tf.placeholder(tf.float32, [None, 1]), tf.placeholder(tf.float32, [None])
    y = tf.squeeze(x)
    assert y.shape.ndims is None
    loss = tf.reduce_mean(tf.square(y - labels))
    gradient = tf.gradients(loss, x)[0]
    with tf.Session() as session:
        for rows, shape in ((1, ()), (2, (2,)), (1, ()), (3, (3,))):
            feeds = {x: np.ones((rows, 1)), labels: np.full(rows, 3.0)}
            found, by_x, value = session.run([y, gradient, loss], feeds)
            assert (np.shape(found), by_x.shape, value) == (shape, (rows, 1), 4.0)
            np.testing.assert_allclose(by_x, np.full((rows, 1), -4.0 / rows))


@pytest.mark.parametrize("batch_size, loss", [(3, 0.5531), (2, 0.5902)])  # of 7 rows: the last batch has one
def test_squeezed_logits_are_trained_and_evaluated(batch_size, loss, tmp_path):
    def model_fn(features, labels, mode):
        logits = tf.squeeze(tf.layers.dense(features["x"], 1, kernel_initializer=tf.ones_initializer()))
        loss = tf.losses.sigmoid_cross_entropy(tf.squeeze(labels), logits)
        train_op = tf.train.AdamOptimizer(0.1).minimize(loss, tf.train.get_global_step())
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    x = np.arange(14, dtype=np.float32).reshape(7, 2) / 10 - 0.6
    y = np.array([0, 1, 0, 1, 1, 0, 1], np.float32).reshape(7, 1)

    def input_fn(epochs):
        return tf.estimator.inputs.numpy_input_fn({"x": x}, y, batch_size, epochs, shuffle=False)

    estimator = tf.estimator.Estimator(model_fn, str(tmp_path))
    estimator.train(input_fn(3))
    assert estimator.evaluate(input_fn(1))["loss"] == pytest.approx(loss, abs=1e-4)


# --- no classes -------------------------------------------------------------------------------------------------------


def test_cross_entropy_of_no_classes_is_nothing():
    logits = tf.placeholder(tf.float32, [None, None])
    losses = tf.nn.softmax_cross_entropy_with_logits_v2(labels=logits, logits=logits)
    np.testing.assert_array_equal(run(losses, {logits: np.ones((3, 0))}), np.zeros(3))


def test_no_class_can_be_right_or_largest():
    logits = tf.placeholder(tf.float32, [None, None])
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.zeros([3], tf.int32), logits=logits)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"at least one class, but got logits shape \[3,0\]"):
        run(losses, {logits: np.ones((3, 0))})
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"Reduction axis 1 is empty in shape \[3,0\]"):
        run(tf.argmax(logits, 1), {logits: np.ones((3, 0))})
