"""Sixty-four numbers side by side: what reductions are made of.

These are written in LLVM's own vectors, because the order of a floating-point reduction must be fixed, and the order
that a plain loop fixes cannot become vector code. LLVM divides the 64 lanes among the registers the machine has.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

from estimators.kernels.value import Value

LANES = 64  # four vectors of AVX-512, eight of AVX2: enough to hide the latency of an addition
_INT32, _INDEX = ir.IntType(32), ir.IntType(64)


@dataclass(frozen=True)
class Combination:
    """An associative function of two numbers, by the kind of dtype, and the number that changes nothing."""

    floats: Callable[[Value, Value], Value] | None
    integers: Callable[[ir.IRBuilder, bool, Any, Any], Any] | None  # (builder, signed, a, b)
    identity: Callable[[Any], float | int]  # of a numba dtype

    def neutral(self, dtype: Any) -> float | int:
        """The identity as a constant of LLVM."""
        number = self.identity(dtype)
        return number if isinstance(dtype, types.Float) else int(number)

    def apply(self, builder: ir.IRBuilder, dtype: Any, a: Any, b: Any) -> Any:
        """Emits the function of two scalars or vectors."""
        if isinstance(dtype, types.Float):
            assert self.floats is not None
            return self.floats(Value(builder, a), Value(builder, b)).ir
        assert self.integers is not None
        return self.integers(builder, getattr(dtype, "signed", False), a, b)


def _first_lanes(builder: ir.IRBuilder, count: Any, lanes: int = LANES) -> Any:
    """The mask of the first `count` lanes."""
    vector = ir.VectorType(_INT32, lanes)
    nothing = ir.Constant(vector, ir.Undefined)
    one = builder.insert_element(nothing, builder.trunc(count, _INT32), ir.Constant(_INT32, 0))
    counts = builder.shuffle_vector(one, nothing, ir.Constant(vector, [0] * lanes))
    return builder.icmp_signed("<", ir.Constant(vector, list(range(lanes))), counts)


def _masked_load(
    builder: ir.IRBuilder, vector: ir.VectorType, bytes_each: int, pointer: Any, mask: Any, rest: Any
) -> Any:
    """Emits a load of the lanes in the mask; the others are those of `rest`, and their memory is not touched."""
    letter = "i" if isinstance(vector.element, ir.IntType) else "f"
    name = f"llvm.masked.load.v{vector.count}{letter}{bytes_each * 8}.p0"
    mask_type = ir.VectorType(ir.IntType(1), vector.count)
    declared = ir.FunctionType(vector, [ir.PointerType(), _INT32, mask_type, vector])
    function = builder.module.globals.get(name) or ir.Function(builder.module, declared, name)
    return builder.call(function, [pointer, ir.Constant(_INT32, bytes_each), mask, rest])


def _masked_store(builder: ir.IRBuilder, value: Any, bytes_each: int, pointer: Any, mask: Any) -> None:
    """Emits a store of the lanes, which are floats, in the mask."""
    name = f"llvm.masked.store.v{value.type.count}f{bytes_each * 8}.p0"
    mask_type = ir.VectorType(ir.IntType(1), value.type.count)
    declared = ir.FunctionType(ir.VoidType(), [value.type, ir.PointerType(), _INT32, mask_type])
    function = builder.module.globals.get(name) or ir.Function(builder.module, declared, name)
    builder.call(function, [value, pointer, ir.Constant(_INT32, bytes_each), mask])


def _widen(builder: ir.IRBuilder, value: Any, source: Any, target: Any) -> Any:
    """float32 to float64, integers to int64; in one dtype, the value itself."""
    if source == target:
        return value
    if isinstance(target, types.Float):
        return builder.fpext(value, ir.VectorType(ir.DoubleType(), value.type.count))
    widen = builder.sext if getattr(source, "signed", False) else builder.zext
    return widen(value, ir.VectorType(_INDEX, value.type.count))


def accumulator(combination: Combination) -> Any:
    """A function for use in kernels: accumulate(totals, lane, x, position, stride, rows, count).

    For each i < count (at most 64): totals[lane + i] is combined with the reduction, in order, of the `rows` elements
    x[position + i], x[position + stride + i], ... The 64 - count elements of totals behind those are combined with
    the identity, so they must exist. Truth values are taken as the bytes in which they are stored.
    """

    @intrinsic
    def accumulate(typing_context, totals, lane, x, position, stride, rows, count):
        index = types.intp

        def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
            target, lane, source, position, stride, rows, count = arguments
            vector, wide = (ir.VectorType(context.get_data_type(array.dtype), LANES) for array in (x, totals))
            bytes_each = context.get_abi_sizeof(vector.element)
            identity = ir.Constant(vector, [combination.neutral(x.dtype)] * LANES)
            mask = _first_lanes(builder, count)
            first = builder.gep(make_array(x)(context, builder, source).data, [position])

            sums = cgutils.alloca_once_value(builder, identity)
            builder.store(identity, sums)
            with cgutils.for_range(builder, rows) as loop:
                pointer = builder.gep(first, [builder.mul(loop.index, stride)])
                row = _masked_load(builder, vector, bytes_each, pointer, mask, identity)
                builder.store(combination.apply(builder, x.dtype, builder.load(sums), row), sums)

            place = builder.gep(make_array(totals)(context, builder, target).data, [lane])
            place = builder.bitcast(place, wide.as_pointer())
            alignment = context.get_abi_sizeof(wide.element)
            total = builder.load(place, align=alignment)
            summed = _widen(builder, builder.load(sums), x.dtype, totals.dtype)
            builder.store(combination.apply(builder, totals.dtype, total, summed), place, align=alignment)
            return context.get_dummy_value()

        return types.void(totals, index, x, index, index, index, index), generate

    return accumulate


def _fold(combination: Combination, builder: ir.IRBuilder, dtype: Any, value: Any) -> Any:
    """Emits the reduction of all lanes to a scalar, by repeated halving."""
    count = value.type.count
    while count > 1:
        count //= 2
        nothing = ir.Constant(value.type, ir.Undefined)
        halves = ([*range(count)], [*range(count, 2 * count)])
        masks = (ir.Constant(ir.VectorType(_INT32, count), half) for half in halves)
        lower, upper = (builder.shuffle_vector(value, nothing, mask) for mask in masks)
        value = combination.apply(builder, dtype, lower, upper)
    return builder.extract_element(value, ir.Constant(_INT32, 0))


def folder(combination: Combination) -> Any:
    """A function for use in kernels: fold(totals) makes totals[0] the reduction of the first 64 elements."""

    @intrinsic
    def fold(typing_context, totals):
        def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
            element = context.get_data_type(totals.dtype)
            alignment = context.get_abi_sizeof(element)
            place = make_array(totals)(context, builder, arguments[0]).data
            whole = builder.bitcast(place, ir.VectorType(element, LANES).as_pointer())
            lanes = builder.load(whole, align=alignment)
            builder.store(_fold(combination, builder, totals.dtype, lanes), place, align=alignment)
            return context.get_dummy_value()

        return types.void(totals), generate

    return fold


def runner(combination: Combination, lanes: int = LANES, wide: bool = False) -> Any:
    """A function for use in kernels: run(x, position, count) reduces `count` neighbouring elements, in x's dtype.

    Made for rows of some thousand elements: unlike `accumulate` it does not add in blocks. Few `lanes` are better for
    rows that are no longer. `wide`: the lanes are reduced, and the result is, in float64 or int64.
    """

    @intrinsic
    def run(typing_context, x, position, count):
        result = (types.float64 if isinstance(x.dtype, types.Float) else types.int64) if wide else x.dtype

        def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
            source, position, count = arguments
            vector = ir.VectorType(context.get_data_type(x.dtype), lanes)
            bytes_each = context.get_abi_sizeof(vector.element)
            identity = ir.Constant(vector, [combination.neutral(x.dtype)] * lanes)
            first = builder.gep(make_array(x)(context, builder, source).data, [position])
            sums = cgutils.alloca_once_value(builder, identity)
            builder.store(identity, sums)
            steps = builder.sdiv(builder.add(count, ir.Constant(_INDEX, lanes - 1)), ir.Constant(_INDEX, lanes))
            with cgutils.for_range(builder, steps) as loop:
                done = builder.mul(loop.index, ir.Constant(_INDEX, lanes))
                mask = _first_lanes(builder, builder.sub(count, done), lanes)
                row = _masked_load(builder, vector, bytes_each, builder.gep(first, [done]), mask, identity)
                builder.store(combination.apply(builder, x.dtype, builder.load(sums), row), sums)
            reduced = _fold(combination, builder, result, _widen(builder, builder.load(sums), x.dtype, result))
            return context.data_model_manager[result].from_data(builder, reduced)  # truth values are stored as bytes

        return result(x, types.intp, types.intp), generate

    return run


def mapper(operation: Callable[[Value, Value], Value], lanes: int) -> Any:
    """A function for use in kernels: run(x, from, out, to, count, number) maps at most `lanes` neighbouring floats.

    out[to + i] = operation(x[from + i], number) for i < count: what a plain loop does, in three instructions
    instead of a loop over what is left of a vector.
    """

    @intrinsic
    def run(typing_context, x, position, out, place, count, number):
        def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
            source, position, target, place, count, number = arguments
            vector = ir.VectorType(context.get_data_type(x.dtype), lanes)
            bytes_each = context.get_abi_sizeof(vector.element)
            mask = _first_lanes(builder, count, lanes)
            first = builder.gep(make_array(x)(context, builder, source).data, [position])
            last = builder.gep(make_array(out)(context, builder, target).data, [place])
            numbers = _everywhere(builder, number, vector)
            row = _masked_load(builder, vector, bytes_each, first, mask, numbers)
            _masked_store(builder, operation(Value(builder, row), Value(builder, numbers)).ir, bytes_each, last, mask)
            return context.get_dummy_value()

        return types.void(x, types.intp, out, types.intp, types.intp, x.dtype), generate

    return run


def finder(lanes: int) -> Any:
    """A function for use in kernels: find(x, position, count, number) says where a number first is.

    The least i < count, at most `lanes`, for which x[position + i] equals `number`; `lanes` or more if there is none.
    """

    @intrinsic
    def find(typing_context, x, position, count, number):
        def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
            source, position, count, number = arguments
            vector = ir.VectorType(context.get_data_type(x.dtype), lanes)
            bytes_each = context.get_abi_sizeof(vector.element)
            mask = _first_lanes(builder, count, lanes)
            numbers = _everywhere(builder, number, vector)
            first = builder.gep(make_array(x)(context, builder, source).data, [position])
            row = _masked_load(builder, vector, bytes_each, first, mask, numbers)
            compare = builder.fcmp_ordered if isinstance(x.dtype, types.Float) else builder.icmp_signed
            found = builder.bitcast(builder.and_(compare("==", row, numbers), mask), ir.IntType(lanes))
            beyond = ir.Constant(ir.IntType(2 * lanes), 1 << lanes)
            bits = builder.or_(builder.zext(found, beyond.type), beyond)
            return builder.zext(builder.cttz(bits, ir.Constant(ir.IntType(1), 1)), _INDEX)

        return types.int64(x, types.intp, types.intp, x.dtype), generate

    return find


def _everywhere(builder: ir.IRBuilder, number: Any, vector: ir.VectorType) -> Any:
    """A vector whose lanes all hold `number`."""
    nothing = ir.Constant(vector, ir.Undefined)
    one = builder.insert_element(nothing, number, ir.Constant(_INT32, 0))
    return builder.shuffle_vector(one, nothing, ir.Constant(ir.VectorType(_INT32, vector.count), [0] * vector.count))


def identity(combination: Combination) -> Any:
    """A function for use in kernels: the reduction of no elements of a dtype."""

    @intrinsic
    def neutral(typing_context, dtype):
        def generate(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
            return context.get_constant(dtype.dtype, combination.identity(dtype.dtype))

        return dtype.dtype(dtype), generate

    return neutral
