"""What the host makes of strings is made of all rows of arrays ahead, so that the steps stay in machine code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators import input_cursor

WORDS = np.array(["red", "green", "", "blue", "red"], object)
NUMBERS = np.arange(5, dtype="float32")


def input_fn(labels: Any = (0, 1, 2, 0, 1), **others: Any) -> Any:
    features = {"word": WORDS, "unused": WORDS, "x": NUMBERS, **others}
    return tf.estimator.inputs.numpy_input_fn(features, np.array(labels), 2, num_epochs=None, shuffle=True)


def classifier(directory: Path, **options: Any) -> Any:
    words = tf.feature_column.categorical_column_with_vocabulary_list("word", ["red", "green"], num_oov_buckets=2)
    columns = [
        tf.feature_column.numeric_column("x"),
        tf.feature_column.embedding_column(words, 2),
        tf.feature_column.indicator_column(tf.feature_column.crossed_column(["word", "unused"], 7)),
    ]
    config = tf.estimator.RunConfig(tf_random_seed=1)
    return tf.estimator.DNNClassifier([3], columns, str(directory), 3, config=config, **options)


def inputs_of(estimator: Any) -> Any:
    """What the training step was compiled to be fed with."""
    return estimator._graphs.built[tf.estimator.ModeKeys.TRAIN].session.last_prepared.inputs


def weights(estimator: Any) -> dict[str, bytes]:
    return {name: estimator.get_variable_value(name).tobytes() for name in estimator.get_variable_names()}


def test_strings_do_not_take_training_out_of_machine_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    ahead = classifier(tmp_path / "ahead").train(input_fn(), steps=20)
    assert [tensor.dtype.name for tensor in inputs_of(ahead).gathered] == ["float32", "int64", "int64", "int64"]
    assert inputs_of(ahead).ahead is not None
    monkeypatch.setattr(input_cursor, "_MOST_ROWS_AHEAD", 4)
    batch_by_batch = classifier(tmp_path / "batch").train(input_fn(), steps=20)
    assert inputs_of(batch_by_batch).gathered == ()
    assert weights(ahead) == weights(batch_by_batch)


def test_strings_that_nothing_reads_are_left_alone(tmp_path: Path):
    columns = [tf.feature_column.numeric_column("x")]
    model = tf.estimator.DNNClassifier([2], columns, str(tmp_path), 3).train(input_fn(), steps=2)
    assert [tensor.dtype.name for tensor in inputs_of(model).gathered] == ["float32", "int64"]


def test_the_next_rows_are_looked_at_anew(tmp_path: Path):
    """...though nothing is compiled again."""
    together, other = WORDS[::-1].copy(), classifier(tmp_path / "other")
    model = classifier(tmp_path / "model").train(input_fn(), steps=3)
    before = inputs_of(model)
    model.train(input_fn(word=together), steps=3)
    assert inputs_of(model) is before
    other.train(input_fn(word=together), steps=3)
    assert weights(model) != weights(other)


def test_a_label_that_is_no_class_ends_the_training_when_it_comes(tmp_path: Path):
    names = np.array(["a", "b", "c", "a", "d"])
    model = classifier(tmp_path, label_vocabulary=["a", "b", "c"])
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"Labels must >= 0\] element \[\d\] is -1"):
        model.train(input_fn(names), steps=5)
    assert 0 <= model.get_variable_value("global_step") < 3
