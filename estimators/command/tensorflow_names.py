"""TensorFlow's module names for a while: `import tensorflow as tf` gives estimators.compat.v1."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any, final

TENSORFLOW = "tensorflow"
FACADE = "estimators.compat.v1"

# Where programs import from although it is not public, and the public module that holds the same.
_INTERNAL = {
    "tensorflow.compat.v1": "",
    "tensorflow.contrib.learn.python.learn.datasets": ".contrib.learn.datasets",
    "tensorflow.python.estimator": ".estimator",
    "tensorflow.python.framework.dtypes": ".dtypes",
    "tensorflow.python.framework.errors": ".errors",
    "tensorflow.python.keras": ".keras",
    "tensorflow.python.platform.app": ".app",
    "tensorflow.python.platform.flags": ".flags",
    "tensorflow.python.platform.gfile": ".gfile",
    "tensorflow.python.platform.tf_logging": ".logging",
}


def is_installed() -> bool:
    """Whether TensorFlow itself can be imported."""
    return TENSORFLOW in sys.modules or find_spec(TENSORFLOW) is not None


@contextmanager
def facade_as_tensorflow() -> Iterator[None]:
    """While it lasts, importing `tensorflow` or a module in it gives the facade's."""
    finder = _Finder()
    hidden = {name: sys.modules.pop(name) for name in list(sys.modules) if _is_tensorflow(name)}
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if _is_tensorflow(name)]:
            del sys.modules[name]
        sys.modules.update(hidden)


def facade_module(name: str) -> str | None:
    """The facade's module for TensorFlow's module `name`; None if it has none."""
    stem = max((stem for stem in _INTERNAL if f"{name}.".startswith(f"{stem}.")), key=len, default=None)
    ours = FACADE + (name.removeprefix(TENSORFLOW) if stem is None else _INTERNAL[stem] + name.removeprefix(stem))
    try:
        return ours if find_spec(ours) is not None else None
    except ModuleNotFoundError:  # nor is what it would be in
        return None


def _is_tensorflow(name: str) -> bool:
    return name == TENSORFLOW or name.startswith(f"{TENSORFLOW}.")


@final
class _Finder(MetaPathFinder, Loader):
    """Finds and loads TensorFlow's modules: each is the facade's module itself, under a second name."""

    def find_spec(self, fullname: str, path: Sequence[str] | None = None, target: Any = None) -> ModuleSpec | None:
        if not _is_tensorflow(fullname):
            return None
        leads_further = any(name.startswith(f"{fullname}.") for name in _INTERNAL)
        if facade_module(fullname) is None and not leads_further:
            raise ModuleNotFoundError(_refusal(fullname), name=fullname)
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        name = module.__name__
        ours = facade_module(name)
        if ours is not None:
            sys.modules[name] = import_module(ours)  # what the import system then hands out


def _refusal(name: str) -> str:
    parent, _, last = name.rpartition(".")
    ours = facade_module(parent)
    if ours is not None:
        try:
            getattr(import_module(ours), last)
        except AttributeError as error:
            return str(error)  # with what to use instead
    return f"{name} is not available here."
