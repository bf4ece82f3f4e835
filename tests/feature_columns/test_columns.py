"""Feature columns: what they refuse and how, hashing, vocabulary files, options of input_layer and linear_model."""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.compiler.reference import evaluate
from model_fns.fingerprint import fingerprint64
from model_fns.graph.graph import Graph
from model_fns.ops.apply import apply
from model_fns.ops.categories import SparseCross

fc = tf.feature_column

# TensorFlow 1.15: to_hash_bucket_fast(text of so many characters, 2 ** 63 - 1)
FINGERPRINTS = {
    0: 1936946117179621456,
    1: 1366698271136253306,
    2: 6802249652779214323,
    3: 398699863598724094,
    4: 8425543508670559910,
    7: 8879765114474867592,
    8: 5102859526078303239,
    9: 5536152759197313107,
    16: 4320848957565769301,
    17: 5162019803258432958,
    32: 3916272259504149091,
    33: 8241563171161551831,
    63: 5984529194026524008,
    64: 7947194657833010288,
    65: 5233344994529099517,
    127: 7184864309917620511,
    128: 6577338145766978247,
    129: 2053249601420812518,
    300: 7746020869329924461,
}
TEXT = "The quick brown fox jumps over the lazy dog. \u00e4\u00f6\u00fc " * 20


def identity(key: str = "i", buckets: int = 3, **options: Any) -> Any:
    return fc.categorical_column_with_identity(key, buckets, **options)


def words(*values: Any, **options: Any) -> Any:
    return fc.categorical_column_with_vocabulary_list("a", list(values), **options)


def features() -> dict[str, Any]:
    return {
        "x": tf.constant([1.0, 2.0]),
        "s": tf.constant(["a", "b"]),
        "m": tf.constant([[1.0, 2.0], [3.0, 4.0]]),
        "i": tf.constant([1, 7]),
        "three": tf.zeros([2, 1, 1], tf.int32),
    }


# -- hashing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", FINGERPRINTS)
def test_fingerprints_are_tensorflows(length: int):
    assert fingerprint64(TEXT[:length].encode()) % (2**63 - 1) == FINGERPRINTS[length]


def test_strings_fall_into_tensorflows_buckets():
    with Graph().as_default():
        text = [TEXT[:length] for length in FINGERPRINTS]
        (buckets,) = evaluate([tf.string_to_hash_bucket_fast(text, 2**63 - 1)])
        assert buckets.tolist() == list(FINGERPRINTS.values())
        with pytest.raises(TypeError, match="must be of strings, but it is int32: see tf.as_string"):
            tf.string_to_hash_bucket_fast([1], 3)
        with pytest.raises(ValueError, match="'num_buckets' of 0 must be at least minimum 1"):
            tf.string_to_hash_bucket_fast(["a"], 0)


def test_crosses_fall_into_tensorflows_buckets():
    with Graph().as_default():
        cross = apply(SparseCross(2**62, 0xDECAFCAFFE), None, a=tf.constant([["a", "b"]]), b=tf.constant([["x", ""]]))
        (buckets,) = evaluate([cross])
    expected = [1484974617627318892, 4175768630855639838, 3552177129620670004, 352075686141389680]
    assert buckets.tolist() == [expected]


def test_numbers_as_strings_are_tensorflows():
    with Graph().as_default():
        numbers = [tf.as_string([1.5, 1e10, float("nan"), 1 / 3]), tf.as_string([1, -2]), tf.as_string([True, False])]
        assert [value.tolist() for value in evaluate(numbers)] == [
            [b"1.500000", b"10000000000.000000", b"nan", b"0.333333"],
            [b"1", b"-2"],
            [b"true", b"false"],
        ]
        with pytest.raises(TypeError, match="DataType string"):
            tf.as_string(["a"])


# -- what is refused --------------------------------------------------------------------------------------------------

