"""One seed, one result: whatever the number of threads, and however often the job was interrupted."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*arguments: object) -> str:
    done = subprocess.run(command(*arguments), env=environment(), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def command(*arguments: object) -> list[str]:
    return [sys.executable, str(ROOT / "tests/estimators/train_some.py"), *map(str, arguments)]


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of 300 steps in one go, on one thread."""
    return run(tmp_path_factory.mktemp("straight"), 300, 1)


@pytest.mark.parametrize("threads", [2, 3])
def test_same_bits_for_any_number_of_threads(straight: str, tmp_path: Path, threads: int) -> None:
    assert run(tmp_path, 300, threads) == straight


def test_stopped_at_130_and_gone_on_in_a_new_process(straight: str, tmp_path: Path) -> None:
    run(tmp_path, 130, 2)
    assert run(tmp_path, 300, 1) == straight


def last_step(directory: Path) -> int:
    steps = [
        int(match[1]) for path in directory.glob("*.safetensors") if (match := re.search(r"ckpt-(\d+)", path.name))
    ]
    return max(steps, default=-1)


@pytest.mark.slow
@pytest.mark.parametrize("epochs", [None, 10])
def test_killed_in_the_middle(tmp_path: Path, epochs: int | None) -> None:
    """kill -9 somewhere between two checkpoints, several times; with endless and with finite input."""
    arguments = [] if epochs is None else [epochs]
    expected = run(tmp_path / "straight", 300, 1, *arguments)
    directory = tmp_path / "killed"
    for step in (60, 180):
        process = subprocess.Popen(command(directory, 300, 2, *arguments), env=environment(), stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 120
        while last_step(directory) < step and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.001)
        process.kill()
        process.wait()
    assert run(directory, 300, 2, *arguments) == expected


@pytest.mark.slow
def test_interrupted_by_the_user(tmp_path: Path) -> None:
    """Ctrl-C lets the step finish and saves; KeyboardInterrupt comes out."""
    process = subprocess.Popen(command(tmp_path, 300_000, 2), env=environment(), stderr=subprocess.PIPE, text=True)
    while last_step(tmp_path) < 60:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode in (1, 130, -signal.SIGINT)
    assert "KeyboardInterrupt" in errors
    step = last_step(tmp_path)
    assert step >= 60
    assert run(tmp_path, step + 20, 2) == run(tmp_path / "straight", step + 20, 1)
