"""`python -m estimators`, started as a user starts it, on small settings."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRAIN = ("train", "model_fns.mlp_digits")

# All that a user's own module needs: no params, input functions of its own, something else than digits.
OWN_MODULE = """
import numpy
from beside import WEIGHTS
from input_fns import numpy_input_fn
from model_fns import EstimatorSpec, get_global_step, layers, losses, optimizers

x = numpy.random.RandomState(0).rand(60, 3).astype("float32")
train_input_fn = numpy_input_fn({"x": x}, x @ WEIGHTS, batch_size=20, num_epochs=2, shuffle=False)
eval_input_fn = numpy_input_fn({"x": x}, x @ WEIGHTS, batch_size=20, shuffle=False)
predict_input_fn = numpy_input_fn({"x": x[:3]}, shuffle=False)

def model_fn(features, labels, mode):
    values = layers.dense(features["x"], 1)
    if mode == "infer":
        return EstimatorSpec(mode, predictions={"values": values})
    loss = losses.mean_squared_error(labels, values)
    return EstimatorSpec(
        mode, loss=loss, train_op=optimizers.GradientDescentOptimizer(0.1).minimize(loss, get_global_step())
    )
"""
BESIDE = 'import numpy\nWEIGHTS = numpy.ones((3, 1), "float32")\n'


def environment():
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii", "ESTIMATORS_NUM_THREADS": "1"}


def run(directory, *arguments, code=0):
    """Runs the command; asserts its exit code, and that it wrote no control characters."""
    command = [sys.executable, "-W", "error", "-m", "estimators", *arguments]
    done = subprocess.run(command, cwd=directory, env=environment(), capture_output=True, text=True, timeout=300)
    assert done.returncode == code, done.stdout + done.stderr
    assert not re.search(r"[^\n\x20-\x7e]", done.stdout + done.stderr)
    return done


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A directory with a little-trained mlp_digits in it, and what the command said."""
    directory = tmp_path_factory.mktemp("trained")
    return directory, run(directory, *TRAIN, "--steps", "60", "--log-every", "50")


def test_train_says_what_it_does_and_where_it_went(trained):
    lines = trained[1].stdout.splitlines()
    assert lines[0] == (
        "Training model_fns.mlp_digits on the 8x8 digits, 1,440 examples in batches of 32, to step 60 (1.3 epochs), "
        f"seed 1, in {Path('models', 'mlp_digits')}."
    )
    assert re.fullmatch(r"Trained 60 steps in [\d.]+ seconds, compiling included\.", lines[1])
    assert re.fullmatch(r"predicted +(\d ){9}\d", lines[-5]) and re.fullmatch(r"true +(\d ){9}\d", lines[-4])
    assert re.fullmatch(r"Evaluation on 357 test examples: loss = [\d.]+\.", lines[-3])
    assert re.fullmatch(r"Accuracy on 357 test examples: [\d.]+ %\.", lines[-2])
    assert lines[-1] == f"The model is in {Path('models', 'mlp_digits')}, at step 60."


def test_train_logs_as_tensorflow_does(trained):
    log = trained[1].stderr.splitlines()
    assert log[0].startswith("INFO:tensorflow:Saving checkpoints for 0 into ")
    assert re.fullmatch(r"INFO:tensorflow:loss = [\d.]+, step = 1", log[1])
    assert re.fullmatch(r"INFO:tensorflow:global_step/sec: [\d.e+]+", log[2])
    assert re.fullmatch(r"INFO:tensorflow:loss = [\d.]+, step = 51 \([\d.]+ sec\)", log[3])
    assert log[4].startswith("INFO:tensorflow:Saving checkpoints for 60 into ") and len(log) == 5


def test_verbose_shows_the_framework_at_work(trained, tmp_path):
    assert "Calling model_fn." not in trained[1].stderr
    assert "Calling model_fn." in run(tmp_path, *TRAIN, "--steps", "1", "--verbose").stderr


