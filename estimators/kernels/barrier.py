"""The barrier at which workers wait for each other: a counter and a generation, changed by atomic instructions.

The last worker to arrive starts the next generation; the others watch for it, at first in a tight loop (a meeting takes
about 0.1 us on a quiet machine), then giving the processor away between looks, because machines are shared.
"""

import platform

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

from estimators.kernels.compile import kernel

_X86 = platform.machine().lower() in ("x86_64", "amd64", "i386", "i686")
_HAS_SCHED_YIELD = platform.system() != "Windows"
GENERATION = 16  # the generation lies on a cache line of its own
PATIENCE = 4000  # looks before giving the processor away


def _slot(context, builder, signature, arguments):
    data = make_array(signature.args[0])(context, builder, arguments[0]).data
    return builder.gep(data, [arguments[1]])


@intrinsic
def atomic_add(typing_context, array, index, value):
    """array[index] += value for all threads; returns what was there."""

    def generate(context, builder, signature, arguments):
        return builder.atomic_rmw("add", _slot(context, builder, signature, arguments), arguments[2], "seq_cst")

    return types.int64(array, types.intp, types.int64), generate


@intrinsic
def atomic_load(typing_context, array, index):
    """array[index], and everything written before it was stored."""

    def generate(context, builder, signature, arguments):
        return builder.load_atomic(_slot(context, builder, signature, arguments), "acquire", 8)

    return types.int64(array, types.intp), generate


@intrinsic
def atomic_store(typing_context, array, index, value):
    """array[index] = value, after everything written before."""

    def generate(context, builder, signature, arguments):
        builder.store_atomic(arguments[2], _slot(context, builder, signature, arguments), "release", 8)
        return context.get_dummy_value()

    return types.void(array, types.intp, types.int64), generate


@intrinsic
def pause(typing_context):
    """Tells the processor that this is a waiting loop."""

    def generate(context, builder, signature, arguments):
        if _X86:
            function = cgutils.get_or_insert_function(
                builder.module, ir.FunctionType(ir.VoidType(), []), "llvm.x86.sse2.pause"
            )
            builder.call(function, [])
        return context.get_dummy_value()

    return types.void(), generate


@intrinsic
def give_way(typing_context):
    """Lets another thread have the processor."""

    def generate(context, builder, signature, arguments):
        if _HAS_SCHED_YIELD:
            function = cgutils.get_or_insert_function(
                builder.module, ir.FunctionType(ir.IntType(32), []), "sched_yield"
            )
            builder.call(function, [])
        return context.get_dummy_value()

    return types.void(), generate


@kernel
def meet(state, workers):
    """Returns when all `workers` have called it. `state` is an int64 array of 32 zeros that belongs to them."""
    generation = atomic_load(state, GENERATION)
    if atomic_add(state, 0, 1) == workers - 1:
        atomic_store(state, 0, 0)
        atomic_add(state, GENERATION, 1)
        return
    looks = 0
    while atomic_load(state, GENERATION) == generation:
        looks += 1
        if looks < PATIENCE:
            pause()
        else:
            give_way()
