"""Five lectures' programs, their import line changed and nothing else, beside what TensorFlow 1.15 prints and logs.

golden/seeds.json holds TensorFlow's side. Where initial weights are drawn at random, numbers differ, so that there the
words are compared (names, shapes, the form of every line), and that the network has learnt. One of the five lectures
holds Keras alone, and has no program here.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.command import tensorflow_names
from estimators.command.main import main
from input_fns.datasets.mnist import DATA_VARIABLE
from tests.seeds.stand_ins import standing_in

HERE = Path(__file__).parent
TENSORFLOW = json.loads((HERE.parent / "golden" / "seeds.json").read_text(encoding="utf-8"))
LOGGED = 40  # characters of a line of log that the golden file keeps
PROGRAMS = sorted({path.stem for path in HERE.glob("*.py")} - {"stand_ins", "test_seeds"})
SAME_TO_THE_LAST_DIGIT = (
    "convolution_examples",
    "graph_pictures",
    "graphs_and_sessions",
    "line_and_parabola",
    "names_and_graphs",
    "pooling_examples",
    "softmax_mnist",
    "variables",
)
IN_A_TEST_OF_THEIR_OWN = (
    "cnn_estimator",
    "cnn_with_layers",
    "convolutional_network",
    "digits_by_hand",
    "digits_saved_and_loaded",
    "layers_as_classes",
    "linear_fit",
)
NUMBER = re.compile(r"-?\d+\.\d*(e[-+]\d+)?")
DATE = re.compile(r"\d{4}-\d\d-\d\d\S*")


@pytest.fixture(autouse=True)
def a_place_of_its_own(tmp_path, monkeypatch):
    """An empty directory, the sample as the only MNIST, and NumPy's texts, generator and our log as they were."""
    for variable in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    state, verbosity = np.random.get_state(), tf.logging.get_verbosity()
    np.random.seed(0)
    tf.logging.set_verbosity(tf.logging.WARN)
    with np.printoptions(legacy="1.25"):  # 8.0, where NumPy 2 prints np.float32(8.0), and 1.15's lecturers 8.0
        yield
    tf.logging.set_verbosity(verbosity)
    np.random.set_state(state)
    tf.reset_default_graph()


class Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno == logging.INFO:
            self.lines.append(record.getMessage()[:LOGGED])


@contextlib.contextmanager
def logged():
    lines, logger = Lines(), logging.getLogger("tensorflow")
    logger.addHandler(lines)
    try:
        yield lines.lines
    finally:
        logger.removeHandler(lines)


@pytest.fixture
def run(capsys):
    def run(name):
        """The program's variables, its printed lines, its lines of log, and what it drew."""
        tf.reset_default_graph()
        with standing_in() as shown, logged() as lines:
            variables = runpy.run_path(str(HERE / f"{name}.py"), run_name="__main__")
        printed = capsys.readouterr().out.splitlines()
        return SimpleNamespace(**variables, printed=printed, logged=lines, shown=shown)

    return run


def words(lines):
    """The lines without their dates and numbers, which may be long or short, blanks and line breaks."""
    return "".join(NUMBER.sub("#", DATE.sub("#", "\n".join(lines))).split())


def numbers(lines):
    return [float(number.group()) for number in NUMBER.finditer(" ".join(lines))]


def assert_tensorflows_words(program, name):
    assert words(program.printed) == words(TENSORFLOW[name]["printed"])


def test_there_is_a_side_of_tensorflow_for_every_program():
    assert sorted(TENSORFLOW) == PROGRAMS
    assert {*SAME_TO_THE_LAST_DIGIT, *IN_A_TEST_OF_THEIR_OWN} == set(PROGRAMS)


@pytest.mark.parametrize("name", SAME_TO_THE_LAST_DIGIT)
def test_it_prints_what_tensorflow_prints(run, name):
    program = run(name)
    assert program.printed == TENSORFLOW[name]["printed"]
    if name == "graphs_and_sessions":
        assert [path.name[:20] for path in Path("logs").iterdir()] == ["events.out.tfevents."]
    if name == "graph_pictures":
        [(function, (page,))] = program.shown
        assert (function, page.count("stripped 320 bytes"), page.count("<iframe")) == ("display", 1, 1)


def test_what_the_lectures_show():
    """Printed on their pages, and so in the golden file too."""
    printed = {name: "\n".join(facts["printed"]) for name, facts in TENSORFLOW.items()}
    names = (
        "[<tf.Variable 'Variable:0' shape=() dtype=float32_ref>,\n"
        " <tf.Variable 'Variable_1:0' shape=(2,) dtype=float32_ref>,\n"
        " <tf.Variable 'var:0' shape=(3,) dtype=float32_ref>,\n"
        " <tf.Variable 'var_1:0' shape=(2, 1) dtype=float32_ref>]"
    )
    assert printed["names_and_graphs"].startswith("<tf.Tensor 'const_a:0' shape=(2,) dtype=float32>\n")
    assert names in printed["names_and_graphs"]
    assert "shape of pool1 is (?, 14, 14, 32)" in printed["cnn_with_layers"]


