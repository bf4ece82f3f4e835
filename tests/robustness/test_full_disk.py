"""A disk that is full, read-only, or taken away: training goes on, and the last good checkpoint stays and is used."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from estimators.checkpoint import atomic_file
from estimators.hooks.session_run_hook import SessionRunHook
from tests.estimators.models import prediction_input, training_input
from tests.estimators.models import test_input as evaluation_input
from tests.robustness.attempts import assert_same, estimator_in, newest

NOT_SAVED = "was not saved, and training goes on without it: "


class At(SessionRunHook):
    """Does something after so many runs."""

    def __init__(self, runs: int, action: Callable[[], Any]) -> None:
        self.runs, self.action = runs, action

    def after_run(self, run_context: Any, run_values: Any) -> None:
        self.runs -= 1
        if self.runs == 0:
            self.action()


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, Callable[[], None]]]:
    """A directory on a disk of 1 MiB, and what fills it to the last byte; a pretence where nobody may mount."""
    path = tmp_path / "disk"
    path.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(path)]
    mounted = shutil.which("mount") is not None and subprocess.run(command, capture_output=True).returncode == 0

    def fill() -> None:
        if not mounted:
            real_open = open
            monkeypatch.setattr(atomic_file, "open", lambda *a, **k: real_open("/dev/full", *a[1:], **k), raising=False)
            return
        with open(path / "filler", "wb", buffering=0) as file:
            for size in (65536, 4096, 1):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError:
                    pass

    yield path, fill
    monkeypatch.undo()
    if mounted:
        subprocess.run(["umount", str(path)], check=True)


def files_below(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_a_full_disk(small_disk: Any, monkeypatch: Any, caplog: Any, in_peace: dict[str, np.ndarray]) -> None:
    disk, fill = small_disk
    directory = disk / "model"
    estimator_in(directory).train(training_input(), [At(25, fill)], max_steps=45)
    refused = [message for message in caplog.messages if NOT_SAVED in message]
    assert len(refused) == 3 and all("No space left on device; nothing was written" in message for message in refused)
    assert newest(directory)["global_step"] == 20
    assert not [name for name in files_below(directory) if name.endswith(".tmp")]
    assert list(estimator_in(directory).predict(prediction_input()))
    assert estimator_in(directory).evaluate(evaluation_input(), steps=1)["global_step"] == 20
    monkeypatch.undo()
    (disk / "filler").unlink(missing_ok=True)
    estimator_in(directory).train(training_input(), max_steps=60)
    assert_same(newest(directory), in_peace)


def test_full_from_the_start(small_disk: Any, caplog: Any) -> None:
    disk, fill = small_disk
    fill()
    estimator = estimator_in(disk / "model")
    estimator.train(training_input(), steps=12)
    assert any(NOT_SAVED in message for message in caplog.messages)
    assert estimator.evaluate(evaluation_input(), steps=1)["global_step"] == 12, "what is in memory is used"


def test_a_directory_deleted_under_the_job(tmp_path: Path, in_peace: dict[str, np.ndarray]) -> None:
    directory = tmp_path / "model"
    estimator_in(directory).train(training_input(), [At(25, lambda: shutil.rmtree(directory))], max_steps=45)
    assert newest(directory)["global_step"] == 45
    estimator_in(directory).train(training_input(), max_steps=60)
    assert_same(newest(directory), in_peace)


def test_a_file_in_the_place_of_the_directory(tmp_path: Path, caplog: Any) -> None:
    directory = tmp_path / "model"

    def replace() -> None:
        shutil.rmtree(directory)
        directory.write_text("in the way")

    estimator = estimator_in(directory)
    estimator.train(training_input(), [At(25, replace)], max_steps=45)
    assert any(NOT_SAVED in message for message in caplog.messages)
    assert directory.read_text() == "in the way"
    directory.unlink()
    with pytest.raises(ValueError, match="Could not find trained model in model_dir"):
        estimator.get_variable_names()


@contextmanager
def read_only(directory: Path) -> Iterator[None]:
    for place in [directory, *(path for path in directory.rglob("*") if path.is_dir())]:
        place.chmod(0o500)
    try:
        yield
    finally:
        for place in [directory, *(path for path in directory.rglob("*") if path.is_dir())]:
            place.chmod(0o700)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_read_only_directory(tmp_path: Path, caplog: Any, in_peace: dict[str, np.ndarray]) -> None:
    estimator_in(tmp_path).train(training_input(), max_steps=20)
    with read_only(tmp_path):
        assert list(estimator_in(tmp_path).predict(prediction_input()))
        assert estimator_in(tmp_path).evaluate(evaluation_input(), steps=1)["global_step"] == 20
        estimator_in(tmp_path).train(training_input(), max_steps=45)
    assert any(NOT_SAVED in message for message in caplog.messages)
    assert newest(tmp_path)["global_step"] == 20
    estimator_in(tmp_path).train(training_input(), max_steps=60)
    assert_same(newest(tmp_path), in_peace)


def test_a_read_only_disk(tmp_path: Path, caplog: Any) -> None:
    """Not even root writes to it."""
    directory = tmp_path / "model"
    estimator_in(directory).train(training_input(), max_steps=20)
    commands = (["mount", "--bind", str(directory), str(directory)], ["mount", "-o", "remount,bind,ro", str(directory)])
    if shutil.which("mount") is None or subprocess.run(commands[0], capture_output=True).returncode != 0:
        pytest.skip("nothing can be mounted here")
    try:
        if subprocess.run(commands[1], capture_output=True).returncode != 0:
            pytest.skip("nothing can be mounted read-only here")
        estimator = estimator_in(directory)
        assert list(estimator.predict(prediction_input()))
        assert estimator.evaluate(evaluation_input(), steps=1)["global_step"] == 20
        estimator.train(training_input(), max_steps=45)
        assert estimator.evaluate(evaluation_input(), steps=1)["global_step"] == 45
        assert newest(directory)["global_step"] == 20
        assert any("Read-only file system; nothing was written" in message for message in caplog.messages)
    finally:
        subprocess.run(["umount", str(directory)], check=True)
