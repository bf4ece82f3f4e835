"""What the facade says of a name that it does not have: what to use instead, or the names that come nearest."""

from __future__ import annotations

import sys
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

_ROOT = "estimators.compat.v1"
_MOST_NAMES = 3
_OWN_MODEL = "a model_fn of your own with tf.layers, tf.losses and tf.train.*Optimizer, run by tf.estimator.Estimator"
_INSTEAD = {
    "data": "tf.estimator.inputs.numpy_input_fn, with the data in NumPy arrays, or pandas_input_fn",
    "feature_column": "tf.layers.dense on numbers and tf.one_hot on integers",
    "keras": "tf.layers, and tf.estimator.Estimator for training",
    "MonitoredTrainingSession": "tf.estimator.Estimator, which runs the same hooks, or tf.Session",
    "MonitoredSession": "tf.estimator.Estimator, which runs the same hooks, or tf.Session",
    "FileWriter": "tf.train.LoggingTensorHook, or a SessionRunHook of your own",
    "GradientTape": "tf.gradients",
    "cond": "tf.where, which computes both branches",
    "while_loop": "a Python loop that builds the graph",
    "py_func": "a SessionRunHook that feeds and fetches",
    "Print": "tf.train.LoggingTensorHook",
} | dict.fromkeys(
    (
        *("DNNClassifier", "DNNRegressor", "DNNLinearCombinedClassifier", "DNNLinearCombinedRegressor"),
        *("LinearClassifier", "LinearRegressor", "BaselineClassifier", "BaselineRegressor"),
    ),
    _OWN_MODEL,
)


def missing(module: str, name: str) -> AttributeError:
    """The error for `name`, which the facade's `module` does not have."""
    namespace = _tf_name(module)
    if name.startswith("__"):  # Python itself looks for these
        return AttributeError(f"module {module!r} has no attribute {name!r}")
    instead, nearest = _INSTEAD.get(name), ", ".join(_nearest(namespace, name))
    advice = f" Use {instead}." if instead else f" Nearest: {nearest}." if nearest else ""
    return AttributeError(f"{namespace}.{name} is not available here.{advice}")


def _tf_name(module: str) -> str:
    return "tf" + module.removeprefix(_ROOT)


def _nearest(namespace: str, name: str) -> list[str]:
    """The same name in other namespaces, then similar names in this one, then similar names anywhere."""
    names = {_tf_name(path): _public(module) for path, module in sys.modules.items() if path.startswith(_ROOT)}
    same = [f"{other}.{name}" for other, held in names.items() if name in held]
    here = [f"{namespace}.{found}" for found in get_close_matches(name, names.get(namespace, ()), _MOST_NAMES)]
    everywhere = {found: other for other, held in names.items() for found in held}
    anywhere = [f"{everywhere[found]}.{found}" for found in get_close_matches(name, everywhere, 1, 0.85)]
    return list(dict.fromkeys([*same, *here, *anywhere]))[:_MOST_NAMES]


def _public(module: Any) -> list[str]:
    return list(getattr(module, "__all__", ()))


def _of(module: str) -> Callable[[str], Any]:
    """`__getattr__` of a package of the facade: its __init__ may only import."""

    def __getattr__(name: str) -> Any:
        raise missing(module, name)

    return __getattr__


of_tf = _of(_ROOT)
of_estimator = _of(f"{_ROOT}.estimator")
of_contrib = _of(f"{_ROOT}.contrib")