def test_the_same_command_again_resumes(trained):
    directory, first = trained
    again = run(directory, *TRAIN, "--steps", "5").stdout.splitlines()
    assert again[1] == "Resuming at step 60: 5 more steps." and again[-1].endswith("at step 65.")
    nothing = run(directory, *TRAIN, "--max-steps", "65").stdout
    assert "has reached step 65 already: nothing to train." in nothing and "Trained" not in nothing
    default = run(directory, *TRAIN, "-p", "epochs=2").stdout
    assert "to step 90 (2 epochs)" in default and "Resuming at step 65: 25 more steps." in default
    default = run(directory, *TRAIN, "-p", "epochs=2").stdout
    assert "to step 180 (4 epochs)" in default and "Resuming at step 90: 90 more steps." in default


def test_evaluate_and_predict_take_what_was_trained(trained):
    directory, _ = trained
    evaluation = run(directory, "evaluate", "model_fns.mlp_digits").stdout.splitlines()
    assert evaluation[-2].startswith("Accuracy on 357 test examples: ")
    prediction = run(directory, "predict", "model_fns.mlp_digits", "-n", "3").stdout.splitlines()
    assert re.fullmatch(r"predicted +\d \d \d", prediction[-3]) and re.fullmatch(r"true +\d \d \d", prediction[-2])


def test_the_seed_decides_and_the_number_of_threads_does_not(tmp_path):
    def losses(*options):
        return re.findall(
            r"loss = (\S+),", run(tmp_path, *TRAIN, "--steps", "60", "--log-every", "20", *options).stderr
        )

    first = losses("--model-dir", "a", "--seed", "7")
    assert losses("--model-dir", "b", "--seed", "7", "--threads", "2") == first
    assert losses("--model-dir", "c", "--seed", "8") != first


def test_a_users_own_file_works_as_ours_do(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "own_model.py").write_text(OWN_MODULE)
    (tmp_path / "mine" / "beside.py").write_text(BESIDE)
    path = str(Path("mine", "own_model.py"))
    lines = run(tmp_path, "train", path).stdout.splitlines()
    assert lines[0].startswith("Training mine")
    assert "on own_model, 60 examples in batches of 20, until the input ends (Ctrl-C saves), seed 1" in lines[0]
    assert lines[-1] == f"The model is in {Path('models', 'own_model')}, at step 6."
    assert run(tmp_path, "train", path).stdout.splitlines()[1] == "Resuming at step 6."
    assert len(run(tmp_path, "predict", path).stdout.splitlines()[1].split()) == 4  # "predicted" and three numbers
    assert "at step 12." in run(tmp_path / "mine", "evaluate", "own_model", "--model-dir", "../models/own_model").stdout


def test_ctrl_c_saves(tmp_path):
    command = [sys.executable, "-m", "estimators", *TRAIN, "--steps", "1000000000", "--log-every", "1000"]
    process = subprocess.Popen(command, cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, text=True)
    while "step = 1001" not in (line := process.stderr.readline()):
        assert line, "the command ended by itself"
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130, said
    step = re.search(r"Interrupted\. \S+ holds step ([\d,]+); the same command goes on from there\.", said)[1]
    assert int(step.replace(",", "")) > 1000 and "Traceback" not in said
    assert f"Resuming at step {step}: 1 more steps." in run(tmp_path, *TRAIN, "--steps", "1").stdout


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a terminal")
def test_a_terminal_gets_a_progress_bar(tmp_path):
    import fcntl
    import struct
    import termios

    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    command = [sys.executable, "-m", "estimators", *TRAIN, "--steps", "50"]
    process = subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    shown = b""
    with open(ours, "rb", buffering=0) as terminal:
        while True:
            try:
                piece = terminal.read(4096)
            except OSError:  # how Linux tells that nobody writes to it any more
                break
            if not piece:
                break
            shown += piece
    assert process.wait(60) == 0
    assert b"50/50 [" in shown and b"INFO:tensorflow:loss = " in shown