REFUSED = [
    (lambda: fc.input_layer(features(), [fc.numeric_column("y")]), "Feature y is not in features dictionary."),
    (lambda: fc.input_layer(features(), [fc.numeric_column("m")]), "Column m has 1 numbers .* its feature has 2"),
    (lambda: fc.input_layer(features(), [fc.numeric_column("s")]), "Feature s of a numeric_column holds strings"),
    (lambda: fc.input_layer({"x": 1.0}, [fc.numeric_column("x")]), "Feature \\(key: x\\) cannot have rank 0"),
    (lambda: fc.input_layer(features(), [fc.numeric_column("x")] * 2), "Duplicate feature column name found for"),
    (lambda: fc.input_layer(features(), [identity()]), "must be a _DenseColumn. You can wrap a categorical column"),
    (lambda: fc.input_layer(features(), []), "feature_columns must not be empty."),
    (lambda: fc.input_layer(features(), {}), "Expected feature_columns to be iterable, found dict."),
    (lambda: fc.input_layer(features(), ["x"]), r"must be a _FeatureColumn. Given \(type <class 'str'>\): x."),
    (lambda: fc.linear_model(features(), [identity("x")]), "Invalid input, not integer. key: x"),
    (lambda: fc.linear_model(features(), [identity("three")]), "has 3 axes"),
    (lambda: fc.linear_model(features(), [identity()], sparse_combiner="max"), "combiner must be one of"),
    (lambda: fc.numeric_column("x", shape=(0,)), "shape dimensions must be greater than 0. shape: \\(0,\\), key: x"),
    (lambda: fc.numeric_column("x", dtype=tf.string), "dtype must be convertible to float."),
    (lambda: fc.numeric_column("x", (2,), [1.0]), "The shape of default_value must be equal to given shape."),
    (lambda: fc.numeric_column(3), "key must be a string. Got: type <class 'int'>. Given key: 3."),
    (lambda: fc.bucketized_column(fc.numeric_column("x"), [1, 1]), "boundaries must be a sorted list."),
    (lambda: fc.bucketized_column(fc.numeric_column("x"), []), "boundaries must not be empty."),
    (lambda: fc.bucketized_column(fc.numeric_column("x", (2, 2)), [1]), "must be one-dimensional column"),
    (lambda: fc.bucketized_column("x", [1]), r"must be a column generated with numeric_column\(\). Given: x"),
    (lambda: fc.indicator_column(fc.numeric_column("x")), "categorical_column must be made by"),
    (lambda: fc.embedding_column(identity(), 0), "Invalid dimension 0."),
    (lambda: fc.embedding_column(identity(), 2, initializer=3), "initializer must be callable if specified. .* i"),
    (lambda: fc.embedding_column(identity(), 2, combiner="max"), "combiner must be one of mean, sqrtn, sum, got max"),
    (lambda: fc.embedding_column(identity(), 2, ckpt_to_load_from="a"), "Must specify both"),
    (lambda: fc.shared_embedding_columns([identity(), words("x")], 2), "must have the same type"),
    (lambda: fc.shared_embedding_columns([identity(), identity("k", 4)], 2), "same number of buckets"),
    (lambda: fc.shared_embedding_columns([identity(), fc.numeric_column("x")], 2), "must be subclasses of"),
    (lambda: fc.crossed_column(["a"], 3), r"keys must be a list with length > 1. Given: \['a'\]"),
    (lambda: fc.crossed_column(["a", "b"], 0), "hash_bucket_size must be > 1. hash_bucket_size: 0"),
    (lambda: fc.crossed_column(["a", fc.numeric_column("b")], 3), "Unsupported key type."),
    (
        lambda: fc.crossed_column(["a", fc.categorical_column_with_hash_bucket("b", 3)], 3),
        "categorical_column_with_hash_bucket is not supported for crossing.",
    ),
    (
        lambda: fc.linear_model(
            features(), [fc.crossed_column(["s", fc.weighted_categorical_column(identity(), "x")], 3)]
        ),
        "crossed_column does not support weight_tensor",
    ),
    (lambda: identity(buckets=0), "num_buckets 0 < 1, column_name i"),
    (lambda: identity(default_value=3), r"default_value 3 not in range \[0, 3\), column_name i"),
    (lambda: fc.categorical_column_with_hash_bucket("a", None), "hash_bucket_size must be set. key: a"),
    (lambda: fc.categorical_column_with_hash_bucket("a", 0), "hash_bucket_size must be at least 1."),
    (lambda: fc.categorical_column_with_hash_bucket("a", 2, tf.float32), "dtype must be string or integer"),
    (lambda: words(), r"vocabulary_list \[\] must be non-empty, column_name: a"),
    (lambda: words("x", "x"), r"Duplicate keys in vocabulary_list \['x', 'x'\], column_name: a"),
    (lambda: words("x", num_oov_buckets=1, default_value=0), "Can't specify both num_oov_buckets and default_value in"),
    (lambda: words(1.5), "column_name: a vocabulary dtype must be string or integer."),
    (lambda: words(1, dtype=tf.string), "and vocabulary dtype .* do not match, column_name: a"),
    (lambda: fc.categorical_column_with_vocabulary_file("a", ""), "Missing vocabulary_file in a."),
    (lambda: fc.categorical_column_with_vocabulary_file("a", "no such file"), "vocabulary_file in a does not exist."),
    (lambda: fc.categorical_column_with_vocabulary_file("a", "b", 0), "Invalid vocabulary_size in a."),
    (lambda: fc.categorical_column_with_vocabulary_file("a", "b", 3, 1, 2), "Can't specify both num_oov_buckets"),
    (
        lambda: fc.input_layer(features(), fc.indicator_column(fc.categorical_column_with_hash_bucket("i", 3))),
        "Column dtype and SparseTensors dtype must be compatible. key: i",
    ),
    (lambda: fc.weighted_categorical_column(identity(), "w", tf.string), "is not convertible to float."),
    (
        lambda: fc.linear_model(features(), [fc.weighted_categorical_column(identity(), "s")]),
        "Bad dtype, expected .*float32.*, but got .*string",
    ),
    (
        lambda: fc.linear_model(features(), [fc.weighted_categorical_column(identity(), "m")]),
        "must have a weight for each category of column i",
    ),
    (lambda: fc.make_parse_example_spec(["x"]), "All feature_columns must be _FeatureColumn instances. Given: x"),
    (
        lambda: fc.make_parse_example_spec([fc.numeric_column("x"), identity("x")]),
        "feature_columns contain different parse_spec for key x.",
    ),
]


