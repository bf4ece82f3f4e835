"""Which elementwise statements become one loop: those that share an array, or are numbers."""

from __future__ import annotations

import numpy as np

import estimators.compat.v1 as tf
from estimators.compiler.pipeline import optimised
from estimators.compiler.schedule import Loop, schedule
from tests.cases.compiled import captured, compiled


def loops(fetches: list[tf.Tensor], feeds: list[tf.Tensor]) -> list[set[str]]:
    """The kinds of operations in each loop."""
    items = schedule(optimised(captured(fetches, feeds)))
    return [{step.statement.op.type for step in item.steps} for item in items if isinstance(item, Loop)]


def test_what_shares_an_array_is_one_loop() -> None:
    with tf.Graph().as_default():
        x, y = (tf.placeholder(tf.float32, [None, 4], name) for name in "xy")
        assert loops([tf.exp(x), tf.tanh(x) + y, tf.sigmoid(y)], [x, y]) == [{"Exp", "Tanh", "AddV2", "Sigmoid"}]


def test_a_number_is_enough_to_share_for_what_stands_last() -> None:
    with tf.Graph().as_default():
        x, y = (tf.placeholder(tf.float32, [None, 4], name) for name in "xy")
        assert loops([3.0 * x, 3.0 * y], [x, y]) == [{"Mul"}]
        fetches = [tf.matmul(3.0 * x, np.eye(4, dtype=np.float32)), 3.0 * y]
        assert loops(fetches, [x, y]) == [{"Mul"}, {"Mul"}]
        arrays = [np.full((2, 4), number, np.float32) for number in (1.0, 2.0)]
        found = compiled(fetches, [x, y]).run({}, arrays)[1]
    np.testing.assert_array_equal(found[0], 3 * arrays[0])
    np.testing.assert_array_equal(found[1], 3 * arrays[1])


def test_numbers_are_one_loop() -> None:
    with tf.Graph().as_default():
        x, y = (tf.placeholder(tf.float32, [], name) for name in "xy")
        assert loops([tf.exp(x), tf.tanh(y)], [x, y]) == [{"Exp", "Tanh"}]


def test_a_loop_takes_no_step_before_what_it_needs() -> None:
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [None, 4], "x")
        total = tf.reduce_sum(tf.exp(x), 1, keepdims=True)
        assert loops([tf.exp(x), x * total], [x]) == [{"Exp"}, {"Mul"}]
