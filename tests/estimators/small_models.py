"""Models that compile in no time, for tests of what is around them."""

from __future__ import annotations

from typing import Any

import numpy as np

import estimators.compat.v1 as tf


def line(features: Any, labels: Any, mode: str) -> Any:
    """y = w x + b, by gradient descent; the loss and the mean error as metrics."""
    out = tf.layers.dense(features["x"], 1, name="line")
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode, predictions=out)
    loss = tf.losses.mean_squared_error(labels, out)
    train_op = tf.train.GradientDescentOptimizer(0.1).minimize(loss, tf.train.get_global_step())
    metrics = {"error": tf.metrics.mean_absolute_error(labels, out)}
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, eval_metric_ops=metrics)


def saw_rows(features: Any, labels: Any, mode: str) -> Any:
    """Counts in the variable `seen` [10] how often each row came; the order of rows decides `trace`."""
    row = tf.cast(features["row"], tf.int32)
    counts = tf.get_variable("seen", [10], initializer=tf.zeros_initializer(), trainable=False)
    trace = tf.get_variable("trace", [], initializer=tf.zeros_initializer(), trainable=False)
    hits = tf.reduce_sum(tf.one_hot(row, 10), axis=0)
    weighted = tf.reduce_sum(tf.cast(row, tf.float32) * tf.random_uniform([]))
    updates = [counts.assign_add(hits), trace.assign(0.9 * trace + weighted)]
    with tf.control_dependencies(updates):
        train_op = tf.assign_add(tf.train.get_global_step(), 1)
    return tf.estimator.EstimatorSpec(mode, loss=tf.reduce_sum(hits), train_op=train_op)


def rows(batch_size: int = 4, num_epochs: int | None = None, shuffle: bool = False) -> Any:
    """The numbers 0 to 9, as an input function for `saw_rows`."""
    return tf.estimator.inputs.numpy_input_fn({"row": np.arange(10)}, None, batch_size, num_epochs, shuffle)


def points(bad: dict[int, float] | None = None, batch_size: int = 5, num_epochs: int | None = None) -> Any:
    """40 points of a line, in their order; `bad` are other values for some rows."""
    x = np.linspace(-1, 1, 40, dtype=np.float32).reshape(-1, 1)
    y = 3 * x + 10
    for row, value in (bad or {}).items():
        x[row] = value
    return tf.estimator.inputs.numpy_input_fn({"x": x}, y, batch_size, num_epochs, False)