def test_layers_as_classes_learn_as_tensorflows(run):
    """The weights are NumPy's, so that after fifty steps the cost is TensorFlow's: one picture in 1,000 may turn."""
    program = run("layers_as_classes")
    assert_tensorflows_words(program, "layers_as_classes")
    ours, theirs = (numbers(lines) for lines in (program.printed, TENSORFLOW["layers_as_classes"]["printed"]))
    assert len(ours) == 2
    assert ours == pytest.approx(theirs, abs=0.0011)


def test_the_line_is_adams(run):
    """The program's batches, and Adam (Kingma and Ba, 2015) in float64, from the program's own beginning."""
    program = run("linear_fit")
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        beginning = session.run([program.W, program.b])
    line = np.concatenate([value.ravel() for value in beginning]).astype(np.float64)
    assert line[1] == 0 and line[0] != 0
    np.random.seed(0)
    mean, square = np.zeros(2), np.zeros(2)
    for step in range(1, 501):
        rows = np.random.choice(1000, 100)
        x, y = program.X_data[rows, 0], program.y_data[rows, 0]
        error = line[0] * x + line[1] - y
        gradient = np.array([(2 * error * x).sum(), (2 * error).sum()]) / 1000
        mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
        line -= 0.001 * np.sqrt(1 - 0.999**step) / (1 - 0.9**step) * mean / (np.sqrt(square) + 1e-8)
    weight, bias = numbers(program.printed)
    assert (weight, bias) == pytest.approx(tuple(line), abs=2e-5)
    assert_tensorflows_words(program, "linear_fit")
    [points, (_, (_, fitted))] = program.shown
    assert (points[0], points[1][0].shape) == ("scatter", (1000, 1))
    np.testing.assert_allclose(fitted, weight * program.X_data + bias, rtol=1e-6)


def test_the_cnn_of_layers_learns_and_comes_back(run):
    program = run("cnn_with_layers")
    assert_tensorflows_words(program, "cnn_with_layers")
    # tf.metrics.accuracy counts all that it has seen so far, and so is the mean of the lecturer's own accuracies.
    np.testing.assert_allclose(program.accuracies, np.cumsum(program.own_accuracies) / np.arange(1, 4), rtol=1e-6)
    assert program.own_accuracies[-1] > 0.5
    assert program.flat_representation.shape == (200, 7 * 7 * 64)
    np.testing.assert_array_equal(program.restored, program.trained)


def test_the_cnn_of_functions_comes_back(run):
    program = run("convolutional_network")
    assert_tensorflows_words(program, "convolutional_network")
    before, after = (float(line.split()[1]) for line in program.printed if "Accuracy" in line)
    assert before == after > 0.3


def test_the_digits_are_learnt_with_one_hidden_layer_and_with_three(run):
    program = run("digits_by_hand")
    assert_tensorflows_words(program, "digits_by_hand")
    assert min(program.accuracies) > 0.95


def test_the_digits_come_back_with_and_without_their_graph(run):
    program = run("digits_saved_and_loaded")
    assert_tensorflows_words(program, "digits_saved_and_loaded")
    logits, loss, wrong_loss = program.trained
    np.testing.assert_array_equal(program.weights_loaded, logits)
    np.testing.assert_array_equal(program.graph_loaded, logits)
    assert loss < 1 < 2 < wrong_loss


def test_a_scope_may_not_hold_a_blank():
    """As one lecture's page has it; the golden sentence is TensorFlow's."""
    with pytest.raises(ValueError) as caught, tf.variable_scope("output layer"):
        tf.layers.dense(tf.zeros([1, 2]), 10, name="output")
    assert str(caught.value) == "'output layer' is not a valid scope name"


def test_the_estimator_prints_and_logs_as_tensorflows(run):
    program, theirs = run("cnn_estimator"), TENSORFLOW["cnn_estimator"]

    def form(lines):
        return re.sub(r"'classes':\d", "'classes':#", words(lines))

    assert form(program.printed) == form(theirs["printed"])
    calls = ["Calling model_fn.", "Done calling model_fn."]
    lines = theirs["logged"]
    assert lines[12:14] == calls  # the second training, for which TensorFlow builds the graph again, and we do not
    assert [words([line]) for line in program.logged] == [words([line]) for line in lines[:12] + lines[14:]]
    assert program.eval_results["global_step"] == 101


@pytest.mark.parametrize("name", ["convolution_examples", "softmax_mnist"])
def test_unchanged_by_the_command(tmp_path, monkeypatch, capfd, name):
    """With TensorFlow's own import lines, by `python -m estimators run`."""
    text = (HERE / f"{name}.py").read_text(encoding="utf-8")
    text = text.replace("import estimators.compat.v1 as tf", "import tensorflow as tf")
    text = text.replace("from estimators.compat.v1.examples.", "from tensorflow.examples.")
    assert "estimators.compat" not in text
    (tmp_path / "program.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(tensorflow_names, "is_installed", lambda: False)
    tf.reset_default_graph()
    with standing_in():
        assert main(["run", "--instead-of-tensorflow", "program.py"]) == 0
    out = capfd.readouterr().out.splitlines()
    assert words(out) == words(TENSORFLOW[name]["printed"])
    assert os.getcwd() == str(tmp_path)
