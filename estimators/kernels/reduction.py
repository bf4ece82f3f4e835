"""Reductions of a tensor seen as [outer, reduced, inner] to [outer, inner]; start..stop is a range of the outputs.

Every output is reduced in one order, whatever the range it falls into: rows of a tensor with few columns are taken
`together`, up to 64 numbers (lanes) at a time, as if they were one wider row; lanes are added over blocks of 16 such
rows, blocks are added in turn (floats in float64), and at last the lanes of one column. So a float32 sum
of millions is as good as its last rounding.

NaN makes a maximum or a minimum NaN. Of no elements the sum is 0, the product 1, all is True, any is False, the
maximum is the lowest and the minimum the highest number there is.
"""

import operator
from typing import Any

import numpy as np
from numba.core import types

from estimators.kernels.compile import kernel
from estimators.kernels.elementary import logical_and, logical_or, maximum, minimum
from estimators.kernels.indexing import at, stack_array, wide_stack_array
from estimators.kernels.lanes import LANES, Combination, accumulator, folder, identity
from estimators.kernels.value import larger, smaller

BLOCK = 16  # rows added before they go into the total
TILE = 512  # columns at a time: whole cache lines of whole pages are read in order
FEW = 16  # a shorter run is added one element after the other


def _columns_kernel(combination: Combination, combine: Any) -> Any:
    """The kernel that reduces `width` neighbouring columns, at most TILE, of a matrix [reduced, inner] that begins at
    `base` to the first elements of `totals`, which has room for TILE + LANES."""
    accumulate, fold, neutral = accumulator(combination), folder(combination), identity(combination)

    @kernel
    def columns(x, base, reduced, inner, width, totals):
        together = maximum(1, minimum(LANES // inner, reduced))
        for lane in range(together * width + LANES):
            totals[lane] = neutral(totals.dtype)
        # Whole rows lie side by side: they are taken in one piece.
        pieces = 1 if width == inner else together
        piece = together * width // pieces
        whole = reduced // together * together
        for block in range(0, whole, BLOCK * together):
            groups = minimum(BLOCK * together, whole - block) // together
            for r in range(pieces):
                row = base + (block + r) * inner
                for j in range(0, piece, LANES):
                    accumulate(totals, r * piece + j, x, row + j, together * inner, groups, minimum(LANES, piece - j))
        for r in range(reduced - whole):
            accumulate(totals, r * width, x, base + (whole + r) * inner, 0, 1, width)
        if inner == 1:
            fold(totals)
        else:
            for j in range(width):
                total = totals[j]
                for r in range(1, together):
                    total = combine(total, totals[at(r * width + j)])
                totals[j] = total

    return columns


def _reduction_kernel(columns: Any, totals_array: Any) -> Any:
    """The kernel that reduces a range of the outputs."""

    @kernel
    def reduce(x, out, outer, reduced, inner, start, stop):
        totals = totals_array(576, x.dtype)
        position = start
        while position < stop:
            column = position % inner
            width = minimum(minimum(inner - column, stop - position), TILE)
            # Reading whole rows is faster than picking a few columns of them, and gives the same bits.
            before = column if inner <= LANES and width < 16 else 0
            base = position // inner * reduced * inner + column - before
            columns(x, base, reduced, inner, inner if inner <= LANES and width < 16 else width, totals)
            for j in range(width):
                out[at(position + j)] = totals[at(before + j)]
            position += width

    return reduce


def _run_kernel(combine: Any, columns: Any, totals_array: Any) -> Any:
    """The kernel that reduces `count` neighbouring elements (at least one) beginning at `base`, and returns the result."""

    @kernel
    def run(x, base, count):
        total = x[at(base)]
        if count < FEW:
            for i in range(base + 1, base + count):
                total = combine(total, x[at(i)])
            return total
        totals = totals_array(576, x.dtype)
        columns(x, base, count, 1, 1, totals)
        return totals[0]

    return run


def _lowest(dtype: Any) -> Any:
    return -np.inf if isinstance(dtype, types.Float) else dtype.minval


def _highest(dtype: Any) -> Any:
    return np.inf if isinstance(dtype, types.Float) else dtype.maxval


def _choose(comparison: str) -> Any:
    def choose(builder: Any, signed: bool, a: Any, b: Any) -> Any:
        compare = builder.icmp_signed if signed else builder.icmp_unsigned
        return builder.select(compare(comparison, a, b), a, b)

    return choose


_SUM = Combination(operator.add, lambda builder, signed, a, b: builder.add(a, b), lambda dtype: 0)
_PRODUCT = Combination(operator.mul, lambda builder, signed, a, b: builder.mul(a, b), lambda dtype: 1)
_MAXIMUM = Combination(larger, _choose(">"), _lowest)
_MINIMUM = Combination(smaller, _choose("<"), _highest)
_ALL = Combination(None, lambda builder, signed, a, b: builder.and_(a, b), lambda dtype: True)
_ANY = Combination(None, lambda builder, signed, a, b: builder.or_(a, b), lambda dtype: False)

_sum_columns, _maximum_columns = _columns_kernel(_SUM, operator.add), _columns_kernel(_MAXIMUM, maximum)
reduce_sum = _reduction_kernel(_sum_columns, wide_stack_array)
reduce_product = _reduction_kernel(_columns_kernel(_PRODUCT, operator.mul), stack_array)
reduce_maximum = _reduction_kernel(_maximum_columns, stack_array)
reduce_minimum = _reduction_kernel(_columns_kernel(_MINIMUM, minimum), stack_array)
reduce_all = _reduction_kernel(_columns_kernel(_ALL, logical_and), stack_array)
reduce_any = _reduction_kernel(_columns_kernel(_ANY, logical_or), stack_array)
sum_run = _run_kernel(operator.add, _sum_columns, wide_stack_array)
maximum_run = _run_kernel(maximum, _maximum_columns, stack_array)


def _arg_kernel(compare: Any) -> Any:
    """The kernel that finds the first place of the extreme value; `compare` says which of two is more extreme."""

    @kernel
    def find(x, out, outer, reduced, inner, start, stop):
        for position in range(start, stop):
            base = position // inner * reduced * inner + position % inner
            place = 0
            if reduced > 0:
                best = x[at(base)]
                for r in range(1, reduced):
                    value = x[at(base + r * inner)]
                    # NaN differs from itself: the first one wins, and nothing after it.
                    if compare(value, best) or (value != value and best == best):
                        best, place = value, r
            out[at(position)] = place

    return find


# int64 [outer, inner]: the first place of the largest (smallest) value, or of the first NaN, as in NumPy; 0 of no elements.
argmax = _arg_kernel(operator.gt)
argmin = _arg_kernel(operator.lt)
