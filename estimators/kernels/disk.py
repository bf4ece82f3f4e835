"""Compiled code on disk: where it is kept, what it depends on, and each kernel's entry.

Entries lie under a hash of all that decides about the machine code - the kernels' files, numba, llvmlite, Python, the
processor - because numba itself looks at nothing but a function's own file.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite
import numba
from llvmlite import binding
from numba.core import caching, config
from numba.core.errors import NumbaError

from estimators.version import __version__

CACHE_VARIABLE = "ESTIMATORS_CACHE"  # the directory of compiled code; "off" for none


@cache
def cache_directory() -> Path | None:
    """Where compiled code is kept: $ESTIMATORS_CACHE, else the user's cache directory; None if no place is safe."""
    wish = os.environ.get(CACHE_VARIABLE)
    if wish and wish.lower() in ("off", "0", "none"):
        return None
    home = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    path = Path(wish) if wish else Path(home) / "estimators" / "compiled"
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_ours(path):
            return None
        with tempfile.TemporaryFile(dir=path):
            return path
    except OSError:
        return None


def _is_ours(path: Path) -> bool:
    """Code is only ever loaded from a directory that nobody else can write to."""
    if not hasattr(os, "getuid"):
        return True
    status = path.stat()
    return status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


@cache
def surroundings() -> str:
    """A hash of what besides its own source decides about the machine code of a step or kernel."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    kernels = [(path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in files]
    processor = getattr(config, "CPU_NAME", None) or binding.get_host_cpu_name()
    host = processor, getattr(config, "CPU_FEATURES", None) or binding.get_host_cpu_features().flatten()
    versions = __version__, numba.__version__, llvmlite.__version__, sys.version
    return hashlib.sha256(repr((versions, host, kernels)).encode()).hexdigest()[:24]


class _Locator(caching._CacheLocator):
    """A kernel's entries lie in one directory for each surroundings."""

    def __init__(self, function: Any, directory: Path) -> None:
        self._function, self._directory = function, directory

    def get_cache_path(self) -> str:
        return str(self._directory)

    def get_source_stamp(self) -> str:
        return surroundings()

    def get_disambiguator(self) -> str:
        return str(self._function.__code__.co_firstlineno)

    @classmethod
    def from_function(cls, py_func: Any, py_file: str) -> _Locator | None:
        directory = cache_directory()
        return None if directory is None else cls(py_func, directory / f"kernels_{surroundings()}")


class _Entries(caching.CompileResultCacheImpl):
    _locator_classes = [_Locator]  # noqa: RUF012  # numba's name and type for it


class _KernelCache(caching.FunctionCache):
    _impl_class = _Entries


def compiled(kernel: Any, types: tuple[Any, ...]) -> Any:
    """numba's result of compiling `kernel` for the argument types; from disk if it was compiled before.

    A damaged entry is thrown away and made anew; without a usable directory there is no entry.
    """
    if types not in kernel.overloads:
        _keep_on_disk(kernel)
        try:
            kernel.compile(types)
        except NumbaError:
            raise
        except OSError:  # a full disk, or the directory deleted under us: compiled for this process alone
            kernel._cache = caching.NullCache()
            kernel.compile(types)
        except Exception:
            kernel._cache.flush()  # forgets this kernel's entries
            kernel._cache = caching.NullCache()
            kernel.compile(types)
    return kernel.overloads[types]


def _keep_on_disk(kernel: Any) -> None:
    if isinstance(kernel._cache, caching.NullCache) and cache_directory() is not None:
        with contextlib.suppress(OSError, RuntimeError):  # no place for it: compiled for this process alone
            kernel._cache = _KernelCache(kernel.py_func)