@pytest.mark.parametrize(("make", "sentence"), REFUSED)
def test_what_cannot_be_meant_is_refused(make: Any, sentence: str):
    with Graph().as_default(), pytest.raises(ValueError, match=sentence):
        make()


@pytest.mark.parametrize(
    ("make", "kind", "sentence"),
    [
        (lambda: fc.numeric_column("x", 1.5), TypeError, r"shape dimensions must be integer. shape: \(1.5,\), key: x"),
        (lambda: fc.numeric_column("x", (), 1.5, tf.int32), TypeError, "default_value must be compatible with dtype."),
        (lambda: fc.numeric_column("x", normalizer_fn=3), TypeError, "normalizer_fn must be a callable. Given: 3"),
        (lambda: fc.embedding_column(identity(), 2, "sum", None, "a", "b"), NotImplementedError, "ckpt_to_load_from"),
    ],
)
def test_what_is_of_another_kind_is_refused(make: Any, kind: type[Exception], sentence: str):
    with pytest.raises(kind, match=sentence):
        make()


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (3, 'Bucket index for categorical column "i" exceeds number of buckets'),
        (-2, 'Negative bucket index for categorical column "i"'),
    ],
)
def test_a_number_that_is_no_bucket_is_an_error_of_the_run(value: int, sentence: str):
    with Graph().as_default():
        layer = fc.input_layer({"i": tf.constant([1, value])}, [fc.indicator_column(identity())])
        with pytest.raises(tf.errors.InvalidArgumentError, match=sentence) as caught:
            evaluate([layer])
        assert f"element [1] is {value}" in str(caught.value)


def test_a_tensor_of_strings_that_holds_something_else_says_so():
    with Graph().as_default():
        text = tf.placeholder(tf.string, [None])
        with pytest.raises(TypeError, match="holds 1.5 of type float. Make the array one of text"):
            evaluate([tf.string_to_hash_bucket_fast(text, 3)], {text: np.array(["a", 1.5], object)})


# -- options ----------------------------------------------------------------------------------------------------------


