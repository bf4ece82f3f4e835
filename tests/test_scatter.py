"""Rows of variables replaced, added to and subtracted from, as TensorFlow does it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.compiler.reference import evaluate
from model_fns.graph.graph import Graph

START = np.arange(8.0, dtype=np.float32).reshape(4, 2)
ROWS, VALUES = [3, 0, 3], np.array([[1, 2], [3, 4], [5, 6]], np.float32)

# The last of several updates of one row stays; all of them are added or subtracted.
ENDS = {
    "scatter_update": [[3, 4], [2, 3], [4, 5], [5, 6]],
    "scatter_add": [[3, 5], [2, 3], [4, 5], [12, 15]],
    "scatter_sub": [[-3, -3], [2, 3], [4, 5], [0, -1]],
}


def test_scattered_rows_are_tensorflows():
    """...by the functions in a compiled step, and by the methods in the interpreter."""
    with Graph().as_default() as graph:
        by_function = {name: getattr(tf, name)(tf.Variable(START), ROWS, VALUES) for name in ENDS}
        of_numbers = tf.scatter_add(tf.Variable(np.arange(4)), [[1], [1]], [[10], [20]])
        filled = tf.scatter_update(tf.Variable(START), [1, 2], 7)
        by_method = {
            name: getattr(tf.Variable(START), name)(tf.IndexedSlices(tf.constant(VALUES), tf.constant(ROWS)))
            for name in ENDS
        }
        state: dict[str, Any] = {}
        evaluate([tf.global_variables_initializer()], state=state)
        interpreted = evaluate(list(by_method.values()), state=state)
        with tf.Session(graph=graph) as session:
            session.run(tf.global_variables_initializer())
            compiled, numbers, same = session.run([list(by_function.values()), of_numbers, filled])
    for name, a, b in zip(ENDS, interpreted, compiled, strict=True):
        np.testing.assert_array_equal(a, ENDS[name], name)
        np.testing.assert_array_equal(b, ENDS[name], name)
    np.testing.assert_array_equal(numbers, [0, 31, 2, 3])
    np.testing.assert_array_equal(same, [[0, 1], [7, 7], [7, 7], [6, 7]])


def test_a_row_out_of_range_is_refused_before_anything_is_written():
    with Graph().as_default() as graph:
        table, rows = tf.Variable(START), tf.placeholder(tf.int64, [None])
        update = tf.scatter_add(table, rows, tf.ones([2, 2]))
        with tf.Session(graph=graph) as session:
            session.run(tf.global_variables_initializer())
            for bad in ([0, 4], [0, -1]):
                with pytest.raises(
                    tf.errors.InvalidArgumentError, match=rf"indices\[1\] = {bad[1]} is not in \[0, 4\)"
                ):
                    session.run(update, {rows: bad})
            np.testing.assert_array_equal(session.run(table), START)


def test_what_does_not_fit_is_refused():
    with Graph().as_default():
        table = tf.Variable(START)
        with pytest.raises(ValueError, match=r"Must have updates.shape = indices.shape \+ params.shape\[1:\]"):
            tf.scatter_add(table, [0, 1], tf.ones([2, 3]))
        with pytest.raises(TypeError, match="a variable of float32 cannot be updated by int32"):
            tf.scatter_add(table, [0], tf.constant([[1, 2]]))
        with pytest.raises(TypeError, match="Only rows of variables can be changed"):
            tf.scatter_add(tf.ones([2]), [0], [1.0])
