"""Gradients by tables of which rows are looked up, and the look-ups themselves: the same functions on both sides.

A case makes (results, variables): tensors, and what they are differentiated by. Python 3.7 must be able to read this.
"""

import numpy as np

TABLE = (np.cos(np.arange(10.0)) * 2).reshape(5, 2).astype("float32")
OTHER = np.sin(np.arange(6.0)).reshape(3, 2).astype("float32")
IDS = [1, 3, 3]


def table(tf, name="table", start=TABLE):
    return tf.get_variable(name, initializer=start)


def sparse(tf, values, dtype="int64", shape=(4, 3)):
    """Examples 0, 1 and 3 have ids, 2 has none."""
    return tf.SparseTensor([[0, 0], [1, 0], [1, 2], [3, 1]], tf.constant(values, dtype), list(shape))


def of(build):
    """A case with one table: build(tf, table) makes a result."""

    def case(tf):
        variable = table(tf)
        return [build(tf, variable)], [variable]

    return case


def of_parts(build, sizes):
    """A case with a table in parts of so many rows: build(tf, parts) makes a result."""

    def case(tf):
        rows = np.cos(np.arange(2.0 * sum(sizes))).reshape(-1, 2).astype("float32")
        edges = np.cumsum([0] + list(sizes))
        parts = [table(tf, f"part_{i}", rows[edges[i] : edges[i + 1]]) for i in range(len(sizes))]
        return [build(tf, parts)], parts

    return case


def combined(combiner, weights=None, **arguments):
    def build(tf, variable):
        given = None if weights is None else sparse(tf, weights, "float32")
        return tf.nn.embedding_lookup_sparse(variable, sparse(tf, [1, 3, 3, 0]), given, combiner=combiner, **arguments)

    return of(build)


def safe(ids, weights=None, **arguments):
    def build(tf, variable):
        given = None if weights is None else sparse(tf, weights, "float32")
        return tf.nn.safe_embedding_lookup_sparse(variable, sparse(tf, ids), given, **arguments)

    return of(build)


def sampled(loss):
    def case(tf):
        weights, biases = table(tf), table(tf, "biases", TABLE[:, 0])
        drawn = (
            tf.constant([0, 2, 2], tf.int64),
            tf.constant([[0.5], [0.2]]),
            tf.constant([0.3, 0.4, 0.4]),
        )
        labels, inputs = tf.constant([[1], [4]], tf.int64), tf.constant([[0.5, -1.0], [2.0, 0.25]])
        made = getattr(tf.nn, loss)(weights, biases, labels, inputs, 3, 5, sampled_values=drawn)
        return [made], [weights, biases]

    return case


def columns(build):
    def case(tf):
        features = {"a": tf.constant([["x"], ["y"], ["x"]]), "b": sparse(tf, [1, 3, 3, 0], shape=(4, 3))}
        features["a"] = tf.constant([["x"], ["y"], ["x"], ["w"]])
        column = tf.feature_column
        words = column.categorical_column_with_vocabulary_list("a", ["w", "x", "y", "z"])
        numbers = column.categorical_column_with_identity("b", 5)
        return [build(tf, features, words, numbers)], tf.trainable_variables()

    return case


def embedded(tf, features, words, numbers):
    def start(shape, dtype=None, partition_info=None):
        return tf.constant(TABLE[: int(shape[0])])

    made = [tf.feature_column.embedding_column(c, 2, initializer=start, max_norm=2.5) for c in (words, numbers)]
    return tf.feature_column.input_layer(features, made)


