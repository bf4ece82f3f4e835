"""Sums over the batch by parts: each worker adds up some parts of the batch, and then some elements of their sums.

How many parts there are does not depend on the number of workers, so neither does the order of additions. A worker's
parts are, but for an example or two, the rows that it has made itself: little moves from one core to another.
"""

from __future__ import annotations

from collections.abc import Callable

from estimators.compiler.code import Code, times
from estimators.compiler.meetings import meeting
from estimators.compiler.names import Typed, array_type
from estimators.compiler.program import Value
from model_fns.graph.dimensions import Dim, Symbol, product

PARTS = 8
_MOST_ELEMENTS = 1 << 17  # of a sum, above which adding up the parts costs more than they save


def fits(out: Value) -> bool:
    """Whether `out` is small enough to be there several times."""
    size = product(out.dims)
    return not isinstance(size, Symbol) and size <= _MOST_ELEMENTS


def by_parts(code: Code, out: Value, examples: Dim, call: Callable[[str, str, str], str]) -> None:
    """Lines that make `out`, a sum over the batch of `examples`.

    Args:
      call: from the array for a part's sum, and the part's first example and that behind its last, to a line.
    """
    size = times(*out.dims)
    sums = Value(f"{out.name} by parts", out.dtype, (PARTS, *out.dims))
    mine = code.part(PARTS)
    array = code.write(sums, mine.label)
    code.line(f"for i in range({mine.start}, {mine.stop}):")
    code.line(f"    first, last = share({examples}, i, {PARTS}, 1)")
    code.line("    " + call(Typed(f"{array}[i * {size} : (i + 1) * {size}]", array_type(out.dtype)), "first", "last"))
    if not code.solo:
        code.line("if workers > 1:")
        code.line("    " + meeting(code.program, code.names))
        code.barriers.append("1")
    part = code.part(product(out.dims), 16)
    target = code.write(out, part.label)
    code.call("reduction", "reduce_sum", array, target, 1, PARTS, size, part.start, part.stop)
