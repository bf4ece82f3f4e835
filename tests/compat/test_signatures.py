"""The facade's signatures against TensorFlow 1.15.5's: argument names, their order, their defaults.

golden/signatures.json and more_signatures.json hold what TensorFlow has, for the names the facade has: see
golden/make_signatures.py. Every difference stands in DIFFERENCES with its reason.
"""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

import estimators.compat.v1 as tf
from tests.compat.signatures import facade_modules, facade_names, of_object

HERE = Path(__file__).parents[1] / "golden"
GOLDEN: dict[str, Any] = {
    name: kept
    for file in ("signatures.json", "more_signatures.json")
    for name, kept in json.loads((HERE / file).read_text(encoding="utf-8")).items()
}
OURS = facade_names()

# Not in the introspection of TensorFlow: a second name (tf.flags is tf.app.flags, which is absl's), or tf.contrib.
NOT_INTROSPECTED = (
    "tf.saved_model.*",
    "tf.flags.*",
    "tf.contrib.*",
    "tf.examples.*",
    "tf.version.*",
    "tf.lookup.*",
    "tf.distributions.*",
    "tf.io.gfile.*",
    "tf.estimator.tpu.*",
    "tf.data.experimental.*",
    "tf.strings.*",
    "tf.python_io.*",
    "tf.queue.*",
)

NO_ENUMERATIONS = "synchronization, aggregation, unconnected_gradients: the default is None; only defaults are there"
MADE_BY_THE_GRAPH = "programs get these from a graph and do not make them; built from other parts here"
MADE_BY_A_METHOD = "programs get these from a method; built from other parts here"
ALL_OPTIONAL = "may be called with fewer arguments"
OURS_AT_THE_END = "one more argument at the end, for the project's own use"
UNITTESTS = "unittest's own here, absl's there, which has more arguments or other names"
DIFFERENCES = {
    "tf.DType": MADE_BY_THE_GRAPH,
    "tf.dtypes.DType": MADE_BY_THE_GRAPH,
    "tf.Operation": MADE_BY_THE_GRAPH,
    "tf.Tensor": MADE_BY_THE_GRAPH,
    "tf.data.Dataset": MADE_BY_A_METHOD,
    "tf.data.Iterator": MADE_BY_A_METHOD,
    "tf.OpError": ALL_OPTIONAL,
    "tf.errors.*Error": ALL_OPTIONAL,
    "tf.all_variables": "takes the scope that global_variables takes",
    "tf.Session": OURS_AT_THE_END,
    "tf.estimator.EvalSpec": OURS_AT_THE_END,
    "tf.estimator.RunConfig": OURS_AT_THE_END,
    "tf.estimator.*.train": OURS_AT_THE_END,
    "tf.estimator.experimental.make_early_stopping_hook": OURS_AT_THE_END,
    "tf.estimator.experimental.stop_if_*_hook": OURS_AT_THE_END,
    "tf.estimator.SessionRunContext": OURS_AT_THE_END,
    "tf.train.SessionRunContext": OURS_AT_THE_END,
    "tf.VariableScope.get_variable": "TensorFlow's takes its store of variables first; programs do not call it",
    "tf.test.TestCase.assertDictEqual": UNITTESTS,
    "tf.test.TestCase.assertMultiLineEqual": UNITTESTS,
    "tf.test.TestCase.fail": UNITTESTS,
    "tf.Variable": NO_ENUMERATIONS,
    "tf.get_variable": NO_ENUMERATIONS,
    "tf.get_local_variable": NO_ENUMERATIONS,
    "tf.gradients": NO_ENUMERATIONS,
    "tf.layers.*.add_weight": NO_ENUMERATIONS,
    "tf.nn.rnn_cell.*.add_weight": NO_ENUMERATIONS,
    "tf.nn.rnn_cell.*.build": "a decorator of TensorFlow's calls self `instance`, which hides the argument's name",
    "tf.nn.rnn_cell.*Wrapper.call": "takes the state by name here",
    "tf.nn.rnn_cell.RNNCell.call": "takes the state by name here",
    "tf.keras.layers.*.add_weight": "as tf.layers has it",
    "tf.layers.Layer.call": "subclasses may take further positional inputs",
}


def pairs() -> dict[str, tuple[Any, Any]]:
    """(TensorFlow's arguments, our object) by name, also of methods."""
    found = {}
    for name, kept in GOLDEN.items():
        if "arguments" in kept:
            found[name] = kept["arguments"], OURS.get(name)
        for method, arguments in kept.get("methods", {}).items():
            found[f"{name}.{method}"] = arguments, getattr(OURS.get(name), method, None)
    return found


PAIRS = pairs()


def excused(name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in DIFFERENCES)


@pytest.mark.parametrize("name", [name for name in PAIRS if not excused(name)])
def test_a_signature_is_tensorflows(name):
    arguments, ours = PAIRS[name]
    assert of_object(ours) == arguments


def test_every_excuse_is_needed():
    different = {name for name, (arguments, ours) in PAIRS.items() if of_object(ours) != arguments}
    idle = [pattern for pattern in DIFFERENCES if not any(fnmatchcase(name, pattern) for name in different)]
    assert not idle, f"no longer different: {idle}"


@pytest.mark.parametrize("name", [name for name, kept in GOLDEN.items() if kept["kind"] == "value"])
def test_a_value_is_tensorflows(name):
    assert repr(OURS[name]) == GOLDEN[name]["repr"]


def test_the_golden_file_has_every_name_of_the_facade():
    missing = {name for name in OURS.keys() ^ GOLDEN.keys() if not any(fnmatchcase(name, p) for p in NOT_INTROSPECTED)}
    assert not missing, f"run python -m tests.golden.make_signatures, or correct the name: {sorted(missing)}"


@pytest.mark.parametrize("namespace", facade_modules())
def test_an_unknown_name_is_an_error_that_helps(namespace):
    module = facade_modules()[namespace]
    assert not hasattr(module, "__wrapped__")
    with pytest.raises(AttributeError, match=rf"^{namespace}\.no_such_thing_at_all is not available here\."):
        module.no_such_thing_at_all  # noqa: B018  # the access is what is tested


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("tf.matmull", "tf.matmull is not available here. Nearest: tf.matmul."),
        ("tf.layers.softmax", "tf.layers.softmax is not available here. Nearest: tf.math.softmax, tf.nn.softmax."),
        ("tf.image.decode_jpeg", "tf.image.decode_jpeg is not available here. Use arrays of pixels, "),
        ("tf.train.AdamOptimiser", "Nearest: tf.train.AdamOptimizer, "),
        ("tf.GradientTape", "tf.GradientTape is not available here. Use tf.gradients."),
    ],
)
def test_an_error_names_what_there_is(expression, sentence):
    with pytest.raises(AttributeError) as caught:
        eval(expression, {"tf": tf})
    assert sentence in str(caught.value)
