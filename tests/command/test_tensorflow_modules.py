"""TensorFlow's own modules, which programs and tests import from: every entry of the table leads somewhere."""

from __future__ import annotations

import importlib
import sys
from unittest import mock

import pytest

import estimators.compat.v1 as tf
from estimators.command.tensorflow_modules import MODULES, OTHER_NAMES
from estimators.command.tensorflow_names import _namespace, facade_as_tensorflow, internal_name
from estimators.compat.internal.monitored_session import HookedSession

# Namespaces and names of TensorFlow that the facade does not have yet: they are looked for, and may come.
TO_COME = {
    "tf.graph_util",
    "tf.lookup",
    "tf.manip",
    "tf.quantization",
    "tf.queue",
    "tf.sets",
    "tf.sparse",
    "tf.contrib.framework.nest",
}


@pytest.mark.parametrize("module", MODULES)
def test_every_module_has_a_namespace(module):
    spaces = MODULES[module].split()
    found = [space for space in spaces if _namespace(space) is not None]
    assert set(spaces) - set(found) <= TO_COME
    assert found or set(spaces) <= TO_COME  # of an empty one, this is all


@pytest.mark.parametrize(
    ("module", "name"), [(module, name) for module, names in OTHER_NAMES.items() for name in names]
)
def test_every_other_name_is_there(module, name):
    assert internal_name(module, name) is not None


@pytest.mark.parametrize(
    ("module", "name", "ours"),
    [
        ("tensorflow.python.framework.ops", "Graph", tf.Graph),
        ("tensorflow.python.framework.ops", "name_scope", tf.name_scope),
        ("tensorflow.python.framework.dtypes", "float32", tf.float32),
        ("tensorflow.python.framework.errors_impl", "OutOfRangeError", tf.errors.OutOfRangeError),
        ("tensorflow.python.framework.test_util", "TensorFlowTestCase", tf.test.TestCase),
        ("tensorflow.python.ops.array_ops", "placeholder", tf.placeholder),
        ("tensorflow.python.ops.math_ops", "reduce_sum", tf.reduce_sum),
        ("tensorflow.python.ops.init_ops", "Zeros", tf.zeros_initializer),
        ("tensorflow.python.ops.variables", "VariableV1", tf.Variable),
        ("tensorflow.python.ops.losses.losses", "mean_squared_error", tf.losses.mean_squared_error),
        ("tensorflow.python.ops.metrics", "accuracy", tf.metrics.accuracy),
        ("tensorflow.python.ops.rnn_cell_impl", "BasicLSTMCell", tf.nn.rnn_cell.BasicLSTMCell),
        ("tensorflow.python.layers.core", "FullyConnected", tf.layers.Dense),
        ("tensorflow.python.data.ops.dataset_ops", "DatasetV1", tf.data.Dataset),
        ("tensorflow.python.lib.io.file_io", "file_exists", tf.gfile.Exists),
        ("tensorflow.python.client.session", "BaseSession", tf.Session),
        ("tensorflow.python.training.saver", "latest_checkpoint", tf.train.latest_checkpoint),
        ("tensorflow.python.training.monitored_session", "_HookedSession", HookedSession),
        ("tensorflow.python.training.basic_session_run_hooks", "SummaryWriterCache", tf.summary.FileWriterCache),
        ("tensorflow.python.estimator.estimator", "Estimator", tf.estimator.Estimator),
        ("tensorflow_estimator.python.estimator.run_config", "RunConfig", tf.estimator.RunConfig),
        ("tensorflow_estimator.python.estimator.canned.dnn", "DNNClassifier", tf.estimator.DNNClassifier),
        ("tensorflow_estimator.python.estimator.inputs.numpy_io", "numpy_input_fn", tf.estimator.inputs.numpy_input_fn),
        (
            "tensorflow_estimator.python.estimator.export.export_output",
            "PredictOutput",
            tf.estimator.export.PredictOutput,
        ),
        ("tensorflow.core.protobuf.config_pb2", "ConfigProto", tf.ConfigProto),
    ],
)
def test_a_name_is_the_facades(module, name, ours):
    with facade_as_tensorflow():
        assert getattr(importlib.import_module(module), name) is ours


