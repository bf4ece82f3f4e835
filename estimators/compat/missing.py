"""What the facade says of a name that it does not have: what to use instead, or the names that come nearest."""

from __future__ import annotations

import sys
from collections.abc import Callable
from difflib import get_close_matches
from importlib import import_module
from typing import Any

_ROOT = "estimators.compat.v1"
_LATER = ("contrib", "test")
_MOST_NAMES = 3
_SIMILAR, _VERY_SIMILAR = 0.75, 0.85  # how much of a name must agree: in its own module, in any other
_OWN_MODEL = "a model_fn of your own with tf.layers, tf.losses and tf.train.*Optimizer, run by tf.estimator.Estimator"
_PIXELS = "arrays of pixels, which Pillow for one reads from files, with tf.data.Dataset.from_tensor_slices"
_INSTEAD = {
    "sequence_numeric_column": "tf.feature_column.numeric_column with the shape of a whole sequence",
    "keras": "tf.layers, and tf.estimator.Estimator for training",
    "GradientTape": "tf.gradients",
    **dict.fromkeys(("BoostedTreesClassifier", "BoostedTreesRegressor", "BoostedTreesEstimator"), _OWN_MODEL),
    **dict.fromkeys(("decode_bmp", "decode_gif", "decode_image", "decode_jpeg", "decode_png"), _PIXELS),
}


def missing(module: str, name: str) -> AttributeError:
    """The error for `name`, which the facade's `module` does not have."""
    namespace = _tf_name(module)
    if name.startswith("__") or _is_being_imported(module):  # Python itself looks
        return AttributeError(f"module {module!r} has no attribute {name!r}")
    instead = _INSTEAD.get(name) or _INSTEAD.get(namespace.removeprefix("tf."))
    nearest = ", ".join(_nearest(namespace, name))
    advice = f" Use {instead}." if instead else f" Nearest: {nearest}." if nearest else ""
    return AttributeError(f"{namespace}.{name} is not available here.{advice}")


def _is_being_imported(module: str) -> bool:
    """Whether the module's own imports are under way: Python asks for a name before it imports it as a module."""
    return bool(getattr(sys.modules[module].__spec__, "_initializing", False))


def _tf_name(module: str) -> str:
    return "tf" + module.removeprefix(_ROOT)


def _nearest(namespace: str, name: str) -> list[str]:
    """The same name in other namespaces, and similar names in this one; if there are none, a similar name anywhere."""
    for later in _LATER:
        import_module(f"{_ROOT}.{later}")
    names = {_tf_name(path): _public(module) for path, module in sys.modules.items() if path.startswith(_ROOT)}
    names["tf"] += _LATER  # not in its __all__: `import *` would import them
    same = [f"{other}.{name}" for other, held in names.items() if name in held]
    same = [other for other in same if ".contrib." not in other] or same
    similar = get_close_matches(name, names.get(namespace, ()), _MOST_NAMES, _SIMILAR)
    found = [*same, *(f"{namespace}.{item}" for item in similar)]
    if not found:
        everywhere = {item: other for other, held in names.items() for item in held}
        found = [f"{everywhere[item]}.{item}" for item in get_close_matches(name, everywhere, 1, _VERY_SIMILAR)]
    return found[:_MOST_NAMES]


def _public(module: Any) -> list[str]:
    return list(getattr(module, "__all__", ()))


def _of(module: str) -> Callable[[str], Any]:
    """`__getattr__` of a package of the facade: its __init__ may only import."""

    def __getattr__(name: str) -> Any:
        raise missing(module, name)

    return __getattr__


def of_compat(name: str) -> Any:
    """`__getattr__` of tf.compat, whose v1 is the facade, which imports tf.compat and so cannot be imported by it."""
    if name == "v1":
        return sys.modules[_ROOT]
    raise missing(f"{_ROOT}.compat", name)


def of_tf(name: str) -> Any:
    """`__getattr__` of the facade: some modules are imported when they are first asked for, as in TensorFlow 1."""
    if name in _LATER:
        return import_module(f"{_ROOT}.{name}")
    raise missing(_ROOT, name)


of_estimator = _of(f"{_ROOT}.estimator")
of_contrib = _of(f"{_ROOT}.contrib")
of_io = _of(f"{_ROOT}.io")
of_slim = _of(f"{_ROOT}.contrib.slim")
of_saved_model = _of(f"{_ROOT}.saved_model")
of_contrib_learn = _of(f"{_ROOT}.contrib.learn")
of_contrib_learn_datasets = _of(f"{_ROOT}.contrib.learn.datasets")
of_examples = _of(f"{_ROOT}.examples")
of_tutorials = _of(f"{_ROOT}.examples.tutorials")
of_tutorials_mnist = _of(f"{_ROOT}.examples.tutorials.mnist")
of_keras = _of(f"{_ROOT}.keras")
of_keras_layers = _of(f"{_ROOT}.keras.layers")
of_keras_datasets = _of(f"{_ROOT}.keras.datasets")
of_data = _of(f"{_ROOT}.data")
of_nn = _of(f"{_ROOT}.nn")
