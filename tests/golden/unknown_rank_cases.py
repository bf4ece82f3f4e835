"""What a TensorFlow 1 program does with a placeholder of which nothing is known: run by TensorFlow, and by us.

Python 3.7 must be able to read this file. Each case is a function of the namespace `tf` and x, which is fed [3, 4] and
then [2, 3, 4]; those of MATRIX only the former.
"""

import numpy as np

FED = (
    ((np.arange(12) - 5) / 3).astype("float32").reshape(3, 4),
    np.cos(np.arange(24)).astype("float32").reshape(2, 3, 4),
)
TABLE = np.linspace(-1, 1, 8).astype("float32").reshape(4, 2)

CASES = {
    "add": lambda tf, x: x + 1.0,
    "multiply": lambda tf, x: x * x,
    "exp": lambda tf, x: tf.exp(x),
    "cast": lambda tf, x: tf.cast(x, tf.int32),
    "matmul": lambda tf, x: tf.matmul(x, TABLE),
    "matmul of a reshaped": lambda tf, x: tf.matmul(tf.reshape(x, [-1, 4]), TABLE),
    "softmax": lambda tf, x: tf.nn.softmax(x) * x,
    "reduce_sum": lambda tf, x: tf.reduce_sum(x),
    "reduce_sum of an axis": lambda tf, x: tf.reduce_sum(x * x, 0),
    "reduce_mean of the last axis": lambda tf, x: tf.reduce_mean(x * x, -1, keepdims=True),
    "reduce_max": lambda tf, x: tf.reduce_max(x, [0, 1]),
    "argmax": lambda tf, x: tf.argmax(x, -1),
    "expand_dims": lambda tf, x: tf.expand_dims(x, -1),
    "squeeze": lambda tf, x: tf.squeeze(tf.expand_dims(x, 0), [0]),
    "transpose": lambda tf, x: tf.transpose(x) * 2.0,
    "concat": lambda tf, x: tf.concat([x, x * x], -1),
    "stack": lambda tf, x: tf.stack([x, x * x], axis=-1),
    "split": lambda tf, x: tf.split(x * x, 2, axis=-1)[1],
    "first": lambda tf, x: x[0] * x[0],
    "of the last axis": lambda tf, x: x[..., 1:] * 3.0,
    "with a new axis": lambda tf, x: x[:, None],
    "gather of columns": lambda tf, x: tf.gather(x * x, [1, 0], axis=1),
    "gather_nd": lambda tf, x: tf.gather_nd(x, [[0, 1], [1, 2]]),
    "shape": lambda tf, x: tf.shape(x),
    "rank": lambda tf, x: tf.rank(x),
    "size": lambda tf, x: tf.size(x),
    "last size": lambda tf, x: tf.shape(x)[-1],
    "number of all": lambda tf, x: tf.reduce_prod(tf.shape(x)),
    "zeros_like": lambda tf, x: tf.zeros_like(x),
    "where": lambda tf, x: tf.where(x > 0, x, -x),
    "places": lambda tf, x: tf.where(x > 0),
    "fill": lambda tf, x: tf.fill(tf.shape(x), 3.0),
    "one_hot": lambda tf, x: tf.one_hot(tf.cast(tf.abs(x), tf.int32), 3),
    "one_hot of a computed depth": lambda tf, x: tf.one_hot([0, 1], tf.shape(x)[0]),
    "cumsum": lambda tf, x: tf.cumsum(x, axis=1),
    "top_k": lambda tf, x: tf.nn.top_k(x, 2).values,
    "top_k of a computed number": lambda tf, x: tf.nn.top_k(x, tf.shape(x)[0] - 1).values,
    "sort": lambda tf, x: tf.sort(x) * 2.0,
    "norm": lambda tf, x: tf.norm(x),
    "l2_normalize": lambda tf, x: tf.nn.l2_normalize(x, -1) * x,
    "clip_by_value": lambda tf, x: tf.clip_by_value(x, -1.0, 1.0),
    "sigmoid cross-entropy": lambda tf, x: tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.ones_like(x), logits=x),
    "sparse cross-entropy": lambda tf, x: tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=tf.argmin(x, -1), logits=x
    ),
    "mean_squared_error": lambda tf, x: tf.losses.mean_squared_error(x, x * 2.0),
    "bias_add": lambda tf, x: x + TABLE[:, 0],
    "tensordot": lambda tf, x: tf.tensordot(x, TABLE, 1),
    "broadcast_to": lambda tf, x: tf.broadcast_to(x, [2, 3, 4]),
    "matrix_diag": lambda tf, x: tf.matrix_diag(x),
    "linspace": lambda tf, x: tf.linspace(0.0, 1.0, tf.shape(x)[0]),
    "range": lambda tf, x: tf.range(tf.rank(x)),
    "moments": lambda tf, x: tf.nn.moments(x, [0])[1],
    "cond": lambda tf, x: tf.cond(tf.reduce_sum(x) > 0, lambda: x * x, lambda: -x),
    "unsorted_segment_sum": lambda tf, x: tf.unsorted_segment_sum(tf.argmax(x, -1), tf.zeros_like(tf.argmax(x, -1)), 1),
}
MATRIX = {
    "transpose with an order": lambda tf, x: tf.transpose(x, [1, 0]) * 2.0,
    "tile": lambda tf, x: tf.tile(x, [2, 1]) * 2.0,
    "tile of computed numbers": lambda tf, x: tf.tile(x, tf.stack([tf.cast(tf.reduce_max(x), tf.int32) + 1, 1])),
    "slice": lambda tf, x: tf.slice(x, [0, 1], [2, 2]),
    "pad": lambda tf, x: tf.pad(x, [[1, 0], [0, 2]]) * 2.0,
    "pad to a size": lambda tf, x: tf.pad(x, [[0, 5 - tf.shape(x)[0]], [0, 0]]) * 2.0,
    "boolean_mask": lambda tf, x: tf.boolean_mask(x, [True, False, True]),
    "dynamic_partition": lambda tf, x: tf.dynamic_partition(x * x, [0, 1, 0], 2)[0],
    "unstack": lambda tf, x: tf.unstack(x * x, num=3)[1],
}