def test_modules_are_imported_in_every_form():
    namespace: dict[str, object] = {}
    with facade_as_tensorflow():
        exec(
            "import tensorflow.python.ops.math_ops as a\n"
            "from tensorflow.python.ops import math_ops as b\n"
            "from tensorflow.python.ops.math_ops import add as c\n"
            "from tensorflow_estimator.python.estimator import model_fn as d\n"
            "from tensorflow.python.estimator.canned import metric_keys as e\n",
            namespace,
        )
    assert namespace["a"] is namespace["b"] and namespace["c"] is tf.add
    assert namespace["d"].EstimatorSpec is tf.estimator.EstimatorSpec  # type: ignore[attr-defined]
    assert namespace["e"].MetricKeys.LOSS_MEAN == "average_loss"  # type: ignore[attr-defined]


def test_nothing_is_left_behind():
    with facade_as_tensorflow():
        importlib.import_module("tensorflow.python.keras.layers.core")
        importlib.import_module("tensorflow.contrib.layers.python.layers.layers")
        assert hasattr(tf, "python") and hasattr(tf.contrib.layers, "python")
    assert "python" not in vars(tf) and not {"python", "__path__"} & vars(tf.contrib.layers).keys()
    assert not [name for name in sys.modules if name.split(".")[0] in ("tensorflow", "tensorflow_estimator")]


def test_a_module_below_another_takes_no_name_of_the_facade():
    keras = importlib.import_module("estimators.compat.v1.keras")
    layers = keras.layers
    with facade_as_tensorflow():
        importlib.import_module("tensorflow.python.keras.layers")
        assert keras.layers is layers
    assert keras.layers is layers


def test_a_name_that_is_not_there():
    with facade_as_tensorflow():
        math_ops = importlib.import_module("tensorflow.python.ops.math_ops")
        with pytest.raises(AttributeError) as caught:
            math_ops.reduce_summ  # noqa: B018  # the access is what is tested
        assert str(caught.value).startswith(
            "tensorflow.python.ops.math_ops.reduce_summ is not available here. Nearest: tf.reduce_sum, "
        )
        assert not hasattr(math_ops, "__wrapped__")
        with pytest.raises(ImportError, match="cannot import name 'reduce_summ'"):
            exec("from tensorflow.python.ops.math_ops import reduce_summ")


def test_a_module_with_nothing_in_it():
    with facade_as_tensorflow():
        device_lib = importlib.import_module("tensorflow.python.client.device_lib")
        with pytest.raises(AttributeError, match=r"^tensorflow.python.client.device_lib.x is not available here\.$"):
            device_lib.x  # noqa: B018  # the access is what is tested
        assert importlib.import_module("tensorflow.python.framework.versions").GRAPH_DEF_VERSION == 134


def test_what_is_replaced_is_replaced_where_it_is_used(monkeypatch):
    lines: list[str] = []
    with facade_as_tensorflow():
        tf_logging = importlib.import_module("tensorflow.python.platform.tf_logging")
        with mock.patch.object(tf_logging, "info", side_effect=lambda text, *rest: lines.append(text % rest)):
            hook = tf.train.LoggingTensorHook(["x:0"], every_n_iter=1)
            with tf.Graph().as_default(), tf.Session() as session:
                tf.constant(3, name="x")
                hook.begin()
                HookedSession(session, [hook]).run(tf.constant(1))
        tf_logging.info("not replaced any more")
        tf_logging.a_name_of_its_own = 1
        assert tf_logging.a_name_of_its_own == 1
        del tf_logging.a_name_of_its_own
    assert lines == ["x:0 = 3"]
