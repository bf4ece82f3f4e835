"""Beginning with another model's variables: init_from_checkpoint, warm_start, and an Estimator's warm_start_from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.checkpoint import write_checkpoint
from estimators.estimator import Estimator
from estimators.run_config import RunConfig
from estimators.summaries import FileWriterCache
from tests.estimators.models import line_input

VALUES = {
    "old/a": np.array([1.0, 2.0], np.float32),
    "old/b": np.array([[3.0], [4.0]], np.float32),
    "c": np.array([5.0], np.float32),
    "words": np.arange(8, dtype=np.float32).reshape(4, 2),
}
WarmStartSettings = tf.estimator.WarmStartSettings


@pytest.fixture(autouse=True)
def graph() -> Any:
    with tf.Graph().as_default() as made:
        yield made
    FileWriterCache.clear()


@pytest.fixture
def checkpoint(tmp_path: Any) -> str:
    write_checkpoint(tmp_path / "model.ckpt-7", VALUES, {})
    return str(tmp_path / "model.ckpt-7")


def variable(name: str, shape: list[int], **options: Any) -> Any:
    return tf.get_variable(name, shape, initializer=tf.constant_initializer(-1.0), **options)


def initialized() -> dict[str, list[Any]]:
    """What the graph's variables begin with."""
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return {item.op.name: session.run(item).tolist() for item in tf.global_variables()}


def test_variables_by_name_by_object_and_by_scope(checkpoint: str) -> None:
    c = variable("mine", [1])
    variable("new/a", [2])
    variable("new/b", [2, 1])
    variable("untouched", [1])
    tf.train.init_from_checkpoint(checkpoint, {"c": c, "old/": "new/"})
    found = initialized()
    assert found == {"mine": [5], "new/a": [1, 2], "new/b": [[3], [4]], "untouched": [-1]}
    with tf.Graph().as_default():
        variable("other", [2])
        variable("scope/c", [1])
        tf.train.init_from_checkpoint(checkpoint, {"old/a": "other", "/": "scope/"})
        assert initialized() == {"other": [1, 2], "scope/c": [5]}


def test_a_directory_stands_for_its_latest_checkpoint(tmp_path: Any) -> None:
    with tf.Graph().as_default(), tf.Session() as session:
        tf.get_variable("v", [], initializer=tf.constant_initializer(3.0))
        session.run(tf.global_variables_initializer())
        tf.train.Saver().save(session, str(tmp_path / "model"), 1)
    variable("v", [])
    tf.train.init_from_checkpoint(str(tmp_path), {"v": "v"})
    assert initialized() == {"v": 3}


@pytest.mark.parametrize(
    ("assignments", "sentence"),
    [
        ({"none": "v"}, "Tensor none is not found in "),
        ({"c": "v"}, "Shape of variable v:0 ((2,)) doesn't match with shape of tensor c ([1]) from checkpoint reader."),
        ({"old/a": "absent"}, "Assignment map with scope only name  should map to scope only old/a."),
        ({"old/": "/"}, "Tensor old/v (old/ in /) is not found in "),
        ({"old/a": 3}, "'old/a' must map to a variable, its name or a scope, not to 3."),
    ],
)
def test_what_does_not_fit(checkpoint: str, assignments: Any, sentence: str) -> None:
    variable("v", [2])
    with pytest.raises(ValueError) as caught:
        tf.train.init_from_checkpoint(checkpoint, assignments)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("wanted", "started"),
    [
        ("old/.*", {"old/a", "old/b"}),
        (["c", "old/b"], {"c", "old/b"}),
        (None, set()),
    ],
)
def test_which_variables_are_warm_started(checkpoint: str, wanted: Any, started: set[str], caplog: Any) -> None:
    """A regular expression is looked for among the trainable variables, a list among all."""
    caplog.set_level("INFO", "tensorflow")
    variable("old/a", [2])
    variable("old/b", [2, 1])
    variable("c", [1], trainable=False)
    tf.train.warm_start(checkpoint, wanted)
    assert {name for name, value in initialized().items() if np.min(value) > 0} == started
    assert caplog.messages[0] == f"Warm-starting from: {checkpoint}"
    assert caplog.messages[-1] == f"Warm-started {len(started)} variables."


def test_variables_themselves_and_other_names(checkpoint: str) -> None:
    a = variable("new/a", [2])
    tf.train.warm_start(checkpoint, [a], var_name_to_prev_var_name={"new/a": "old/a"})
    assert initialized() == {"new/a": [1, 2]}


