"""Kernels as Python functions, for tests: the project's own have no entry point for Python.

`from tests.kernels.from_python import convolution` gives the module with each kernel callable.
"""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace
from typing import Any

from numba import njit
from numba.core.dispatcher import Dispatcher

from estimators.kernels.calling import provide_shared
from estimators.kernels.compile import OPTIONS

kernel = njit(**{name: value for name, value in OPTIONS.items() if not name.startswith(("no_", "_"))})


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    if name in ("contraction", "convolution", "winograd"):
        provide_shared("float32")
        provide_shared("float64")
    module = import_module(f"estimators.kernels.{name}")
    return SimpleNamespace(
        **{key: kernel(item.py_func) if isinstance(item, Dispatcher) else item for key, item in vars(module).items()}
    )
