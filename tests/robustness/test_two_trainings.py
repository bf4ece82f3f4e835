"""Of two processes that train in one model_dir the second is refused; kill -9 of the first leaves no stale lock."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.estimators.models import prediction_input, training_input
from tests.estimators.models import test_input as evaluation_input
from tests.robustness.attempts import assert_same, estimator_in, newest

ROOT = Path(__file__).parents[2]

# Trains to step 25 and stays there, within the training.
TRAINS = """
import sys, time
from estimators.hooks.session_run_hook import SessionRunHook
from tests.estimators.models import training_input
from tests.robustness.attempts import estimator_in

class Stays(SessionRunHook):
    runs = 0
    def after_run(self, run_context, run_values):
        self.runs += 1
        if self.runs == 25:
            print("training", flush=True)
            time.sleep(600)

estimator_in(sys.argv[1]).train(training_input(), [Stays()], max_steps=60)
"""


def test_the_second_is_refused_until_the_first_is_killed(tmp_path: Path, in_peace: dict[str, np.ndarray]) -> None:
    second = estimator_in(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", TRAINS, str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as first:
        try:
            assert first.stdout is not None and first.stdout.readline() == "training\n"
            for _ in range(2):  # the refused one changes nothing, however often it tries
                with pytest.raises(RuntimeError, match=f"Process {first.pid} on .* is training in {tmp_path}: wait"):
                    second.train(training_input(), max_steps=60)
            assert newest(tmp_path)["global_step"] == 20
            assert second.evaluate(evaluation_input(), steps=1)["global_step"] == 20
            assert len(list(second.predict(prediction_input()))) == 10
        finally:
            first.kill()
            first.wait()
    second.train(training_input(), max_steps=60)
    assert_same(newest(tmp_path), in_peace)
