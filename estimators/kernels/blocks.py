"""Moves of more than one element: a run of neighbours, and a block of 8 x 8 that is transposed in registers."""

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

SIDE = 8
_INT32, _INDEX = ir.IntType(32), ir.IntType(64)
_LOWER = [number for i in range(SIDE // 2) for number in (i, SIDE + i)]
_UPPER = [number + SIDE // 2 for number in _LOWER]


def _place(context: Any, builder: ir.IRBuilder, array_type: Any, array: Any, offset: Any) -> Any:
    return builder.gep(make_array(array_type)(context, builder, array).data, [offset])


@intrinsic
def copy_run(typing_context, source, origin, target, place, count):
    """target[place : place + count] = source[origin : origin + count], of one dtype; the two must not overlap."""
    if source.dtype != target.dtype:
        return None

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        read, origin, written, place, count = arguments
        pointers = _place(context, builder, target, written, place), _place(context, builder, source, read, origin)
        bytes_each = context.get_abi_sizeof(context.get_data_type(source.dtype))
        cgutils.raw_memcpy(builder, *pointers, count, bytes_each)
        return context.get_dummy_value()

    return types.void(source, types.intp, target, types.intp, types.intp), generate


@intrinsic
def transpose_block(typing_context, source, origin, source_stride, target, place, target_stride):
    """target[place + i * target_stride + j] = source[origin + j * source_stride + i] for i, j < 8."""
    if source.dtype != target.dtype:
        return None
    index = types.intp

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        read, origin, source_stride, written, place, target_stride = arguments
        element = context.get_data_type(source.dtype)
        alignment = context.get_abi_sizeof(element)
        vector = ir.VectorType(element, SIDE)

        def line(kind: Any, array: Any, offset: Any, stride: Any, number: int) -> Any:
            offset = builder.add(offset, builder.mul(stride, ir.Constant(_INDEX, number)))
            return builder.bitcast(_place(context, builder, kind, array, offset), vector.as_pointer())

        lines = [builder.load(line(source, read, origin, source_stride, j), align=alignment) for j in range(SIDE)]
        # Three times, each line of the first half is interleaved with its partner of the second.
        lower, upper = (ir.Constant(ir.VectorType(_INT32, SIDE), mask) for mask in (_LOWER, _UPPER))
        for _ in range(3):
            pairs = zip(lines[: SIDE // 2], lines[SIDE // 2 :], strict=True)
            lines = [builder.shuffle_vector(a, b, mask) for a, b in pairs for mask in (lower, upper)]
        for i, values in enumerate(lines):
            builder.store(values, line(target, written, place, target_stride, i), align=alignment)
        return context.get_dummy_value()

    return types.void(source, index, index, target, index, index), generate
