"""TensorFlow's module names for a while: `import tensorflow as tf` gives estimators.compat.v1.

A public module is the facade's module itself, under a second name. One of TensorFlow's own, such as
tensorflow.python.ops.array_ops, is a module that finds its names in the facade: see tensorflow_modules.
"""

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

from estimators.command.tensorflow_modules import MODULES, OTHER_NAMES
from estimators.compat.missing import missing

TENSORFLOW = "tensorflow"
ESTIMATOR = "tensorflow_estimator"
FACADE = "estimators.compat.v1"

# Where programs import from although it is not public, and the public module that is the same.
_INTERNAL = {
    "tensorflow.compat.v1": "",
    "tensorflow.contrib.learn.python.learn.datasets": ".contrib.learn.datasets",
    "tensorflow.python.platform.app": ".app",
    "tensorflow.python.platform.flags": ".flags",
    "tensorflow.python.platform.gfile": ".gfile",
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
        for module in finder.opened:
            del module.__path__
        loaded = {name: sys.modules.pop(name) for name in list(sys.modules) if _is_tensorflow(name)}
        for name, module in loaded.items():
            _part_from(loaded.get(name.rpartition(".")[0]), name.rpartition(".")[2], module)
        sys.modules.update(hidden)


def facade_module(name: str) -> str | None:
    """The facade's module for TensorFlow's module `name`; None if it has none."""
    stem = max((stem for stem in _INTERNAL if f"{name}.".startswith(f"{stem}.")), key=len, default=None)
    ours = FACADE + (name.removeprefix(TENSORFLOW) if stem is None else _INTERNAL[stem] + name.removeprefix(stem))
    try:
        return ours if find_spec(ours) is not None else None
    except ModuleNotFoundError:  # nor is what it would be in
        return None


def internal_name(module: str, name: str) -> Any:
    """What `name` is in TensorFlow's own module `module`. AttributeError, with the nearest names, if there is none."""
    owner = _owner(module, name)
    if owner is not None:
        return getattr(*owner)
    if name.startswith("__"):  # Python itself looks for these
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    raise missing_internal(module, name)


def _owner(module: str, name: str) -> tuple[ModuleType, str] | None:
    """The module that has what `name` is in TensorFlow's own module `module`, and its name there."""
    wanted = OTHER_NAMES.get(module, {}).get(name, name)
    held = (_namespace(space) for space in MODULES[module].split())
    return next(((it, wanted) for it in held if it is not None and wanted in getattr(it, "__all__", vars(it))), None)


def missing_internal(module: str, name: str) -> AttributeError:
    """The error for `name`, which TensorFlow's own module `module` does not have here."""
    spaces = MODULES[module].split()
    told = str(missing(_path(spaces[0]), name)).partition(" ")[2] if spaces else "is not available here."
    return AttributeError(f"{module}.{name} {told}")


def _namespace(space: str) -> ModuleType | None:
    """The module that `tf.train`, say, or one of this project's names is; None if there is none."""
    path = _path(space)
    if path not in sys.modules:
        try:
            import_module(path)
        except ModuleNotFoundError as error:
            if error.name is None or not path.startswith(error.name):
                raise
            return None
    return sys.modules[path]


def _path(space: str) -> str:
    """The full name of a namespace's module."""
    root, dot, rest = space.partition(".")
    return f"{FACADE}{dot}{rest}" if root == "tf" else space


def _part_from(parent: ModuleType | None, name: str, module: ModuleType) -> None:
    """Takes from a module of the facade the attribute that importing a module below it left there."""
    if parent is not None and vars(parent).get(name) is module and name not in getattr(parent, "__all__", ()):
        delattr(parent, name)


def _is_tensorflow(name: str) -> bool:
    return name.partition(".")[0] in (TENSORFLOW, ESTIMATOR)


@final
class _Internal(ModuleType):
    """One of TensorFlow's own modules: its names are looked for in the facade when they are asked for.

    A name that a program replaces is replaced where it is; deleting it afterwards brings back what it was.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__dict__["_replaced"] = {}

    def __getattr__(self, name: str) -> Any:
        return internal_name(self.__name__, name)

    def __setattr__(self, name: str, value: Any) -> None:
        is_below = sys.modules.get(f"{self.__name__}.{name}") is value  # so the import system puts it here
        owner = None if name.startswith("__") or is_below else _owner(self.__name__, name)
        if owner is None:
            super().__setattr__(name, value)
            return
        self._replaced.setdefault(name, (owner, getattr(*owner)))
        setattr(owner[0], owner[1], value)

    def __delattr__(self, name: str) -> None:
        if name not in self._replaced:
            super().__delattr__(name)
            return
        (module, own_name), value = self._replaced.pop(name)
        setattr(module, own_name, value)


@final
class _Finder(MetaPathFinder, Loader):
    """Finds and loads TensorFlow's modules, public and own."""

    def __init__(self) -> None:
        self.opened: list[ModuleType] = []  # the facade's modules that are packages for a while

    def find_spec(self, fullname: str, path: Sequence[str] | None = None, target: Any = None) -> ModuleSpec | None:
        if not _is_tensorflow(fullname):
            return None
        leads_further = any(name.startswith(f"{fullname}.") for name in (*_INTERNAL, *MODULES))
        if fullname in MODULES:
            return ModuleSpec(fullname, self, is_package=leads_further)
        if facade_module(fullname) is None and not leads_further:
            raise ModuleNotFoundError(_refusal(fullname), name=fullname)
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return _Internal(spec.name) if spec.name in MODULES else None

    def exec_module(self, module: ModuleType) -> None:
        name = module.__name__
        ours = None if name in MODULES else facade_module(name)
        if ours is not None:
            found = import_module(ours)
            if not hasattr(found, "__path__"):
                found.__path__ = []  # one file here, and a package there: modules below it can be imported
                self.opened.append(found)
            sys.modules[name] = found  # what the import system then hands out


def _refusal(name: str) -> str:
    parent, _, last = name.rpartition(".")
    ours = facade_module(parent)
    if ours is not None:
        try:
            getattr(import_module(ours), last)
        except AttributeError as error:
            return str(error)  # with what to use instead
    return f"{name} is not available here."
