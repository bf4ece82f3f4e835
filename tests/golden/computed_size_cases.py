"""Tensors whose sizes follow from computed values, as a TensorFlow 1 program makes them: run by TensorFlow, and by us.

Python 3.7 must be able to read this file. Each case is a function of the namespace `tf`, what is fed - x [batch, 2] - a
variable w [2, 2], and h = x w; it returns what is fetched, all in one run.
"""

import numpy as np

CASES = {}  # name -> function
X = np.arange(12, dtype="float32").reshape(6, 2) - 5
W = np.array([[1, -1], [0.5, 2]], "float32")
BATCHES = (6, 3, 6, 1)  # rows of X that are fed, run after run


def case(build):
    CASES[build.__name__] = build
    return build


@case
def masks(tf, x, w, h):
    return [tf.boolean_mask(h, h[:, 0] > 0), tf.size(tf.boolean_mask(h, h > 0)), h[h[:, 1] > h[:, 0]]]


@case
def places(tf, x, w, h):
    return [tf.where(h > 0), tf.gather_nd(h, tf.where(h > 0))]


@case
def one_behind_the_other(tf, x, w, h):
    found = tf.unique(tf.reshape(tf.cast(tf.abs(h), tf.int32) // 3, [-1]))
    return [found.y, found.idx, tf.unique(tf.boolean_mask(found.y, found.y > 0))[0]]


@case
def computed_shapes(tf, x, w, h):
    count = tf.cast(tf.reduce_max(tf.abs(h)), tf.int32)
    rows = tf.cast(tf.reduce_sum(w), tf.int32)
    wide = tf.reshape(h, [rows, -1])
    return [tf.range(count), tf.fill([count, 2], 1.5), tf.zeros([count]) + 1, wide, tf.gradients(wide * wide, w)[0]]


@case
def gradients(tf, x, w, h):
    loss = tf.reduce_sum(tf.square(tf.boolean_mask(h, h[:, 0] > -3) - 1))
    return [loss] + tf.gradients(loss, [w, x])


@case
def training(tf, x, w, h):
    loss = tf.reduce_mean(tf.square(tf.boolean_mask(h, h[:, 0] > -3) - 1))
    with tf.control_dependencies([tf.train.AdamOptimizer(0.1).minimize(loss)]):
        return [loss, w.read_value() + 0.0]


@case
def partitions(tf, x, w, h):
    signs = tf.cast(h[:, 0] > 0, tf.int32)
    below, above = tf.dynamic_partition(h, signs, 2)
    where = tf.dynamic_partition(tf.range(tf.shape(h)[0]), signs, 2)
    together = tf.dynamic_stitch(where, [below * 10, above])
    loss = tf.reduce_sum(tf.square(together - x))
    return [together, loss, tf.gradients(loss, w)[0]]


@case
def slices(tf, x, w, h):
    k = tf.reduce_sum(tf.cast(h > 0, tf.int32)) // 4
    part, row = h[k:, ::-1], h[k]
    by_w = tf.gradients(tf.reduce_sum(part * part) + tf.reduce_sum(row), w)[0]
    return [
        part,
        row,
        h[:, k - 1 : k * 3],
        h[..., k % 2],
        h[k, None],
        by_w,
        tf.shape(h[k:]),
        tf.slice(h, [0, 0], [k, 1]),
    ]


@case
def what_is_read_and_written(tf, x, w, h):
    c = tf.get_variable("c", initializer=np.zeros(2, "float32"))
    before = c.read_value() + 0.0
    with tf.control_dependencies([before]):
        first = tf.assign_add(c, tf.reduce_sum(h, 0))
    with tf.control_dependencies([first]):
        kept = tf.boolean_mask(h, h[:, 0] > c[0])
        between = c.read_value() + 0.0
    with tf.control_dependencies([kept, between]):
        second = tf.assign_add(c, [100.0, 100.0])
    with tf.control_dependencies([second]):
        return [before, kept, between, second + 0.0, c.read_value() + 0.0]


@case
def random_masks(tf, x, w, h):
    """Both uses of one random tensor see the same numbers; nothing of them is fetched."""
    drawn = tf.random_uniform(tf.shape(h)[:1]) + 0 * h[:, 0]
    kept = tf.boolean_mask(drawn, drawn > 0.5)
    return [tf.reduce_all(kept > 0.5), tf.equal(tf.size(kept), tf.reduce_sum(tf.cast(drawn > 0.5, tf.int32)))]


@case
def computed_attributes(tf, x, w, h):
    k = tf.reduce_sum(tf.cast(h[:, 0] > 0, tf.int32))
    values, indices = tf.nn.top_k(h[:, 0], k)
    hot = tf.one_hot(tf.cast(tf.abs(h[:, 0]), tf.int32), k + 1)
    parts = tf.split(h, [k, tf.shape(h)[0] - k])
    padded = tf.pad(h, [[k, 0], [0, 1]])
    by_w = tf.gradients([values * values, tf.matmul(hot, h, transpose_a=True), padded * padded, parts[1]], w)[0]
    return [values, indices, hot, padded, tf.linspace(0.0, 1.0, k + 1), tf.tile(h, [k, 1]), by_w] + parts


@case
def branches_and_loops(tf, x, w, h):
    kept = tf.boolean_mask(h, tf.not_equal(h[:, 0], -4))
    either = tf.cond(tf.size(kept) > 4, lambda: tf.boolean_mask(h, h[:, 1] > 0), lambda: -kept)
    _, total = tf.while_loop(
        lambda i, _: i < tf.shape(kept)[0], lambda i, a: (i + 1, a + kept[i] * kept[i]), [0, tf.zeros([2])]
    )
    squares = tf.map_fn(lambda row: row * row, kept)
    by_w = tf.gradients([either * either, total, squares], w)[0]
    return [either, total, squares, by_w]


@case
def text(tf, x, w, h):
    words = tf.boolean_mask(tf.as_string(tf.cast(h[:, 0], tf.int32)), h[:, 0] > 0)
    return [words, tf.string_join([words, "!"]), tf.unique(words)[1]]


@case
def embeddings(tf, x, w, h):
    table = tf.get_variable("table", initializer=np.arange(20, dtype="float32").reshape(10, 2))
    ids, places = tf.unique(tf.cast(tf.abs(h[:, 0]), tf.int32) % 10)
    loss = tf.reduce_sum(tf.gather(tf.gather(table, ids), places) * h)
    with tf.control_dependencies([tf.train.AdamOptimizer(0.1).minimize(loss, var_list=[table])]):
        return [loss, table.read_value() + 0.0]
