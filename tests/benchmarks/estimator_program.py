"""A program of TensorFlow 1, `Estimator` as a user gets it: shuffling numpy_input_fn, default hooks and checkpoints.

`tf` is what the program imports, here as an argument: our `estimators.compat.v1` or TensorFlow's own.
"""

from __future__ import annotations

import tempfile
from typing import Any

import numpy as np

from tests.benchmarks.program import Program, Task
from tests.benchmarks.workloads import EVALUATION_BATCH, KERNEL_SIZE, Workload


def network(tf: Any, workload: Workload, x: Any) -> Any:
    for filters in workload.filters:
        x = tf.layers.conv2d(x, filters, KERNEL_SIZE, padding=workload.padding, activation=tf.nn.relu)
        x = tf.layers.max_pooling2d(x, 2, 2)
    x = tf.layers.flatten(x) if workload.filters else x
    for units in workload.units[:-1]:
        x = tf.layers.dense(x, units, tf.nn.relu)
    return tf.layers.dense(x, workload.units[-1])


def mean_loss(tf: Any, workload: Workload, labels: Any, out: Any) -> Any:
    if workload.regression:
        return tf.losses.mean_squared_error(labels, out)
    return tf.losses.sparse_softmax_cross_entropy(labels, out)


def train_op(tf: Any, workload: Workload, loss: Any) -> Any:
    optimizer = tf.train.AdamOptimizer if workload.adam else tf.train.GradientDescentOptimizer
    return optimizer(workload.rate).minimize(loss, global_step=tf.train.get_or_create_global_step())


class EstimatorProgram(Program):
    def __init__(self, tf: Any, task: Task) -> None:
        self._tf, self._task = tf, task
        self._numpy_input_fn = tf.estimator.inputs.numpy_input_fn
        self._directory = tempfile.TemporaryDirectory()
        self._estimator = tf.estimator.Estimator(self._model_fn, self._directory.name)
        self._train_input = self._numpy_input_fn(
            {"x": task.x}, task.y, task.workload.batch, num_epochs=None, shuffle=True
        )

    def _model_fn(self, features: Any, labels: Any, mode: str) -> Any:
        tf, workload = self._tf, self._task.workload
        out = network(tf, workload, features["x"])
        if mode == tf.estimator.ModeKeys.PREDICT:
            return tf.estimator.EstimatorSpec(mode, predictions={"out": out})
        loss = mean_loss(tf, workload, labels, out)
        if mode == tf.estimator.ModeKeys.EVAL:
            accuracy = None if workload.regression else {"accuracy": tf.metrics.accuracy(labels, tf.argmax(out, 1))}
            return tf.estimator.EstimatorSpec(mode, loss=loss, eval_metric_ops=accuracy)
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op(tf, workload, loss))

    def train(self, steps: int) -> int:
        self._estimator.train(self._train_input, steps=steps)
        return steps

    def train_with_hook(self, steps: int) -> int:
        class Foreign(self._tf.train.SessionRunHook):  # type: ignore[name-defined]
            """Wants to be called before and after every step, and does nothing there."""

            def before_run(self, run_context: Any) -> None:
                pass

            def after_run(self, run_context: Any, run_values: Any) -> None:
                pass

        self._estimator.train(self._train_input, hooks=[Foreign()], steps=steps)
        return steps

    def evaluate(self) -> tuple[float, float]:
        x, y = {"x": self._task.test_x}, self._task.test_y
        found = self._estimator.evaluate(self._numpy_input_fn(x, y, EVALUATION_BATCH, shuffle=False))
        return float(found["loss"]), float(found.get("accuracy", "nan"))

    def predict(self, example: np.ndarray) -> np.ndarray:
        (prediction,) = self._estimator.predict(self._numpy_input_fn({"x": example}, batch_size=1, shuffle=False))
        return prediction["out"]
