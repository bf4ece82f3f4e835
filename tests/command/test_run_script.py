"""`python -m estimators run`: programs written for TensorFlow 1, unchanged."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

import pytest

import estimators.compat.v1 as facade
from estimators.command import tensorflow_names
from estimators.command.main import main
from estimators.command.tensorflow_names import facade_as_tensorflow, facade_module

PROGRAM = """
from __future__ import print_function
import sys
import tensorflow as tf
import tensorflow.compat.v1 as tf1
from beside import STEPS
from tensorflow.contrib import layers
from tensorflow.examples.tutorials.mnist import input_data
from tensorflow.contrib.learn.python.learn.datasets.mnist import read_data_sets
from tensorflow.python.platform import gfile

tf.app.flags.DEFINE_float("rate_of_this_test", 0.5, "how fast")
FLAGS = tf.app.flags.FLAGS


def main(argv):
    x = tf.Variable(1.0)
    train_op = tf.train.GradientDescentOptimizer(FLAGS.rate_of_this_test).minimize(tf.square(x))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for _ in range(STEPS):
            session.run(train_op)
        print("x", session.run(x), "rest", argv[1:], tf is tf1, layers is tf.contrib.layers, __name__)
    assert input_data.read_data_sets is read_data_sets


if __name__ == "__main__":
    tf.app.run()
"""


@pytest.fixture(autouse=True)
def no_tensorflow(monkeypatch):
    """As if TensorFlow were not installed."""
    monkeypatch.setattr(tensorflow_names, "find_spec", lambda name: None if name == "tensorflow" else FIND_SPEC(name))


FIND_SPEC = importlib.util.find_spec


def written(directory, text):
    (directory / "beside.py").write_text("STEPS = 2\n")
    path = directory / "program.py"
    path.write_text(text)
    return str(path)


def test_a_program_runs_as_it_is(tmp_path, capfd):
    path, argv, folders = written(tmp_path, PROGRAM), sys.argv, sys.path[:]
    assert main(["run", path, "--rate_of_this_test=0.25", "more"]) == 0
    out, err = capfd.readouterr()
    assert out == "x 0.25 rest ['more'] True True __main__\n"
    assert err == f"Running {path} with estimators.compat.v1 as tensorflow.\n"
    assert sys.argv is argv and sys.path == folders
    assert not [name for name in sys.modules if name.split(".")[0] == "tensorflow"]


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("tf.nn.conv3d", 1, "error: tf.nn.conv3d is not available here."),
        ("from tensorflow.contrib import timeseries", 1, "error: tf.contrib.timeseries is not available here."),
        ("import tensorflow.contrib.gan as gan", 1, "error: tf.contrib.gan is not available here."),
        ("import tensorflow.python.tools.freeze_graph", 1, "error: tensorflow.python.tools is not available here."),
        (
            "from tensorflow.python.ops.math_ops import reduce_summ",
            1,
            "error: tensorflow.python.ops.math_ops.reduce_summ is not available here. Nearest: tf.reduce_sum,",
        ),
        ("tf.constant(3) + 'a'", 1, "error: TypeError: "),
        ("tf.Session().run(tf.constant(1) // tf.constant(0))", 1, "error: Integer division by zero"),
        ("sys.exit('the end')", 1, "the end"),
        ("sys.exit(3)", 3, ""),
        ("sys.exit()", 0, ""),
        ("raise KeyboardInterrupt", 130, "Interrupted."),
    ],
)
def test_how_a_program_may_end(tmp_path, capfd, line, code, said):
    path = written(tmp_path, f"import sys\nimport tensorflow as tf\n{line}\n")
    assert main(["run", path]) == code
    err = capfd.readouterr().err
    assert said in err
    assert "Traceback" not in err
    if said.startswith("error"):
        assert f"({path}, line 3, in <module>)" in err


def test_the_traceback_is_there_if_asked_for(tmp_path, capfd):
    assert main(["run", "--debug", written(tmp_path, "1 / 0")]) == 1
    assert "Traceback" in capfd.readouterr().err


def test_a_script_that_is_not_there(tmp_path, capfd):
    assert main(["run", str(tmp_path / "none.py")]) == 2
    assert "none.py is not there. `run` takes the path of a Python script" in capfd.readouterr().err
    assert main(["run", str(tmp_path)]) == 2
    assert "is a directory, not a file" in capfd.readouterr().err


def test_an_installed_tensorflow_is_left_alone_unless_asked(tmp_path, capfd, monkeypatch):
    real = ModuleType("tensorflow")
    monkeypatch.setitem(sys.modules, "tensorflow", real)
    path = written(tmp_path, "import tensorflow\nprint(tensorflow.__name__)")
    assert main(["run", path]) == 0
    out, err = capfd.readouterr()
    assert out == "tensorflow\n"
    assert "with the TensorFlow that is installed here" in err and "--instead-of-tensorflow" in err
    assert main(["run", "--instead-of-tensorflow", path]) == 0
    assert capfd.readouterr().out == "estimators.compat.v1\n"
    assert sys.modules["tensorflow"] is real


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("tensorflow", facade.__name__),
        ("tensorflow.compat.v1", facade.__name__),
        ("tensorflow.compat.v1.train", f"{facade.__name__}.train"),
        ("tensorflow.python.platform.gfile", f"{facade.__name__}.gfile"),
        ("tensorflow.contrib.learn.python.learn.datasets.base", f"{facade.__name__}.contrib.learn.datasets.base"),
        ("tensorflow.python.ops", None),
        ("tensorflow.contrib.slim.nets", None),
    ],
)
def test_which_module_stands_for_which(theirs, ours):
    assert facade_module(theirs) == ours


def test_a_module_keeps_its_own_name():
    with facade_as_tensorflow():
        module = importlib.import_module("tensorflow.layers")
        assert module is facade.layers
        assert importlib.import_module("tensorflow").compat.v1 is facade
    assert facade.__spec__.name == facade.__name__ and module.__spec__.name == f"{facade.__name__}.layers"
