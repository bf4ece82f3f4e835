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
from estimators.kernels.lanes import LANES, Combination, accumulator, finder, folder, identity, runner
from estimators.kernels.value import larger, smaller

BLOCK = 16  # rows added before they go into the total
TILE = 512  # columns at a time: whole cache lines of whole pages are read in order


def _reduction_kernel(combination: Combination, combine: Any, wide: bool = False) -> Any:
    """The kernel that reduces a range of the outputs. `combine` is the combination as a function for use in kernels."""
    accumulate, fold, neutral = accumulator(combination), folder(combination), identity(combination)
    reduce_block = runner(combination, wide=wide)
    totals_array = wide_stack_array if wide else stack_array

    @kernel
    def reduce(x, out, outer, reduced, inner, start, stop):
        totals = totals_array(576, x.dtype)  # TILE + LANES
        position = start
        if inner == 1 and reduced <= BLOCK * LANES:  # the same in registers, and so the same bits
            for row in range(start, stop):
                out[at(row)] = reduce_block(x, row * reduced, reduced)
            return
        while position < stop:
            column = position % inner
            width = minimum(minimum(inner - column, stop - position), TILE)
            # Reading whole narrow rows is faster than picking some columns of them, and gives the same bits.
            before, span = (column, inner) if inner <= LANES else (0, width)
            base = position // inner * reduced * inner + column - before
            together = maximum(1, minimum(LANES // inner, reduced))
            for lane in range(together * span + LANES):
                totals[lane] = neutral(totals.dtype)
            done = 0
            while done < reduced:
                groups, rows = minimum(BLOCK, (reduced - done) // together), together
                if groups == 0:
                    groups, rows = 1, reduced - done
                for first in range(0, rows * span, LANES):
                    lanes = minimum(LANES, rows * span - first)
                    accumulate(totals, first, x, base + done * inner + first, together * inner, groups, lanes)
                done += groups * rows
            if inner == 1:
                fold(totals)
                together = 1
            for j in range(width):
                total = totals[at(before + j)]
                for r in range(1, together):
                    total = combine(total, totals[at(before + r * span + j)])
                out[at(position + j)] = total
            position += width

    return reduce


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

reduce_sum = _reduction_kernel(_SUM, operator.add, wide=True)
reduce_product = _reduction_kernel(_PRODUCT, operator.mul)
reduce_maximum = _reduction_kernel(_MAXIMUM, maximum)
reduce_minimum = _reduction_kernel(_MINIMUM, minimum)
reduce_all = _reduction_kernel(_ALL, logical_and)
reduce_any = _reduction_kernel(_ANY, logical_or)
sum_run = runner(_SUM)
maximum_run = runner(_MAXIMUM)
_FEW = 16
_place_among_few = finder(_FEW)


def _arg_kernel(compare: Any, extreme: Combination) -> Any:
    """The kernel that finds the first place of the extreme value; `compare` says which of two is more extreme."""
    extreme_of_few = runner(extreme, _FEW)

    @kernel
    def find(x, out, outer, reduced, inner, start, stop):
        for position in range(start, stop):
            base = position // inner * reduced * inner + position % inner
            if inner == 1 and reduced <= _FEW:
                place = _place_among_few(x, base, reduced, extreme_of_few(x, base, reduced))
                if place < reduced:
                    out[at(position)] = place
                    continue  # else there is a NaN, which equals nothing
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


# int64 [outer, inner]: the first place of the largest (smallest) value, or of the first NaN, as NumPy has it; 0 of no
# elements.
argmax = _arg_kernel(operator.gt, _MAXIMUM)
argmin = _arg_kernel(operator.lt, _MINIMUM)
