"""Feature columns to be measured by TensorFlow and here: the same functions on both sides.

Python 3.7 must be able to read this file.
"""

import numpy as np

FEATURES = {
    "price": np.array([1.5, -2.0, 0.25, 7.0], "float64"),
    "size": np.array([[1, 2], [3, 4], [5, 6], [-7, 8]], "int32"),
    "age": np.array([[17.5], [18.0], [64.9], [90.0]], "float32"),
    "color": np.array(["red", "blue", "", "gr\u00fcn"], object),
    "tags": np.array([["a", "b"], ["b", "b"], ["", "zebra"], ["", ""]], object),
    "code": np.array([3, -1, 0, 4], "int64"),
    "codes": np.array([[3, -1, 1], [0, 0, 2], [-1, -1, -1], [1, 4, 1]], "int64"),
    "weight": np.array([[1.0, 0.5], [2.0, -0.25], [0.0, 3.0], [0.0, 0.0]], "float32"),  # 0 where there is no tag
    "share": np.array([[2.0], [0.0], [1.0], [0.25]], "float32"),
}


def price(fc):
    return fc.numeric_column("price")


def age_buckets(fc):
    return fc.bucketized_column(fc.numeric_column("age"), [18, 25.5, 65])


def size_buckets(fc):
    return fc.bucketized_column(fc.numeric_column("size", shape=2), [0.0, 3.0])


def colors(fc, **options):
    return fc.categorical_column_with_vocabulary_list("color", ["red", "green", "blue"], **options)


def tags(fc, **options):
    return fc.categorical_column_with_vocabulary_list("tags", ["b", "a"], **options)


def code(fc, **options):
    return fc.categorical_column_with_identity("code", 5, **options)


def codes(fc):
    return fc.categorical_column_with_vocabulary_list("codes", [1, 0, 3])


def hashed(fc, key="tags", **options):
    return fc.categorical_column_with_hash_bucket(key, 7, **options)


def weighted_tags(fc):
    return fc.weighted_categorical_column(hashed(fc), "weight")


# name -> function of tf.feature_column that returns the columns
LAYERS = {
    "numbers": lambda fc: [price(fc), fc.numeric_column("size", (2,), normalizer_fn=lambda x: x * 2)],
    "buckets": lambda fc: [age_buckets(fc), size_buckets(fc)],
    "indicator of a vocabulary": lambda fc: fc.indicator_column(colors(fc)),
    "indicator with buckets for others": lambda fc: [fc.indicator_column(colors(fc, num_oov_buckets=2))],
    "indicator with a default": lambda fc: [fc.indicator_column(tags(fc, default_value=1))],
    "indicator of integers": lambda fc: [fc.indicator_column(codes(fc)), fc.indicator_column(code(fc))],
    "indicator of hashes": lambda fc: [
        fc.indicator_column(hashed(fc)),
        fc.indicator_column(hashed(fc, "color")),
        fc.indicator_column(hashed(fc, "codes", dtype=INT64)),
    ],
    "indicator of weighted": lambda fc: [fc.indicator_column(weighted_tags(fc))],
    "indicator of crosses": lambda fc: [
        fc.indicator_column(fc.crossed_column(["color", "tags"], 11)),
        fc.indicator_column(fc.crossed_column(["tags", age_buckets(fc)], 13)),
        fc.indicator_column(fc.crossed_column([colors(fc), size_buckets(fc), "tags"], 17, hash_key=5)),
    ],
    "indicator of a cross of crosses": lambda fc: [
        fc.indicator_column(fc.crossed_column([fc.crossed_column(["color", code(fc)], 3), tags(fc)], 19))
    ],
    "embedding, mean": lambda fc: [fc.embedding_column(tags(fc), 3), price(fc)],
    "embedding, sum": lambda fc: [fc.embedding_column(tags(fc, num_oov_buckets=1), 2, combiner="sum")],
    "embedding, sqrtn": lambda fc: [fc.embedding_column(codes(fc), 2, combiner="sqrtn")],
    "embedding of one": lambda fc: [fc.embedding_column(colors(fc), 2), fc.embedding_column(code(fc), 1)],
    "embedding of weighted, mean": lambda fc: [fc.embedding_column(weighted_tags(fc), 2)],
    "embedding of weighted, sqrtn": lambda fc: [fc.embedding_column(weighted_tags(fc), 2, combiner="sqrtn")],
    "embedding of weighted, sum": lambda fc: [fc.embedding_column(weighted_tags(fc), 2, combiner="sum")],
    "embedding of short rows": lambda fc: [fc.embedding_column(tags(fc), 3, max_norm=0.5)],
    "embedding that stays": lambda fc: [fc.embedding_column(colors(fc), 2, trainable=False)],
    "embedding of buckets": lambda fc: [fc.embedding_column(size_buckets(fc), 2)],
    "shared embedding": lambda fc: fc.shared_embedding_columns([hashed(fc, "color"), hashed(fc, "tags")], 2),
}
LINEAR = {
    "numbers": (lambda fc: [price(fc), fc.numeric_column("size", (2,))], {}),
    "numbers, several units": (lambda fc: [price(fc), fc.numeric_column("size", (2,))], {"units": 3}),
    "categories": (lambda fc: [colors(fc), tags(fc), hashed(fc, "codes", dtype=INT64)], {}),
    "categories, mean": (lambda fc: [tags(fc), weighted_tags(fc)], {"sparse_combiner": "mean"}),
    "categories, sqrtn": (lambda fc: [tags(fc), weighted_tags(fc)], {"sparse_combiner": "sqrtn", "units": 2}),
    "buckets and a cross": (
        lambda fc: [size_buckets(fc), age_buckets(fc), fc.crossed_column([age_buckets(fc), "color"], 23)],
        {},
    ),
    "everything": (
        lambda fc: [
            price(fc),
            weighted_tags(fc),
            code(fc, default_value=2),
            fc.embedding_column(colors(fc), 2),
            fc.indicator_column(codes(fc)),
        ],
        {"units": 2},
    ),
    "a weighted number": (lambda fc: [fc.weighted_categorical_column(code(fc), "share")], {}),
}
# Those that are also measured with features that are SparseTensors, where they are categories.
SPARSE = (
    "indicator of a vocabulary",
    "indicator of hashes",
    "indicator of weighted",
    "indicator of crosses",
    "indicator of a cross of crosses",
    "embedding, mean",
    "embedding, sqrtn",
    "embedding of one",
    "embedding of weighted, mean",
    "shared embedding",
    "categories, mean",
    "everything",
)
DENSE = ("price", "size", "age")


def sparse(kind, array):
    """A SparseTensor, of that kind, of what is there."""
    array = array.reshape(len(array), -1)
    indices = np.argwhere(array != ("" if array.dtype == object else -1 if array.dtype.kind == "i" else 0))
    return kind(indices, array[tuple(indices.T)], np.array(array.shape, "int64"))


INT64 = np.dtype("int64")  # the types of both sides equal it
