"""Matrix products, as walks of the register tile over a rectangle of the output.

    matmul                  c[i, j] = sum_k a[i, k] * b[k, j]
    matmul_transpose_a      c[i, j] = sum_k a[k, i] * b[k, j]
    matmul_transpose_b      c[i, j] = sum_k a[i, k] * b[j, k]
    matmul_transpose_both   c[i, j] = sum_k a[k, i] * b[j, k]

Arrays are flat and C-contiguous. A worker computes the rectangle [row_start, row_stop) x [column_start, column_stop) of
c; every element is the sum of the same blocks of k in the same order, so any division gives the same bits.
"""

from typing import Any

from llvmlite import ir
from numba import boolean, int64, types
from numba.core import cgutils

from estimators.kernels.calling import symbol_of
from estimators.kernels.compile import kernel
from estimators.kernels.host import host
from estimators.kernels.microkernel import (
    INT32,
    TILE_ROWS,
    Vector,
    constant_index,
    copy,
    element_of,
    intrinsic,
    pointer_to,
    tile,
    tile_columns,
)
from estimators.kernels.scratch import ALIASING, LINE, STRIP

# The sum over k is cut into blocks, so that the part of b that a column of tiles reads again and again stays in cache.
# A constant: it decides the order of additions.
DEPTH = 256

# Constants are passed as int64(1): a bare 1 is a type of its own to numba, and each such type another compilation.


@kernel
def whole_lines(count):
    """`count` elements, rounded up."""
    return (count + LINE - 1) // LINE * LINE


@kernel
def every_product(a, a_start, a_outer, a_row, a_inner, b, b_start, b_outer, b_inner, c, c_start, c_row,
            rows, columns, outer, inner, accumulate):  # fmt: skip
    """The micro-kernel's equation for any number of rows and columns.

    A simple sum (outer = 1) goes block after block of k. Within a block, what is read again for each tile of the outer
    loop is the smaller of the two operands.
    """
    tiles = (rows + TILE_ROWS - 1) // TILE_ROWS
    height = rows if tiles <= 1 else (rows + tiles - 1) // tiles  # as few tiles as possible, as equal as possible
    band = height if rows > columns else rows
    block = DEPTH if outer == 1 else inner + 1
    top = 0  # while, not range: a range with a step divides, and small tiles feel it
    while top < rows:
        start = 0
        while start == 0 or start < inner:
            depth = min(inner - start, block)
            column = 0
            while column < columns:
                width = tile_columns(a, columns - column)
                row = top
                while row < top + band:
                    tile(a, a_start + row * a_row + start * a_inner, a_outer, a_row, a_inner,
                         b, b_start + column + start * b_inner, b_outer, b_inner,
                         c, c_start + row * c_row + column, c_row,
                         min(rows - row, height), width, outer, depth, accumulate or start > 0)  # fmt: skip
                    row += height
                column += width
            start += block
        top += band


def by_symbol(name: str, *parameters: Any) -> Any:
    """A function for use in kernels that calls the shared kernel `name`, of which no caller holds a copy.

    `parameters` are numba's types, None standing for an array of the first argument's type.
    """

    @intrinsic
    def call(typing_context, first, *others):
        arguments = [parameter or first for parameter in parameters]

        def codegen(context: Any, builder: ir.IRBuilder, signature: Any, values: Any) -> Any:
            given = [values[0], *cgutils.unpack_tuple(builder, values[1])]
            found = [first, *signature.args[1].types]
            converted = [
                context.cast(builder, value, source, target)
                for value, source, target in zip(given, found, arguments, strict=True)
            ]
            convention = context.call_conv
            declared = convention.get_function_type(types.none, arguments)
            function = cgutils.get_or_insert_function(builder.module, declared, symbol_of(name, str(first.dtype)))
            convention.call_function(builder, function, types.none, arguments, converted)  # it raises nothing
            return context.get_dummy_value()

        rest = others[0].types if isinstance(others[0], types.StarArgTuple) else others
        return types.none(first, types.StarArgTuple(rest)), codegen

    return call


_INDEX = types.int64
product = by_symbol("every_product", None, *[_INDEX] * 4, None, *[_INDEX] * 3, None, *[_INDEX] * 6, types.boolean)
transpose = by_symbol("every_transpose", None, _INDEX, _INDEX, None, *[_INDEX] * 4)


