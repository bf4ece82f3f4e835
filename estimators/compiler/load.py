"""Loading: emitted source as a file on disk, compiled by numba, cached for the next process.

numba caches functions of real files only, so the source is written to a directory of the user's own, under a name that
is a hash of everything the machine code depends on: the source, the kernels, numba, llvmlite and the processor.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numba

from estimators.kernels.disk import CACHE_VARIABLE, cache_directory, surroundings

_SIGNATURE = "int64(int64[::1], int64, int64)"
_loaded: dict[str, Callable[..., int]] = {}

Run = Callable[[Any, int, int], int]

__all__ = ["CACHE_VARIABLE", "Run", "cache_directory", "load"]


def load(source: str) -> Run:
    """The function `run` of `source`, compiled; from the cache if it was compiled before."""
    name = "step_" + hashlib.sha256((source + surroundings()).encode()).hexdigest()[:24]
    if name not in _loaded:
        _loaded[name] = _compiled(name, source)
    return _loaded[name]


def _compiled(name: str, source: str) -> Run:
    directory = cache_directory()
    if directory is not None:
        try:
            return _compile(_module(name, _written(directory, name, source)), cached=True)
        except OSError:
            pass  # a full disk, or the directory deleted under us: compile without it
        except Exception as error:  # a damaged entry is thrown away and made anew
            if isinstance(error, numba.core.errors.NumbaError | SyntaxError):
                raise
            _forget(directory, name)
    with tempfile.TemporaryDirectory() as temporary:
        return _compile(_module(name, _written(Path(temporary), name, source)), cached=False)


def _written(directory: Path, name: str, source: str) -> Path:
    """The file of `source`, written so that another process never sees half of it."""
    path = directory / f"{name}.py"
    if path.exists() and path.read_text(encoding="utf-8") == source:
        return path
    handle, temporary = tempfile.mkstemp(dir=directory, suffix=".tmp")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(source)
    os.replace(temporary, path)
    return path


def _module(name: str, path: Path) -> ModuleType:
    """The file as a module, put in sys.modules before numba compiles: else another process cannot load the entry."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    written = sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = written
    return module


def _compile(module: ModuleType, cached: bool) -> Run:
    function = numba.njit(_SIGNATURE, nogil=True, boundscheck=False, error_model="numpy", cache=cached)(module.run)
    return function


def _forget(directory: Path, name: str) -> None:
    for path in [*directory.glob(f"{name}*"), *directory.glob(f"__pycache__/{name}*")]:
        path.unlink(missing_ok=True)