def test_a_vocabulary_file_is_read(tmp_path: Any, caplog: pytest.LogCaptureFixture):
    path = tmp_path / "colors.txt"
    path.write_text("red\ngrün\nblue\n", encoding="utf-8")
    with caplog.at_level(logging.INFO, "tensorflow"):
        whole = fc.categorical_column_with_vocabulary_file("c", str(path))
    assert (
        f"vocabulary_size = 3 in c is inferred from the number of elements in the vocabulary_file {path}."
        in caplog.text
    )
    short = fc.categorical_column_with_vocabulary_file("c", path, 2, num_oov_buckets=1)
    assert (whole.num_buckets, short.num_buckets) == (3, 3)
    with Graph().as_default():
        given = {"c": tf.constant(["blue", "grün", "pink", ""])}
        layers = [fc.input_layer(given, [fc.indicator_column(column)]) for column in (whole, short)]
        first, second = evaluate(layers)
    np.testing.assert_array_equal(first, [[0, 0, 1], [0, 1, 0], [0, 0, 0], [0, 0, 0]])
    np.testing.assert_array_equal(second, [[0, 0, 1], [0, 1, 0], [0, 0, 1], [0, 0, 0]])
    too_long = fc.categorical_column_with_vocabulary_file("c", str(path), 4)
    with Graph().as_default(), pytest.raises(tf.errors.InvalidArgumentError, match="expected 4 but got 3"):
        fc.input_layer({"c": tf.constant(["red"])}, [fc.indicator_column(too_long)])


def test_columns_tell_how_examples_are_read():
    columns = [
        fc.numeric_column("x"),
        fc.indicator_column(words("b")),
        fc.crossed_column(["p", identity("q")], 3),
        fc.bucketized_column(fc.numeric_column("z", (2,), default_value=3.0), [1.0]),
        fc.embedding_column(fc.weighted_categorical_column(identity("k"), "w"), 2),
    ]
    assert fc.make_parse_example_spec(columns) == {
        "x": tf.FixedLenFeature((1,), tf.float32, None),
        "a": tf.VarLenFeature(tf.string),
        "p": tf.VarLenFeature(tf.string),
        "q": tf.VarLenFeature(tf.int64),
        "z": tf.FixedLenFeature((2,), tf.float32, (3.0, 3.0)),
        "k": tf.VarLenFeature(tf.int64),
        "w": tf.VarLenFeature(tf.float32),
    }


def test_what_columns_make_is_handed_out():
    with Graph().as_default():
        embedding, number = fc.embedding_column(identity(), 2), fc.numeric_column("x")
        by_column: dict[Any, Any] = {}
        outputs: dict[Any, Any] = {}
        layer = fc.input_layer(
            features(), [embedding, number], ["mine"], False, cols_to_vars=by_column, cols_to_output_tensors=outputs
        )
        assert layer.shape.as_list() == [2, 3]
        assert [v.name for v in by_column[embedding]] == ["input_layer/i_embedding/embedding_weights:0"]
        assert by_column[number] == []
        assert outputs[number].shape.as_list() == [2, 1]
        assert tf.trainable_variables() == []
        assert tf.get_collection("mine") == tf.global_variables()
        weights: dict[Any, Any] = {}
        fc.linear_model(features(), [number], cols_to_vars=weights)
        assert {key: [v.name for v in found] for key, found in weights.items()} == {
            number: ["linear_model/x/weights:0"],
            "bias": ["linear_model/bias_weights:0"],
        }


def test_two_layers_have_variables_of_their_own():
    with Graph().as_default():
        for _ in range(2):
            fc.input_layer(features(), [fc.embedding_column(identity("i", 9), 2)])
        assert [v.op.name for v in tf.global_variables()] == [
            "input_layer/i_embedding/embedding_weights",
            "input_layer_1/i_embedding/embedding_weights",
        ]


def test_a_name_with_blanks_makes_a_scope():
    with Graph().as_default():
        fc.linear_model({"sepal length": tf.constant([1.0])}, [fc.numeric_column("sepal length")])
        assert tf.global_variables()[0].op.name == "linear_model/sepal_length/weights"


def test_embeddings_begin_with_a_deviation_that_fits_their_size():
    column = fc.embedding_column(identity(), 16)
    assert column.initializer.stddev == 0.25
    assert repr(fc.numeric_column("x")) == (
        "NumericColumn(key='x', shape=(1,), default_value=None, dtype=tf.float32, normalizer_fn=None)"
    )