@intrinsic
def transpose_side(typing_context, array):
    """The side of the square that `transpose_square` turns: one vector."""

    def codegen(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        return constant_index(host().lanes(element_of(signature.args[0])[1]))

    return types.int64(array), codegen


@intrinsic
def transpose_square(typing_context, source, source_start, source_row, target, target_start, target_row):
    """target[j, i] = source[i, j] for a square in registers; each array with its own start and length of a row.

    Step by step 1, 2, 4, ..., lanes whose number has that bit change places with the rows whose number has it.
    """
    index = types.int64

    def codegen(context: Any, builder: ir.IRBuilder, signature: Any, arguments: Any) -> Any:
        element, item_bytes = element_of(signature.args[0])
        lanes = host().lanes(item_bytes)
        vector = Vector(builder, element, lanes)

        def line(position: int, row_length: Any, number: int) -> Any:
            start = pointer_to(context, builder, signature, arguments, position)
            place = builder.gep(start, [builder.mul(row_length, constant_index(number))], source_etype=element)
            return builder.bitcast(place, vector.type.as_pointer())

        rows = [vector.load(line(0, arguments[2], i)) for i in range(lanes)]
        bit = 1
        while bit < lanes:
            low = [lane if not lane & bit else lanes + lane - bit for lane in range(lanes)]
            high = [lane + bit if not lane & bit else lanes + lane for lane in range(lanes)]
            for i in range(lanes):
                if not i & bit:
                    pair = rows[i], rows[i + bit]
                    rows[i], rows[i + bit] = (
                        builder.shuffle_vector(*pair, ir.Constant(ir.VectorType(INT32, lanes), choice))
                        for choice in (low, high)
                    )
            bit *= 2
        for i, row in enumerate(rows):
            vector.store(row, line(3, arguments[5], i))
        return context.get_dummy_value()

    return types.void(source, index, index, target, index, index), codegen


@kernel
def every_transpose(source, source_start, source_row, target, target_start, target_row, rows, columns):
    """target[j, i] = source[i, j] for i < rows, j < columns; each array with its own start and length of a row."""
    side = transpose_side(source)
    for top in range(0, rows, side):
        for left in range(0, columns, side):
            corner = source_start + top * source_row + left
            place = target_start + left * target_row + top
            if top + side <= rows and left + side <= columns:
                transpose_square(source, corner, source_row, target, place, target_row)
            else:
                for i in range(min(rows - top, side)):
                    for j in range(min(columns - left, side)):
                        target[place + j * target_row + i] = source[corner + i * source_row + j]


@kernel
def matmul(a, b, c, m, n, k, row_start, row_stop, column_start, column_stop):
    """c[m, n] = a[m, k] @ b[k, n]"""
    product(a, row_start * k, int64(0), k, int64(1), b, column_start, int64(0), n, c, row_start * n + column_start, n,
            row_stop - row_start, column_stop - column_start, int64(1), k, boolean(0))  # fmt: skip


@kernel
def matmul_transpose_a(a, b, c, m, n, k, row_start, row_stop, column_start, column_stop):
    """c[m, n] = a[k, m]^T @ b[k, n]"""
    product(a, row_start, int64(0), int64(1), m, b, column_start, int64(0), n, c, row_start * n + column_start, n,
            row_stop - row_start, column_stop - column_start, int64(1), k, boolean(0))  # fmt: skip


@kernel
def matmul_transpose_b(a, b, c, scratch, m, n, k, row_start, row_stop, column_start, column_stop):
    """c[m, n] = a[m, k] @ b[n, k]^T

    Either a is transposed once and c^T = b @ a^T is computed strip by strip, or b is transposed strip by strip:
    whichever moves less. For a small batch and large weights, the weights stay where they are; but where their rows lie
    so far apart that they share a set of the cache, a strip of them is copied to where they do not.
    """
    rows, columns = row_stop - row_start, column_stop - column_start
    keep_b = rows * (k + columns) < columns * k
    line = whole_lines(rows if keep_b else min(columns, STRIP))
    strip = k * line
    panel = strip + STRIP * line
    if keep_b:
        transpose(a, row_start * k, k, scratch, int64(0), line, rows, k)
    for column in range(column_start, column_stop, STRIP):
        width = min(STRIP, column_stop - column)
        target = row_start * n + column
        if keep_b and k % ALIASING == 0:
            for i in range(width):
                copy(b, (column + i) * k, scratch, panel + i * (k + LINE), k)
            product(scratch, panel, int64(0), k + LINE, int64(1), scratch, int64(0), int64(0), line, scratch, strip,
                    line, width, rows, int64(1), k, boolean(0))  # fmt: skip
            transpose(scratch, strip, line, c, target, n, width, rows)
        elif keep_b:
            product(b, column * k, int64(0), k, int64(1), scratch, int64(0), int64(0), line, scratch, strip, line,
                    width, rows, int64(1), k, boolean(0))  # fmt: skip
            transpose(scratch, strip, line, c, target, n, width, rows)
        else:
            transpose(b, column * k, k, scratch, int64(0), line, width, k)
            product(a, row_start * k, int64(0), k, int64(1), scratch, int64(0), int64(0), line, c, target, n,
                    rows, width, int64(1), k, boolean(0))  # fmt: skip


@kernel
def matmul_transpose_both(a, b, c, scratch, m, n, k, row_start, row_stop, column_start, column_stop):
    """c[m, n] = a[k, m]^T @ b[n, k]^T, as strips of c^T = b @ a."""
    rows = row_stop - row_start
    line = whole_lines(rows)
    for column in range(column_start, column_stop, STRIP):
        width = min(STRIP, column_stop - column)
        product(b, column * k, int64(0), k, int64(1), a, row_start, int64(0), m, scratch, int64(0), line,
                width, rows, int64(1), k, boolean(0))  # fmt: skip
        transpose(scratch, int64(0), line, c, row_start * n + column, n, width, rows)
