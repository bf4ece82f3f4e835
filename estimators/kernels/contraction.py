"""Matrix products, as walks of the register tile over a rectangle of the output.

    matmul                  c[i, j] = sum_k a[i, k] * b[k, j]
    matmul_transpose_a      c[i, j] = sum_k a[k, i] * b[k, j]
    matmul_transpose_b      c[i, j] = sum_k a[i, k] * b[j, k]
    matmul_transpose_both   c[i, j] = sum_k a[k, i] * b[j, k]

Arrays are flat and C-contiguous. A worker computes the rectangle [row_start, row_stop) x [column_start, column_stop) of
c; every element is the sum of the same blocks of k in the same order, so any division gives the same bits.
"""

from numba import boolean, int64

from estimators.kernels.compile import kernel
from estimators.kernels.microkernel import TILE_ROWS, tile, tile_columns

# The sum over k is cut into blocks, so that the part of b that a column of tiles reads again and again stays in cache.
# A constant: it decides the order of additions.
DEPTH = 256

# Constants are passed as int64(1): a bare 1 is a type of its own to numba, and each such type another compilation.

# Rows or columns of the output that a product with a transposed b prepares at a time: several whole tiles.
STRIP = 8 * TILE_ROWS

# Transposition goes by blocks, so that neither of the two arrays is touched line by line with long strides.
BLOCK = 16


@kernel
def tile_rows(remaining):
    """How many of the `remaining` rows the next tile takes: as few tiles as possible, as equal as possible."""
    tiles = (remaining + TILE_ROWS - 1) // TILE_ROWS
    return (remaining + tiles - 1) // tiles


@kernel
def product(a, a_start, a_outer, a_row, a_inner, b, b_start, b_outer, b_inner, c, c_start, c_row,
            rows, columns, outer, inner, accumulate):  # fmt: skip
    """The micro-kernel's equation for any number of rows and columns.

    A simple sum (outer = 1) goes block after block of k. Within a block, what is read again for each tile of the outer
    loop is the smaller of the two operands.
    """
    block = DEPTH if outer == 1 else max(inner, 1)
    by_rows = rows > columns
    for start in range(0, max(inner, 1), block):
        depth = min(inner - start, block)
        top = 0
        while top < rows:
            band = top + tile_rows(rows - top) if by_rows else rows
            column = 0
            while column < columns:
                width = tile_columns(a, columns - column)
                row = top
                while row < band:
                    height = tile_rows(band - row)
                    tile(a, a_start + row * a_row + start * a_inner, a_outer, a_row, a_inner,
                         b, b_start + column + start * b_inner, b_outer, b_inner, c, c_start + row * c_row + column, c_row,
                         height, width, outer, depth, accumulate or start > 0)  # fmt: skip
                    row += height
                column += width
            top = band


@kernel
def transpose(source, source_start, source_row, target, target_start, target_row, rows, columns):
    """target[j, i] = source[i, j] for i < rows, j < columns; each array with its own start and length of a row."""
    for i_start in range(0, rows, BLOCK):
        for j_start in range(0, columns, BLOCK):
            for j in range(j_start, min(j_start + BLOCK, columns)):
                for i in range(i_start, min(i_start + BLOCK, rows)):
                    target[target_start + j * target_row + i] = source[source_start + i * source_row + j]


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


def matmul_transpose_b_scratch(m: int, n: int, k: int) -> int:
    """Elements of scratch for one worker of `matmul_transpose_b`, whichever part of c is its own."""
    return max(min(m, n, k) * (k + STRIP), k * min(n, STRIP))


@kernel
def matmul_transpose_b(a, b, c, scratch, m, n, k, row_start, row_stop, column_start, column_stop):
    """c[m, n] = a[m, k] @ b[n, k]^T

    Either a is transposed once and c^T = b @ a^T is computed strip by strip, or b is transposed strip by strip:
    whichever moves less. For a small batch and large weights, the weights stay where they are.
    """
    rows, columns = row_stop - row_start, column_stop - column_start
    keep_b = rows * (k + columns) < columns * k
    if keep_b:
        transpose(a, row_start * k, k, scratch, int64(0), rows, rows, k)
    for column in range(column_start, column_stop, STRIP):
        width = min(STRIP, column_stop - column)
        target = row_start * n + column
        if keep_b:
            strip = k * rows
            product(b, column * k, int64(0), k, int64(1), scratch, int64(0), int64(0), rows, scratch, strip, rows,
                    width, rows, int64(1), k, boolean(0))  # fmt: skip
            transpose(scratch, strip, rows, c, target, n, width, rows)
        else:
            transpose(b, column * k, k, scratch, int64(0), width, width, k)
            product(a, row_start * k, int64(0), k, int64(1), scratch, int64(0), int64(0), width, c, target, n,
                    rows, width, int64(1), k, boolean(0))  # fmt: skip


def matmul_transpose_both_scratch(m: int, n: int, k: int) -> int:
    """Elements of scratch for one worker of `matmul_transpose_both`, whichever part of c is its own."""
    return m * min(n, STRIP)


@kernel
def matmul_transpose_both(a, b, c, scratch, m, n, k, row_start, row_stop, column_start, column_stop):
    """c[m, n] = a[k, m]^T @ b[n, k]^T, as strips of c^T = b @ a."""
    rows = row_stop - row_start
    for column in range(column_start, column_stop, STRIP):
        width = min(STRIP, column_stop - column)
        product(b, column * k, int64(0), k, int64(1), a, row_start, int64(0), m, scratch, int64(0), rows, width, rows, int64(1), k, boolean(0))
        transpose(scratch, int64(0), rows, c, row_start * n + column, n, width, rows)
