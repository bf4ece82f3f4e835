"""Kernels by their addresses: a step holds no copy of the kernels it calls.

A kernel that is linked into its caller is optimised and generated anew with every caller, which is most of the time
that compiling a step would take. Instead each kernel is compiled by numba once for its types and kept on disk as an
object file; a step finds its address in the table. A process that finds all its kernels on disk never imports numba.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import import_module

from llvmlite import binding

from estimators.kernels import disk
from estimators.kernels.machine import address_in

# Kernels of `contraction` that other kernels call by a symbol, so that no caller holds a copy of them; {0} is an array.
_SHARED = {
    "every_product": "none({0}, {1}, {1}, {1}, {1}, {0}, {1}, {1}, {1}, {0}, {1}, {1}, {1}, {1}, {1}, {1}, boolean)",
    "every_transpose": "none({0}, {1}, {1}, {0}, {1}, {1}, {1}, {1})",
}
CALLERS = ("contraction", "convolution", "winograd")  # modules whose kernels call them


def symbol_of(name: str, dtype: str) -> str:
    """The symbol of a shared kernel for float32 or float64."""
    return f"estimators_{name}_{dtype}"


@cache
def provide_shared(dtype: str) -> None:
    """Makes the shared kernels known to what is linked from now on."""
    for name, signature in _SHARED.items():
        binding.add_symbol(
            symbol_of(name, dtype), address_of("contraction", name, signature.format(f"{dtype}[::1]", "int64"))
        )


def entry_of(module: str, name: str, signature: str) -> str:
    """Under what name a kernel is kept on disk."""
    return f"{name}_{hashlib.sha256(f'{module} {signature}'.encode()).hexdigest()[:16]}"


@cache
def address_of(module: str, name: str, signature: str) -> int:
    """Where the machine code of the kernel `name` of estimators.kernels.`module` for `signature` begins.

    `signature` lists result and argument types in numba's words, such as `none(float32[::1], int64)`.
    """
    entry = entry_of(module, name, signature)
    if module in CALLERS and name not in _SHARED:
        provide_shared("float64" if "float64" in signature else "float32")
    kept = disk.read(entry)
    if kept is None:
        kept = _compiled(module, name, signature)
        disk.write(entry, kept)
    symbol, _, code = kept.partition(b"\0")
    return address_in(code, symbol.decode())


def _compiled(module: str, name: str, signature: str) -> bytes:
    """The symbol, a zero byte, and the object file. TypeError if the kernel's result is not what the caller expects."""
    from numba.core import sigutils

    kernel = getattr(import_module(f"estimators.kernels.{module}"), name)
    arguments, expected = sigutils.normalize_signature(signature)
    kernel.compile(arguments)
    result = kernel.overloads[arguments]
    if result.signature.return_type != expected:
        raise TypeError(f"{module}.{name} returns {result.signature.return_type}, but its caller expects {expected}")
    return result.fndesc.llvm_func_name.encode() + b"\0" + result.library._get_compiled_object()