CASES = {
    "gather": of(lambda tf, t: tf.gather(t, IDS)),
    "gather of one row": of(lambda tf, t: tf.gather(t, 2)),
    "gather by a matrix": of(lambda tf, t: tf.gather(t, [[0, 1], [4, 0]])),
    "gather of columns": of(lambda tf, t: tf.gather(t, [0], axis=1)),
    "look-up": of(lambda tf, t: tf.nn.embedding_lookup(t, IDS)),
    "look-up of short rows": of(lambda tf, t: tf.nn.embedding_lookup(t, IDS, max_norm=1.5)),
    "gather of gather": of(lambda tf, t: tf.gather(tf.gather(t, IDS), [0, 1])),
    "two look-ups": of(lambda tf, t: tf.gather(t, IDS) + tf.gather(t, [0, 1, 4])),
    "look-up and more": of(lambda tf, t: tf.reduce_sum(tf.gather(t, IDS)) + tf.nn.l2_loss(t)),
    "gather of a product": of(lambda tf, t: tf.gather(t * 2.0, IDS)),
    "gather of the negative": of(lambda tf, t: tf.gather(-t, IDS)),
    "gather of another type": of(lambda tf, t: tf.gather(tf.cast(t, tf.float64), IDS)),
    "gather of identity": of(lambda tf, t: tf.gather(tf.identity(t), IDS)),
    "gather of other rows": of(lambda tf, t: tf.gather(tf.reshape(t, [2, 5]), [0])),
    "gather_nd of rows": of(lambda tf, t: tf.gather_nd(t, [[0], [1]])),
    "gather_nd of elements": of(lambda tf, t: tf.gather_nd(t, [[0, 1], [1, 0]])),
    "slice": of(lambda tf, t: t[0]),
    "mask": of(lambda tf, t: tf.boolean_mask(t, [True, False, True, True, False])),
    "segments": of(lambda tf, t: tf.unsorted_segment_sum(t, [0, 1, 0, -1, 0], 2)),
    "parts, mod": of_parts(lambda tf, p: tf.nn.embedding_lookup(p, [0, 4, 1, 6, 1]), [3, 2, 2]),
    "parts, div": of_parts(lambda tf, p: tf.nn.embedding_lookup(p, [[0, 4], [1, 6]], "div"), [3, 2, 2]),
    "parts, even": of_parts(lambda tf, p: tf.nn.embedding_lookup(p, [3, 0, 3], "div", max_norm=1.0), [2, 2]),
    "parts, sparse": of_parts(
        lambda tf, p: tf.nn.embedding_lookup_sparse(p, sparse(tf, [1, 3, 3, 0]), None, combiner="sum"), [3, 2]
    ),
    "sparse, default": combined(None),
    "sparse, mean": combined("mean"),
    "sparse, sum": combined("sum"),
    "sparse, sqrtn": combined("sqrtn"),
    "sparse, short rows": combined("sum", max_norm=1.0),
    "sparse, weighted sum": combined("sum", [0.5, 2.0, -1.0, 1.5]),
    "sparse, weighted sqrtn": combined("sqrtn", [0.5, 2.0, -1.0, 1.5]),
    "safe": safe([1, 3, 3, 0]),
    "safe, none": safe([1, -1, 3, -1]),
    "safe, default": safe([1, -1, 3, -1], default_id=4, combiner="sqrtn"),
    "safe, weights": safe([1, 3, 3, 0], [0.5, 2.0, 0.0, -1.0], combiner="mean"),
    "safe, weighted sum": safe([1, 3, 3, 0], [0.5, 2.0, 0.0, -1.0], combiner="sum"),
    "nce_loss": sampled("nce_loss"),
    "sampled_softmax_loss": sampled("sampled_softmax_loss"),
    "embedding columns": columns(embedded),
    "linear model": columns(lambda tf, f, words, numbers: tf.feature_column.linear_model(f, [words, numbers])),
}


def weighted(tf, result):
    """A sum in which every element counts differently."""
    size = tf.cast(tf.size(result), tf.float32)
    return tf.reduce_sum(tf.cast(tf.reshape(result, [-1]), tf.float32) * (tf.range(size) + 1.0))


def facts(tf, name):
    """({label: tensor}, {variable: whether its gradient is slices}) of a case."""
    results, variables = CASES[name](tf)
    found = {f"result {i}": result for i, result in enumerate(results)}
    slices = {}
    gradients = tf.gradients(weighted(tf, results[0]), variables)
    for variable, gradient in zip(variables, gradients):  # noqa: B905 - as Python 3.7 has it
        slices[variable.op.name] = isinstance(gradient, tf.IndexedSlices)
        found["by " + variable.op.name] = tf.convert_to_tensor(gradient)
    found["global norm"] = tf.global_norm(gradients)
    return found, slices
