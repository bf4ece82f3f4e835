"""What goes wrong is one sentence on standard error and an exit code, never a traceback."""

from __future__ import annotations

import functools
import subprocess
import sys
from pathlib import Path

import pytest

import input_fns.mnist
from estimators.command import main as command
from input_fns.datasets import load_mnist

ROOT = Path(__file__).parents[2]

NO_INPUT = "def model_fn(features, labels, mode): pass\n"
FAILING = """
INPUT_FNS = "input_fns.line"
params = {"steps": 5, "learning_rate": 0.1}

def model_fn(features, labels, mode, params):
    raise ZeroDivisionError("oh no")
"""
EXPLODING = """
from model_fns.linear_regression import INPUT_FNS, model_fn
params = {"steps": 500, "learning_rate": 1e9}
"""
FILES = {
    "no_input.py": NO_INPUT,
    "failing.py": FAILING,
    "exploding.py": EXPLODING,
    "empty.py": "",
    "imports.py": "import something_that_is_not_there",
    "grammar.py": "def f(:",
    "odd_params.py": "params = 3\ndef model_fn(features): pass",
    "odd_inputs.py": "INPUT_FNS = 3\ndef model_fn(features): pass",
    "lost_inputs.py": "INPUT_FNS = 'input_fns.mnits'\ndef model_fn(features): pass",
}


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs the command in this process, in a directory with FILES; returns exit code, output and errors."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path[:])
    monkeypatch.setattr(command, "show_log_lines", lambda verbose: None)
    monkeypatch.delenv("ESTIMATORS_DATA", raising=False)

    def run(*arguments):
        code = command.main(arguments)
        return code, *capsys.readouterr()

    yield run
    for name in FILES:  # the next test's files have the same names
        sys.modules.pop(name.removesuffix(".py"), None)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["train", "nowhere"], "There is no module 'nowhere'."),
        (["train", ""], "There is no module ''."),
        (["train", "model_fns.mnist_cn"], "(did you mean model_fns.mnist_cnn?)"),
        (["train", "lenett"], "(did you mean model_fns.lenet?)"),
        (["train", "failing_"], "There is no module 'failing_'."),
        (["train", "nowhere.py"], "There is no file nowhere.py."),
        (["train", "empty.py"], "empty.py has no model_fn. A module to train holds a function model_fn("),
        (["train", "empty"], "empty has no model_fn."),
        (["train", "imports.py"], "imports.py cannot be imported: ModuleNotFoundError: No module named"),
        (["train", "imports"], "imports.py, line 1)"),
        (["train", "grammar.py"], "grammar.py cannot be imported: SyntaxError: "),
        (["train", "odd_params.py"], "odd_params.py: params must be a dict, but it is a int."),
        (["train", "odd_inputs.py"], "INPUT_FNS must be the name of a module, but it is 3."),
        (["train", "lost_inputs.py"], "There is no module 'input_fns.mnits' (did you mean input_fns.mnist?)."),
        (["train", "no_input.py"], "no_input.py has no train_input_fn."),
        (["evaluate", "model_fns.lenet"], "There is no trained model in"),
        (["predict", "model_fns.lenet"], "Train one: python -m estimators train model_fns.lenet"),
        (["train", "model_fns.lenet", "--data-dir", "nowhere"], "nowhere is not a directory. Put the four MNIST files"),
        (["train", "model_fns.lenet", "--data-dir", "."], ". does not hold train-images-idx3-ubyte, "),
        (["train", "model_fns.lenet", "-p", "rate"], "-p rate: expected name=value, like -p learning_rate=0.01."),
        (["train", "model_fns.lenet", "-p", "learning_rat=1"], "Did you mean learning_rate? The module's params are "),
        (["train", "model_fns.lenet", "-p", "learning_rate=x"], "expected a value like 0.01, of type float."),
        (["train", "model_fns.mlp_digits", "-p", "batch_size=2.5"], "expected a value like 32, of type int."),
        (["train", "model_fns.mlp_digits", "--model-dir", "grammar.py"], "grammar.py cannot be written to ("),
    ],
)
def test_a_request_that_cannot_be_met(run, arguments, sentence):
    code, output, errors = run(*arguments)
    assert (code, output) == (2, "")
    assert errors.startswith("error: ") and sentence in errors and errors.count("\n") == 1


def test_a_damaged_data_file(run, tmp_path):
    for part in ("train", "t10k"):
        (tmp_path / f"{part}-images-idx3-ubyte").write_bytes(b"junk")
        (tmp_path / f"{part}-labels-idx1-ubyte").write_bytes(b"junk")
    code, _, errors = run("train", "model_fns.lenet", "--data-dir", str(tmp_path))
    assert code == 2 and "train-images-idx3-ubyte: not an IDX file" in errors and "Traceback" not in errors


def test_no_network(run, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    nobody = functools.partial(load_mnist, mirrors=["http://127.0.0.1:9/"])
    monkeypatch.setattr(input_fns.mnist, "load_mnist", nobody)
    code, _, errors = run("train", "model_fns.lenet", "--download")
    assert code == 2 and "MNIST is not on this machine, and train-images-idx3-ubyte could not be downloaded." in errors
    assert "use the sample that comes with the package" in errors and "Traceback" not in errors


def test_a_checkpoint_of_another_model(run, monkeypatch):
    monkeypatch.setenv("ESTIMATORS_NUM_THREADS", "1")
    train = ("train", "model_fns.linear_regression", "--model-dir", "here", "--steps", "3")
    assert run(*train)[0] == 0
    code, _, errors = run("train", "model_fns.mlp_digits", "--model-dir", "here", "--steps", "3")
    assert code == 2 and errors.count("\n") == 1
    assert "The checkpoint in here is of another model (" in errors
    assert "dense/kernel" in errors or "not found in checkpoint" in errors
    assert run("evaluate", "model_fns.mlp_digits", "--model-dir", "here")[0] == 2


def test_a_model_that_fails_is_named_with_its_line(run):
    code, _, errors = run("train", "failing.py")
    assert code == 1 and "error: ZeroDivisionError: oh no (" in errors
    assert "failing.py, line 6, in model_fn)\n(--debug shows the traceback.)" in errors and "Traceback" not in errors
    assert "Traceback" in run("train", "failing.py", "--debug")[2]


def test_a_loss_that_becomes_nan(run):
    code, _, errors = run("train", "exploding.py")
    assert code == 1 and "The loss became NaN, so training stopped." in errors and "Traceback" not in errors


@pytest.mark.parametrize("options", [["--steps", "0"], ["--epochs", "nan"], ["--epochs", "0"], ["--seed", "-1"], []])
def test_an_option_that_makes_no_sense(run, capsys, options):
    with pytest.raises(SystemExit) as raised:
        run("train", *options, *(["model_fns.lenet"] if options else []))
    assert raised.value.code == 2
    assert capsys.readouterr().err.startswith("usage: python -m estimators train")


@pytest.mark.parametrize("module", ["estimators", "estimators.command.main"])
def test_importing_does_not_wait_for_numba(module):
    program = f"import sys, {module}; sys.exit('numba' in sys.modules or 'llvmlite' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
