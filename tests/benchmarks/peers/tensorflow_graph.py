"""TensorFlow 2.15, the last with tf.estimator: TensorFlow 1's graphs.

estimator: tf.estimator.Estimator, the program that ours runs too. session: a Session that is fed by feed_dict.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import tensorflow

from tests.benchmarks.estimator_program import EstimatorProgram, mean_loss, network, train_op
from tests.benchmarks.program import Program, Task, main
from tests.benchmarks.workloads import EVALUATION_BATCH

tf = tensorflow.compat.v1


class SessionProgram(Program):
    def __init__(self, task: Task) -> None:
        tf.disable_eager_execution()
        tf.set_random_seed(0)
        workload = task.workload
        self._task, self._rows = task, task.shuffled()
        self._x = tf.placeholder(task.x.dtype, [None, *task.x.shape[1:]])
        self._y = tf.placeholder(task.y.dtype, [None, *task.y.shape[1:]])
        self._out = network(tf, workload, self._x)
        self._loss = mean_loss(tf, workload, self._y, self._out)
        self._accuracy = tf.constant(float("nan"))
        if not workload.regression:
            hits = tf.equal(tf.argmax(self._out, 1, output_type=tf.int32), self._y)
            self._accuracy = tf.reduce_mean(tf.cast(hits, tf.float32))
        self._train_op = train_op(tf, workload, self._loss)
        self._session = tf.Session()
        self._session.run(tf.global_variables_initializer())

    def train(self, steps: int) -> int:
        x, y = self._task.x, self._task.y
        for _ in range(steps):
            chosen = slice(None) if self._task.full_batch else next(self._rows)
            self._session.run(self._train_op, {self._x: x[chosen], self._y: y[chosen]})
        return steps

    def evaluate(self) -> tuple[float, float]:
        x, y, found = self._task.test_x, self._task.test_y, []
        for i in range(0, len(y), EVALUATION_BATCH):
            fed = {self._x: x[i : i + EVALUATION_BATCH], self._y: y[i : i + EVALUATION_BATCH]}
            found.append(self._session.run([self._loss, self._accuracy], fed))
        loss, accuracy = np.mean(found, axis=0)  # batches are of one size
        return float(loss), float(accuracy)

    def predict(self, example: np.ndarray) -> np.ndarray:
        return self._session.run(self._out, {self._x: example})


if __name__ == "__main__":
    main({"estimator": partial(EstimatorProgram, tf), "session": SessionProgram})
