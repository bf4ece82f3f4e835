"""SIGINT once: finish the step, save, re-raise. Twice: leave at once. SIGTERM as SIGINT."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from estimators.hooks.session_run_hook import SessionRunHook
from tests.estimators.models import training_input
from tests.robustness.attempts import assert_same, estimator_in, newest

ROOT = Path(__file__).parents[2]

# Trains for ever; says so at the first step.
TRAINS = """
import sys
from estimators.hooks.session_run_hook import SessionRunHook
from tests.estimators.models import training_input
from tests.robustness.attempts import estimator_in

class Says(SessionRunHook):
    def after_create_session(self, session, coord):
        print("training", flush=True)
    def next_run(self):
        return None

estimator_in(sys.argv[1], every=1_000_000).train(training_input(), [Says()])
"""


class Signals(SessionRunHook):
    """Sends this process a signal after so many runs, several times."""

    def __init__(self, number: int, runs: int, times: int = 1) -> None:
        self.number, self.runs, self.times = number, runs, times
        self.ends = 0

    def after_run(self, run_context: Any, run_values: Any) -> None:
        self.runs -= 1
        if self.runs == 0:
            for _ in range(self.times):
                signal.raise_signal(self.number)

    def end(self, session: Any) -> None:
        self.ends += 1


@pytest.fixture
def raising_sigterm() -> Any:
    """SIGTERM raises SystemExit, as in programs that clean up after it."""

    def leave(number: int, frame: Any) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    yield leave
    signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize(("number", "raised"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit)])
def test_once(tmp_path: Path, raising_sigterm: Any, in_peace: dict[str, np.ndarray], number: int, raised: Any) -> None:
    before = signal.getsignal(signal.SIGINT)
    hook = Signals(number, 17)
    with pytest.raises(raised):
        estimator_in(tmp_path).train(training_input(), [hook], max_steps=60)
    assert newest(tmp_path)["global_step"] == 17, "the step was not finished and saved"
    assert hook.ends == 0, "as after any exception, end is not called"
    assert signal.getsignal(signal.SIGINT) is before and signal.getsignal(signal.SIGTERM) is raising_sigterm
    estimator_in(tmp_path).train(training_input(), max_steps=60)
    assert_same(newest(tmp_path), in_peace)


def test_twice_leaves_at_once(tmp_path: Path, in_peace: dict[str, np.ndarray]) -> None:
    estimator = estimator_in(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        estimator.train(training_input(), [Signals(signal.SIGINT, 17, times=2)], max_steps=60)
    assert newest(tmp_path)["global_step"] == 10, "something was saved on the way out"
    estimator_in(tmp_path).train(training_input(), max_steps=60)
    assert_same(newest(tmp_path), in_peace)


def test_the_same_estimator_goes_on_after_an_interrupt(tmp_path: Path, in_peace: dict[str, np.ndarray]) -> None:
    estimator = estimator_in(tmp_path)
    for times in (1, 2):
        with pytest.raises(KeyboardInterrupt):
            estimator.train(training_input(), [Signals(signal.SIGINT, 17, times)], max_steps=60)
    estimator.train(training_input(), max_steps=60)
    assert_same(newest(tmp_path), in_peace)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_from_outside(tmp_path: Path, number: int) -> None:
    """The process ends by the signal that it got, as a shell or a queue expects."""
    command = [sys.executable, "-c", TRAINS, str(tmp_path)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stdout.readline() == "training\n"
        process.send_signal(number)
        _, errors = process.communicate(timeout=120)
    assert process.returncode == -number, errors
    assert f"{signal.Signals(number).name}: finishing the step and saving; once more to leave at once." in errors
    step = int(newest(tmp_path)["global_step"])
    estimator_in(tmp_path / "in peace").train(training_input(), max_steps=max(step, 1))
    if step:
        assert_same(newest(tmp_path), newest(tmp_path / "in peace"))
