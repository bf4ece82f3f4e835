"""Of two trainings in one model directory the second is refused, and no lock outlives its process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from estimators.estimator import Estimator
from estimators.hooks import SessionRunHook
from estimators.model_dir_lock import training_lock
from estimators.run_config import RunConfig
from tests.estimators.models import line_input
from tests.estimators.test_train_and_evaluate import linear_model

HOLDS = """
import sys, time
from estimators.model_dir_lock import training_lock
with training_lock(sys.argv[1]):
    print("held", flush=True)
    time.sleep(60)
"""


def line(directory: Any) -> Estimator:
    return Estimator(linear_model, str(directory), RunConfig(tf_random_seed=1))


def test_another_process_is_named_and_killing_it_leaves_no_lock(tmp_path: Any) -> None:
    command = [sys.executable, "-c", HOLDS, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        with pytest.raises(RuntimeError) as caught:
            line(tmp_path).train(line_input(), steps=1)
        assert str(caught.value).startswith(f"Process {other.pid} on ")
        assert f"is training in {tmp_path}: wait until it ends, or use another model_dir." in str(caught.value)
        assert line(tmp_path).evaluate(line_input(), steps=1)["global_step"] == 0
        other.send_signal(signal.SIGKILL)
        other.wait()
    assert line(tmp_path).train(line_input(), steps=1).get_variable_value("global_step") == 1


def test_within_one_process_too(tmp_path: Any) -> None:
    class TrainsInside(SessionRunHook):
        def end(self, session: Any) -> None:
            line(tmp_path).train(line_input(), steps=1)

    with pytest.raises(RuntimeError, match=f"Process {os.getpid()} on .* is training in "):
        line(tmp_path).train(line_input(), [TrainsInside()], steps=2)
    line(tmp_path).train(line_input(), steps=1)  # the one that was refused took nothing away


def test_a_forked_child_does_not_keep_the_lock(tmp_path: Any) -> None:
    read, write = os.pipe()
    with training_lock(tmp_path):
        child = os.fork()
        if child == 0:
            os.close(write)
            os.read(read, 1)
            os._exit(0)
    with training_lock(tmp_path):
        pass
    os.close(write)
    os.waitpid(child, 0)
    os.close(read)


def test_a_directory_in_which_no_file_can_be_made_is_not_guarded(tmp_path: Any, caplog: Any) -> None:
    (tmp_path / "file").write_text("in the way")
    with training_lock(tmp_path / "file" / "below"):
        pass
    assert "is not guarded against a second training at the same time" in caplog.messages[0]
    assert Path(tmp_path / "file").read_text() == "in the way"
