"""train(epochs=N): N times the data of whatever the input function reads, and exactly so after an interruption."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.estimator import Estimator
from estimators.hooks import SessionRunHook
from estimators.run_config import RunConfig
from estimators.training_result import StopReason
from tests.estimators.small_models import rows, saw_rows

ROWS = 10


def trained(directory: Any, input_fn: Any, epochs: int, hooks: Any = (), **config: Any) -> Estimator:
    estimator = Estimator(saw_rows, str(directory), RunConfig(tf_random_seed=5, **config))
    return estimator.train(input_fn, list(hooks), epochs=epochs)


def seen(estimator: Estimator) -> list[int]:
    """How often each row was trained on: the model counts them."""
    return estimator.get_variable_value("seen").astype(int).tolist()


def dataset(count: int = ROWS, batch: int = 4, repeats: bool = False) -> Any:
    def input_fn() -> Any:
        made = tf.data.Dataset.from_tensor_slices({"row": np.arange(count)}).shuffle(count).batch(batch)
        return made.repeat() if repeats else made

    return input_fn


def started_by_the_program() -> Any:
    iterator = tf.data.make_initializable_iterator(dataset()())
    tf.add_to_collection(tf.GraphKeys.TABLE_INITIALIZERS, iterator.initializer)
    return iterator.get_next()


@pytest.mark.parametrize(
    ("input_fn", "steps"),
    [
        pytest.param(rows(num_epochs=None), 8, id="endless arrays"),
        pytest.param(rows(num_epochs=1), 8, id="arrays once"),
        pytest.param(lambda: rows(num_epochs=1)(), 8, id="arrays inside a function"),
        pytest.param(lambda: rows(num_epochs=None, batch_size=5)(), 6, id="endless arrays inside a function"),
        pytest.param(dataset(), 9, id="dataset"),
        pytest.param(started_by_the_program, 9, id="an iterator that the program starts"),
    ],
)
def test_each_row_is_seen_so_often(tmp_path: Any, input_fn: Any, steps: int) -> None:
    estimator = trained(tmp_path, input_fn, epochs=3)
    assert seen(estimator) == [3] * ROWS
    result = estimator.last_training
    assert result is not None and result.reason == StopReason.INPUT_ENDED and result.steps == steps
    assert result.sentence == f"The input ended after {steps} batches."
    estimator.train(input_fn, epochs=1)
    assert seen(estimator) == [4] * ROWS, "and so many more the next time"


class Interrupted(SessionRunHook):
    """Ctrl-C after so many runs."""

    def __init__(self, runs: int) -> None:
        self.runs = runs

    def after_run(self, run_context: Any, run_values: Any) -> None:
        self.runs -= 1
        if self.runs == 0:
            raise KeyboardInterrupt


@pytest.mark.parametrize("num_epochs", [None, 1])
def test_interrupted_in_the_middle_of_an_epoch(tmp_path: Any, num_epochs: int | None) -> None:
    input_fn = rows(num_epochs=num_epochs, shuffle=True)
    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path / "a", input_fn, 5, [Interrupted(7)], save_checkpoints_steps=1)
    again = trained(tmp_path / "a", input_fn, 5, save_checkpoints_steps=1)
    straight = trained(tmp_path / "b", input_fn, 5)
    assert again.last_training is not None and again.last_training.steps < 13
    for name in straight.get_variable_names():
        np.testing.assert_array_equal(again.get_variable_value(name), straight.get_variable_value(name), name)


@pytest.mark.parametrize(
    ("input_fn", "arguments", "kind", "sentence"),
    [
        (rows(), {"epochs": 1, "steps": 1}, ValueError, r"^Can not provide both epochs and steps\.$"),
        (rows(), {"epochs": 1, "max_steps": 1}, ValueError, r"^Can not provide both epochs and max_steps\.$"),
        (rows(), {"epochs": 0}, ValueError, "Must specify epochs > 0, given: 0"),
        (rows(), {"epochs": 1.5}, TypeError, r"epochs must be a whole number, given: 1\.5"),
        (rows(num_epochs=2), {"epochs": 1}, ValueError, "has num_epochs=2. .* do it once, num_epochs=1"),
        (lambda: rows(num_epochs=2)(), {"epochs": 2}, ValueError, "has num_epochs=2. .* do it once, num_epochs=1"),
        (
            lambda: rows(num_epochs=None)(),
            {"epochs": 3},
            ValueError,
            r"3 times 10 rows are no whole number of batches of 4, .* num_epochs=1\.",
        ),
        (
            dataset(repeats=True),
            {"epochs": 1},
            ValueError,
            r"the dataset repeats itself without end. .* without repeat\(\)",
        ),
        (lambda: {"row": np.arange(3)}, {"epochs": 1}, ValueError, "no epoch ends. .* train with steps= or max_steps="),
    ],
)
def test_what_is_no_number_of_epochs(
    tmp_path: Any, input_fn: Any, arguments: dict[str, Any], kind: Any, sentence: str
) -> None:
    with pytest.raises(kind, match=sentence):
        Estimator(saw_rows, str(tmp_path)).train(input_fn, **arguments)
