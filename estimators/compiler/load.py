"""Loading: an emitted source as a function, translated and compiled, or from disk if that was done before."""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Callable
from functools import cache

from estimators.kernels import disk
from estimators.kernels.machine import address_in, object_code

Run = Callable[[int, int, int], int]  # (address of the table, worker, workers) -> steps done; runs without the GIL

RunType = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)


@cache
def load(source: str) -> Run:
    """The function `run` of `source`, compiled; from disk if it was compiled before."""
    name = f"step_{hashlib.sha256(source.encode()).hexdigest()[:24]}"
    code = disk.read(name)
    if code is None:
        from estimators.compiler.translate import translate  # here: what was compiled before needs no numba

        code = object_code(translate(source, name))
        disk.write(name, code)
    return RunType(address_in(code, name))


def function_at(name: str, module: str) -> int:
    """Where the function `name` of an LLVM module, given as text, begins; from disk if it was compiled before."""
    code = disk.read(name)
    if code is None:
        code = object_code(module)
        disk.write(name, code)
    return address_in(code, name)
