"""Tiles of images times a constant matrix from both sides, a vector of channels at a time, in LLVM's own language.

One call computes, for every channel c < count,

    target[i, j, c] (+)= sum_{p, q} M[i, p] * M[j, q] * source[p, q, c]

where channels are neighbours in memory and the other two axes have steps of their own.
"""

from enum import Enum
from fractions import Fraction
from typing import Any

from llvmlite import ir
from numba import types

from estimators.kernels.host import host
from estimators.kernels.microkernel import (
    INDEX,
    POINTER,
    Vector,
    constant_index,
    element_of,
    first_lanes,
    intrinsic,
    pointer_to,
)
from estimators.kernels.winograd_matrices import Matrix, multiply

ARGUMENTS = (
    *("source", "source_row", "source_column", "target", "target_row", "target_column"),
    *("count", "rows", "columns"),
)
TYPE = ir.FunctionType(ir.VoidType(), [POINTER if name in ("source", "target") else INDEX for name in ARGUMENTS])


class Partial(Enum):
    """Which side may hang over the edge of the image, so that only its first rows x columns are in memory."""

    NONE = "none"
    SOURCE = "source"  # what lies outside counts as zero
    TARGET = "target"  # what lies outside is not written


class VectorArithmetic:
    """The operations that `multiply` asks for, emitted for vectors."""

    def __init__(self, vector: Vector) -> None:
        self.vector, self.builder = vector, vector.builder

    def constant(self, factor: Fraction) -> ir.Constant:
        lanes = self.vector.lanes
        return ir.Constant(self.vector.type, [float(factor)] * lanes if lanes > 1 else float(factor))

    def zero(self) -> Any:
        return self.vector.zero()

    def add(self, a: Any, b: Any) -> Any:
        return self.builder.fadd(a, b)

    def subtract(self, a: Any, b: Any) -> Any:
        return self.builder.fsub(a, b)

    def scale(self, factor: Fraction, a: Any) -> Any:
        return self.builder.fmul(a, self.constant(factor))

    def multiply_add(self, factor: Fraction, a: Any, b: Any) -> Any:
        return self.vector.multiply_add(a, self.constant(factor), b)


class Axis:
    """Rows or columns of source or target: where each begins, and whether it is in memory (None: it always is)."""

    def __init__(self, builder: ir.IRBuilder, step: Any, count: int, limit: Any) -> None:
        self.offsets: list[Any] = []
        self.present: list[Any] = []
        for number in map(constant_index, range(count)):
            present, place = None, number
            if limit is not None:
                present = builder.icmp_signed("<", number, limit)
                place = builder.select(present, number, builder.sub(limit, constant_index(1)))
            self.offsets.append(builder.mul(step, place))
            self.present.append(present)


class Transformation:
    """Emits the function of one matrix.

    Rows and columns that are not in memory have the place of the last one that is. Read there, they are replaced by
    zero; and as the target is written from last to first, what is written there is overwritten by what belongs there.
    """

    def __init__(self, function: ir.Function, element: ir.Type, matrix: Matrix, accumulate: bool, partial: Partial):
        self.function, self.element, self.matrix = function, element, matrix
        self.accumulate = accumulate
        self.builder = ir.IRBuilder(function.append_basic_block("entry"))
        self.arguments = dict(zip(ARGUMENTS, function.args, strict=True))
        sizes = {"source": len(matrix[0]), "target": len(matrix)}
        self.rows, self.columns = (
            {
                side: Axis(
                    self.builder,
                    self.arguments[f"{side}_{axis}"],
                    size,
                    self.arguments[f"{axis}s"] if side == partial.value else None,
                )
                for side, size in sizes.items()
            }
            for axis in ("row", "column")
        )

    def emit(self, lanes: int) -> None:
        """Whole vectors of channels, the last one masked; where there are no masks, the last channels one by one."""
        count, zero = self.arguments["count"], constant_index(0)
        if host().masks:
            self.loop(zero, count, lanes, masked=True)
        else:
            whole = self.builder.and_(count, constant_index(-lanes))
            self.loop(zero, whole, lanes, masked=False)
            self.loop(whole, count, 1, masked=False)
        self.builder.ret_void()

    def loop(self, start: Any, stop: Any, lanes: int, masked: bool) -> None:
        builder, entry = self.builder, self.builder.block
        head, body, done = (self.function.append_basic_block(name) for name in ("channels", "transform", "done"))
        builder.branch(head)
        builder.position_at_end(head)
        channel = builder.phi(INDEX)
        channel.add_incoming(start, entry)
        builder.cbranch(builder.icmp_signed("<", channel, stop), body, done)
        builder.position_at_end(body)
        mask = first_lanes(builder, builder.sub(stop, channel), lanes) if masked else None
        self.transform(Vector(builder, self.element, lanes, mask), channel)
        channel.add_incoming(builder.add(channel, constant_index(lanes)), builder.block)
        builder.branch(head)
        builder.position_at_end(done)

    def place(self, side: str, row: int, column: int, channel: Any) -> Any:
        offset = self.builder.add(self.rows[side].offsets[row], self.columns[side].offsets[column])
        offset = self.builder.add(offset, channel)
        return self.builder.gep(self.arguments[side], [offset], source_etype=self.element)

    def read(self, vector: Vector, row: int, column: int, channel: Any) -> Any:
        value = vector.load(self.place("source", row, column, channel))
        for present in (self.rows["source"].present[row], self.columns["source"].present[column]):
            if present is not None:
                value = self.builder.select(present, value, vector.zero())
        return value

    def transform(self, vector: Vector, channel: Any) -> None:
        """Column after column, then row after row of what that gave."""
        arithmetic, size = VectorArithmetic(vector), range(len(self.matrix[0]))
        columns = [
            multiply(self.matrix, [self.read(vector, row, column, channel) for row in size], arithmetic)
            for column in size
        ]
        for row in reversed(range(len(self.matrix))):
            results = multiply(self.matrix, [column[row] for column in columns], arithmetic)
            for column, result in reversed(list(enumerate(results))):
                target = self.place("target", row, column, channel)
                value = self.builder.fadd(vector.load(target), result) if self.accumulate else result
                vector.store(value, target)


def transformation(name: str, matrix: Matrix, *, accumulate: bool = False, partial: Partial = Partial.NONE) -> Any:
    """A function for use in kernels, which computes the module's equation:

    transform(source, source_start, source_row, source_column, target, target_start, target_row, target_column,
              count, rows, columns)

    The starts are the places of the first channel of element (0, 0); rows and columns matter only if `partial`.
    `name` must belong to these arguments alone: it names the function in machine code.
    """

    @intrinsic
    def transform(typing_context, source, source_start, source_row, source_column,
                  target, target_start, target_row, target_column, count, rows, columns):  # fmt: skip
        index = types.int64

        def codegen(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
            element, item_bytes = element_of(signature.args[0])
            full_name = f"estimators_winograd_{name}_{element}"
            function = builder.module.globals.get(full_name)
            if function is None:
                function = ir.Function(builder.module, TYPE, full_name)
                function.linkage = "linkonce_odr"
                function.attributes.add("noinline")
                function.attributes.add("nounwind")
                Transformation(function, element, matrix, accumulate, partial).emit(host().lanes(item_bytes))
            source, target = (pointer_to(context, builder, signature, arguments, position) for position in (0, 4))
            builder.call(function, [source, *arguments[2:4], target, *arguments[6:]])
            return context.get_dummy_value()

        return types.void(source, index, index, index, target, index, index, index, index, index, index), codegen

    return transform
