"""Sums, means and their like of rows that are looked up, with the numbers of TensorFlow 1.15."""

from __future__ import annotations

import numpy as np
import pytest

import estimators.compat.v1 as tf

TABLE = np.arange(12, dtype=np.float32).reshape(4, 3)
SUMS = [[9, 11, 13], [0, 0, 0], [3, 5, 7]]  # of the rows 3 and 0, of none, and of 0 and 1
SCALES = {"sum": 1.0, "mean": 0.5, "sqrt_n": 2**-0.5}
NAMES = {"sum": "SparseSegmentSum", "mean": "SparseSegmentMean", "sqrt_n": "SparseSegmentSqrtN"}


@pytest.mark.parametrize("kind", SCALES)
@pytest.mark.parametrize("number", [None, 5])
def test_rows_and_their_gradient(kind, number):
    with tf.Graph().as_default(), tf.Session() as session:
        table = tf.placeholder(tf.float32, [4, 3])
        function = getattr(tf, f"sparse_segment_{kind}")
        made = function(table, [3, 0, 0, 1], [0, 0, 2, 2], num_segments=number)
        assert made.op.name == NAMES[kind] + ("" if number is None else "WithNumSegments")
        assert made.shape.as_list() == [number, 3]
        gradient = tf.convert_to_tensor(tf.gradients(tf.reduce_sum(made * made), table)[0])
        rows, by_table = session.run([made, gradient], {table: TABLE})
    sums = np.array(SUMS + [[0, 0, 0]] * (2 if number else 0))
    np.testing.assert_allclose(rows, sums * SCALES[kind], rtol=1e-6)
    expected = 2 * np.array([np.add(SUMS[0], SUMS[2]), SUMS[2], [0, 0, 0], SUMS[0]]) * SCALES[kind] ** 2
    np.testing.assert_allclose(by_table, expected, rtol=1e-5)


@pytest.mark.parametrize(
    "indices, numbers, message",
    [
        ([3, 0, 9, 1], [0, 0, 2, 2], r"indices\[2\] = 9 is not in \[0, 4\)"),
        ([3, 0, 1, 1], [0, 2, 1, 2], "segment ids are not increasing"),
    ],
)
def test_mistakes(indices, numbers, message):
    with tf.Graph().as_default(), tf.Session() as session:
        made = tf.sparse_segment_sum(tf.constant(TABLE), indices, numbers)
        with pytest.raises(tf.errors.InvalidArgumentError, match=message):
            session.run(made)


def test_the_gradient_of_a_sparse_tensor_made_dense():
    with tf.Graph().as_default(), tf.Session() as session:
        values, default = tf.placeholder(tf.float32, [None]), tf.placeholder(tf.float32, [])
        sparse = tf.SparseTensor(tf.constant([[0, 1], [2, 0]], tf.int64), values, [3, 2])
        dense = tf.sparse_tensor_to_dense(sparse, default)
        weights = np.arange(6, dtype=np.float32).reshape(3, 2)
        gradients = tf.gradients(tf.reduce_sum(dense * dense * weights), [values, default])
        by_values, by_default = session.run(gradients, {values: [2.0, 3.0], default: 0.5})
    assert (by_values.tolist(), by_default) == ([4.0, 24.0], 10.0)
