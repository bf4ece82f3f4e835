"""Reductions along neighbouring axes as calls of the reduction kernels, which see [outer, reduced, inner]."""

from __future__ import annotations

from estimators.compiler.code import SINGLE, WHOLE, Code, count, times
from estimators.compiler.lowering.parts import by_parts, fits
from estimators.compiler.names import Typed, array_type
from estimators.compiler.program import Statement, Value
from model_fns.graph.dimensions import Dim, Symbol, product
from model_fns.ops.reduction import All, Any_, ArgMax, Max, Min, Position, Prod, Reduction, Sum

KERNELS = {
    Sum: "reduce_sum",
    Prod: "reduce_product",
    Max: "reduce_maximum",
    Min: "reduce_minimum",
    All: "reduce_all",
    Any_: "reduce_any",
}

_LONG = 1024  # elements of an example


def reduction(statement: Statement, code: Code) -> None:
    op = statement.op
    assert isinstance(op, Reduction)
    dims = statement.inputs[0].dims
    positions = op.positions(len(dims))
    first, last = (positions[0], positions[-1]) if positions else (len(dims), len(dims) - 1)
    if set(range(first, last + 1)) - set(positions):
        raise ValueError(f"{statement.name}: the axes {positions} are not neighbours; a pass should have split this")
    split = product(dims[:first]), product(dims[first : last + 1]), product(dims[last + 1 :])
    _reduce(statement, code, KERNELS[type(op)], first, split)


def position(statement: Statement, code: Code) -> None:
    op = statement.op
    assert isinstance(op, Position)
    dims = statement.inputs[0].dims
    axis = op.axis % len(dims)
    split = product(dims[:axis]), dims[axis], product(dims[axis + 1 :])
    if isinstance(dims[axis], Symbol) or not dims[axis]:
        status = f"table[{code.names.slot('status')}]"
        code.can_fail = True
        code.line(f"if {times(dims[axis])} == 0 and {status} == 0:")
        code.line(f"    {status} = {code.names.failure(statement)}")
    _reduce(statement, code, "argmax" if isinstance(op, ArgMax) else "argmin", axis, split)


def _reduce(statement: Statement, code: Code, kernel: str, first: int, split: tuple[Dim, Dim, Dim]) -> None:
    x, out = statement.inputs[0], statement.outputs[0]
    outer, _, inner = split
    code.work.append(count(x))
    if first > 0 and isinstance(x.dims[0], Symbol):  # rows stay rows: each worker reduces its own
        part = code.rows(x)
        per_row = times(product(x.dims[1:first]) * inner)
        arrays = code.read(x, part.label), code.write(out, part.label)
        code.call("reduction", kernel, *arrays, *split, f"{part.start} * {per_row}", f"{part.stop} * {per_row}")
        return
    if kernel == "reduce_sum" and first == 0 and _is_long(x) and fits(out):
        _sum_by_parts(x, out, code, inner)
        return
    total = outer * inner
    if not isinstance(total, Symbol) and total < 32:
        code.alone()
        code.call("reduction", kernel, code.read(x), code.write(out, SINGLE), *split, 0, total)
        return
    part = code.part(total, 16)
    code.call("reduction", kernel, code.read(x, WHOLE), code.write(out, part.label), *split, part.start, part.stop)


def _is_long(x: Value) -> bool:
    """Whether an example is so large that a sum over the batch is worth sharing."""
    size = product(x.dims[1:])
    return bool(x.dims) and not isinstance(size, Symbol) and size >= _LONG


def _sum_by_parts(x: Value, out: Value, code: Code, inner: Dim) -> None:
    """Of what is reduced over its first axis, and perhaps more, each part of the first axis."""
    array, size = code.read(x), times(*x.dims[1:])

    def call(target: str, first: str, last: str) -> str:
        source = Typed(f"{array}[{first} * {size} : {last} * {size}]", array_type(x.dtype))
        rows = f"({last} - {first}) * {size} // {times(inner)}"
        return code.expression("reduction", "reduce_sum", [source, target, 1, rows, inner, 0, inner])

    by_parts(code, out, x.dims[0], call)
