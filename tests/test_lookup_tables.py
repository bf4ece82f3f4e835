"""Look-up tables (tf.lookup, tf.contrib.lookup): numbers, types and error texts of TensorFlow 1.15."""

from __future__ import annotations

import numpy as np
import pytest

import estimators.compat.v1 as tf

lookup = tf.contrib.lookup


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


@pytest.fixture
def words(tmp_path):
    file = tmp_path / "words.txt"
    file.write_text("dog\ncat\nbird\n")
    return str(file)


def run(fetches, feeds=None):
    with tf.Session() as session:
        session.run(tf.tables_initializer())
        return session.run(fetches, feeds)


def test_words_to_numbers_and_back(words):
    asked = tf.placeholder(tf.string, [None])
    numbers = lookup.index_table_from_file(words).lookup(asked)
    back = lookup.index_to_string_table_from_file(words, default_value="?").lookup(numbers)
    found, again = run([numbers, back], {asked: ["cat", "fish", "dog"]})
    assert found.dtype == np.int64 and found.tolist() == [1, -1, 0]
    assert again.tolist() == [b"cat", b"?", b"dog"]


def test_words_that_are_not_there_go_into_buckets_after_the_last(words):
    table = lookup.index_table_from_file(words, num_oov_buckets=2)
    both, fish = (table.lookup(tf.constant(asked)) for asked in (["bird", "fish"], ["fish"]))
    first, second, size = run([both, fish, table.size()])
    assert first[0] == 2 and first[1] in (3, 4) and first[1] == second[0] and size == 5


def test_a_column_of_a_file_is_the_key_and_another_the_value(tmp_path):
    (tmp_path / "table").write_text("a,3,1.5\nb,4,2.5\n")
    file = str(tmp_path / "table")
    entries = tf.lookup.TextFileInitializer(file, tf.string, 0, tf.float32, 2, delimiter=",")
    table = tf.lookup.StaticHashTable(entries, -1.0)
    assert run(table.lookup(tf.constant(["b", "c", "a"]))).tolist() == [2.5, -1.0, 1.5]
    by_number = tf.lookup.TextFileInitializer(file, tf.int64, 1, tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER, 1, ",")
    table = tf.lookup.StaticHashTable(by_number, -7)
    assert run(table.lookup(tf.constant([3, 4], tf.int64))).tolist() == [0, -7]
    with pytest.raises(tf.errors.InvalidArgumentError, match="Invalid number of columns in line 0"):
        tf.lookup.TextFileInitializer(file, tf.string, 5, tf.int64, 0, delimiter=",")


def test_keys_and_values_of_any_type_and_shape():
    table = lookup.HashTable(lookup.KeyValueTensorInitializer([10, 20], ["ten", "twenty"]), "none")
    assert (table.key_dtype, table.value_dtype) == (tf.int32, tf.string)
    assert run(table.lookup(tf.constant([[20], [30]]))).tolist() == [[b"twenty"], [b"none"]]
    assert run(table.size()) == 2


def test_the_values_of_a_sparse_tensor_are_looked_up():
    table = lookup.index_table_from_tensor(tf.constant(["x", "y"]))
    found = run(table.lookup(tf.SparseTensor([[0, 1], [2, 0]], ["y", "z"], [3, 2])))
    assert found.indices.tolist() == [[0, 1], [2, 0]] and found.values.tolist() == [1, -1]


def test_numbers_may_be_words_of_a_vocabulary():
    table = lookup.index_table_from_tensor(np.array([40, 50]), num_oov_buckets=1, dtype=tf.int64)
    assert run(table.lookup(tf.constant([50, 60, 40], tf.int64))).tolist() == [1, 2, 0]
    static = tf.lookup.KeyValueTensorInitializer(["p", "q"], [1, 0], value_dtype=tf.int64)
    assert run(tf.lookup.StaticVocabularyTable(static, 3).lookup(tf.constant(["q", "p"]))).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("make", "error", "sentence"),
    [
        (lambda: lookup.index_table_from_file(""), ValueError, "vocabulary_file must be specified"),
        (lambda: lookup.index_table_from_tensor(None), ValueError, "mapping must be specified."),
        (lambda: lookup.index_to_string_table_from_tensor(None), ValueError, "mapping must be specified."),
        (lambda: lookup.index_table_from_tensor(["a"], -1), ValueError, "greater or equal than 0, got -1"),
        (lambda: lookup.index_table_from_file("x", vocab_size=0), ValueError, "must be greater than 0, got 0"),
        (lambda: lookup.index_table_from_file("/nowhere/x"), tf.errors.NotFoundError, "/nowhere/x; No such file"),
        (
            lambda: lookup.HashTable(lookup.KeyValueTensorInitializer(["a", "a"], [1, 2]), 0),
            tf.errors.FailedPreconditionError,
            "Key a has 1 and trying to add value 2",
        ),
        (lambda: lookup.KeyValueTensorInitializer(["a"], [1, 2]), ValueError, "1 keys have 2"),
        (
            lambda: lookup.KeyValueTensorInitializer(tf.placeholder(tf.string, [1]), [1]),
            ValueError,
            "must be constants",
        ),
        (
            lambda: lookup.index_table_from_tensor(["a"]).lookup(tf.constant([1])),
            TypeError,
            "Keys must be dtype <dtype: 'string'>, got <dtype: 'int32'>",
        ),
    ],
)
def test_what_is_wrong_is_said(make, error, sentence):
    with pytest.raises(error, match=sentence):
        make()


def test_too_few_lines_are_said(words):
    with pytest.raises(tf.errors.InvalidArgumentError, match="expected 5 but got 3"):
        lookup.index_table_from_file(words, vocab_size=5)
