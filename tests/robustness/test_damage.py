"""Checkpoints and state files that are damaged: a warning, and training goes on from the last good checkpoint."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model_fns.errors import DataLossError
from tests.estimators.models import prediction_input, training_input
from tests.estimators.models import test_input as evaluation_input
from tests.robustness.attempts import assert_same, estimator_in, newest


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the checkpoints of steps 0, 10, 20, 30 and 40; not to be changed."""
    directory = tmp_path_factory.mktemp("trained")
    estimator_in(directory).train(training_input(), max_steps=40)
    return directory


@pytest.fixture
def directory(trained: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(trained, tmp_path / "model"))


def checkpoint(directory: Path, step: int) -> Path:
    return directory / f"model.ckpt-{step}.safetensors"


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def one_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 8
    path.write_bytes(content)


def is_a_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES: list[Callable[[Path], None]] = [truncated, emptied, one_bit, Path.unlink, is_a_directory]


@pytest.mark.parametrize("damage", DAMAGES)
def test_the_newest_checkpoint(directory: Path, caplog: Any, damage: Any, in_peace: dict[str, np.ndarray]) -> None:
    damage(checkpoint(directory, 40))
    estimator = estimator_in(directory)
    assert estimator.evaluate(evaluation_input(), steps=1)["global_step"] == 30
    assert len(list(estimator_in(directory).predict(prediction_input()))) == 10
    if damage in (truncated, emptied, one_bit):
        assert any(
            f"The checkpoint file {checkpoint(directory, 40)} is damaged" in message for message in caplog.messages
        )
    if damage is is_a_directory:
        checkpoint(directory, 40).rmdir()  # a checkpoint of step 40 is about to be written
    estimator_in(directory).train(training_input(), max_steps=60)
    assert_same(newest(directory), in_peace)


@pytest.mark.parametrize("damage", [truncated, one_bit])
def test_all_checkpoints_but_the_oldest(directory: Path, damage: Any, in_peace: dict[str, np.ndarray]) -> None:
    for step in (10, 20, 30, 40):
        damage(checkpoint(directory, step))
    estimator_in(directory).train(training_input(), max_steps=60)
    assert_same(newest(directory), in_peace)


def test_all_checkpoints(directory: Path) -> None:
    """Better a sentence than to begin anew and, in time, delete what perhaps can be saved."""
    for step in (0, 10, 20, 30, 40):
        one_bit(checkpoint(directory, step))
    before = {path.name: path.read_bytes() for path in directory.glob("*.safetensors")}
    for attempt in (
        lambda: estimator_in(directory).train(training_input(), max_steps=60),
        lambda: estimator_in(directory).evaluate(evaluation_input(), steps=1),
        lambda: list(estimator_in(directory).predict(prediction_input())),
    ):
        with pytest.raises(DataLossError, match="is damaged: .* Delete it and go on from an earlier checkpoint"):
            attempt()
    assert {path.name: path.read_bytes() for path in directory.glob("*.safetensors")} == before


STATES: dict[str, Any] = {
    "of a checkpoint that is gone": b'model_checkpoint_path: "model.ckpt-999"\nall_model_checkpoint_paths: "no"\n',
    "garbage": b"\x00\xff garbage \xfe",
    "empty": b"",
    "cut off": b'model_checkpoint_path: "model.ck',
    "of a directory": b'model_checkpoint_path: "."\n',
    "of itself": b'model_checkpoint_path: "checkpoint"\n',
    "of a name that is too long": b'model_checkpoint_path: "' + b"x" * 5000 + b'"\n',
    "of a name with a null": b'model_checkpoint_path: "a\\000b"\n',
}


@pytest.mark.parametrize("state", STATES)
def test_the_state_file(directory: Path, state: str, in_peace: dict[str, np.ndarray]) -> None:
    """What lies in the directory is found without it."""
    (directory / "checkpoint").write_bytes(STATES[state])
    estimator_in(directory).train(training_input(), max_steps=60)
    assert_same(newest(directory), in_peace)


@pytest.mark.parametrize("state", STATES)
def test_evaluating_and_predicting_with_that_state_file(directory: Path, caplog: Any, state: str) -> None:
    caplog.set_level("INFO", "tensorflow")
    (directory / "checkpoint").write_bytes(STATES[state])
    estimator = estimator_in(directory)
    for _ in range(2):  # the second time with what is in memory
        assert estimator.evaluate(evaluation_input(), steps=1)["global_step"] == 40
        assert len(list(estimator.predict(prediction_input()))) == 10
    assert f"Restoring parameters from {directory}/model.ckpt-40" in caplog.messages


def test_damage_while_the_estimator_lives(directory: Path, in_peace: dict[str, np.ndarray]) -> None:
    """What is in memory is the truth for this process."""
    estimator = estimator_in(directory)
    estimator.train(training_input(), max_steps=50)
    for step in (20, 30, 40, 50):
        one_bit(checkpoint(directory, step))
    assert estimator.evaluate(evaluation_input(), steps=1)["global_step"] == 50
    estimator.train(training_input(), max_steps=60)
    assert_same(newest(directory), in_peace)