def vocabulary(directory: Path, name: str, words: str) -> str:
    (directory / name).write_text("\n".join(words.split()) + "\n")
    return str(directory / name)


@pytest.mark.parametrize("axis", [0, 1])
def test_rows_follow_their_words(tmp_path: Any, axis: int) -> None:
    """As TensorFlow 1.15.5 has it: words that stay keep their rows, new ones and buckets get the backup's."""
    values = VALUES["words"] if axis == 0 else VALUES["words"].T
    write_checkpoint(tmp_path / "model", {"words": values}, {})
    old, new = vocabulary(tmp_path, "old", "apple pear fig plum"), vocabulary(tmp_path, "new", "fig kiwi apple plum")
    shape = [5, 2] if axis == 0 else [2, 5]
    variable("words", shape)
    info = tf.train.VocabInfo(new, 4, 1, old, 3, tf.constant_initializer(9.0), axis)
    tf.train.warm_start(str(tmp_path / "model"), None, {"words": info})
    found = np.array(initialized()["words"])
    expected = np.array([[4, 5], [9, 9], [0, 1], [9, 9], [9, 9]], np.float32)  # plum is not among the old one's three
    np.testing.assert_array_equal(found, expected if axis == 0 else expected.T)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"vars_to_warm_start": 3}, "`vars_to_warm_start must be a `list` or `str`.  Given type is <class 'int'>"),
        ({"vars_to_warm_start": ["a", 3]}, "it must be all `Variable` or all `str`.  Given types are"),
        (
            {"vars_to_warm_start": "c", "var_name_to_prev_var_name": {"d": "c"}},
            "You provided the following variables in var_name_to_prev_var_name that were not used: ['d'].",
        ),
    ],
)
def test_what_cannot_be_warm_started(checkpoint: str, arguments: Any, sentence: str) -> None:
    variable("c", [1])
    with pytest.raises(ValueError) as caught:
        tf.train.warm_start(checkpoint, **arguments)
    assert sentence in str(caught.value)


def test_settings_are_checked() -> None:
    with pytest.raises(ValueError, match="`ckpt_to_initialize_from` MUST be set in WarmStartSettings"):
        WarmStartSettings("")
    with pytest.raises(ValueError, match="The only supported values for the axis argument are 0 and 1."):
        tf.train.VocabInfo("new", 1, 0, "old", axis=2)
    assert WarmStartSettings("c") == ("c", ".*", {}, {})
    with pytest.raises(
        ValueError, match="warm_start_from must be a string or a WarmStartSettings, instead got <class 'in"
    ):
        Estimator(model_fn, warm_start_from=3)


# --- the Estimator ---------------------------------------------------------------------------------------------------


def model_fn(features: Any, labels: Any, mode: str) -> Any:
    loss = tf.losses.mean_squared_error(labels, tf.layers.dense(features["x"], 1, name="line"))
    train_op = tf.train.AdamOptimizer(0.1).minimize(loss, tf.train.get_global_step())
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)


def line(directory: Any, warm_start_from: Any = None) -> Estimator:
    return Estimator(model_fn, str(directory), RunConfig(tf_random_seed=1), warm_start_from=warm_start_from)


def test_an_estimator_begins_with_the_trained_variables_of_another(tmp_path: Any) -> None:
    first = line(tmp_path / "a").train(line_input(), steps=5)
    loss = first.evaluate(line_input(), steps=4)["loss"]
    untrained = line(tmp_path / "b", first.model_dir).evaluate(line_input(), steps=4)
    assert untrained["loss"] == loss and untrained["global_step"] == 0
    second = line(tmp_path / "b", WarmStartSettings(first.model_dir)).train(line_input(), steps=1)
    assert second.get_variable_value("global_step") == 1  # it is no trainable variable
    straight = line(tmp_path / "c", WarmStartSettings(first.model_dir, "line/kernel")).train(line_input(), steps=1)
    assert straight.get_variable_value("line/bias") != second.get_variable_value("line/bias")


def test_a_checkpoint_of_its_own_comes_first(tmp_path: Any) -> None:
    first = line(tmp_path / "a").train(line_input(), steps=5)
    own = line(tmp_path / "b").train(line_input(), steps=2)
    bias = own.get_variable_value("line/bias")
    again = line(tmp_path / "b", first.model_dir)
    assert again.train(line_input(), max_steps=2).get_variable_value("line/bias") == bias
    again.train(line_input(), steps=1)
    plain = line(tmp_path / "c").train(line_input(), steps=3)
    assert again.get_variable_value("line/bias") == plain.get_variable_value("line/bias")
