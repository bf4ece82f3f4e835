"""Operations that move numbers without changing them, as strided copies and gathers."""

from __future__ import annotations

from typing import Any

from estimators.compiler.code import SINGLE, WHOLE, Code, count
from estimators.compiler.lowering.table_rows import LOWEST
from estimators.compiler.program import Statement, Value
from model_fns.graph.dimensions import Dim, Dims, Symbol, product
from model_fns.ops.indexing import Gather, OneHot, ScatterAdd
from model_fns.ops.joining import Concat, ConcatGrad, Pack, Reverse, Split, Tile, Transpose, Unpack
from model_fns.ops.slicing import Pad, Slice, SliceGrad, StridedSlice, StridedSliceGrad, ends

_MOST_AXES = 6
_ENOUGH_ROWS = 8  # to be shared among workers


def strides_of(dims: Dims) -> list[Dim]:
    """How far apart neighbours along each axis lie, in elements."""
    return [product(dims[axis + 1 :]) for axis in range(len(dims))]


def _copy(
    code: Code,
    source: Value,
    at: Any,
    steps: list[Any],
    target: Value,
    to: Any,
    target_steps: list[Any],
    sizes: list[Any],
    by_rows: bool = False,
) -> None:
    """A copy of a box. Which rows a worker needs and makes follows no one's share, so its neighbours wait.

    Unless it is `by_rows`: then each row is made of the same row, and workers share the rows.
    """
    sizes, steps, target_steps = sizes or [1], steps or [1], target_steps or [1]
    axis = 0 if by_rows else max(range(len(sizes)), key=lambda i: isinstance(sizes[i], Symbol) or sizes[i])
    order = [
        axis,
        *(i for i in range(len(sizes)) if i != axis),
    ]  # the kernel splits the first axis: give it the longest
    sizes, steps, target_steps = ([items[i] for i in order] for items in (sizes, steps, target_steps))
    part = code.part(sizes[0])
    label = part.label if by_rows else f"box of {part.label} of {code.names.array(code.program.root(target))}"
    arguments = [
        code.read(source, label if by_rows else WHOLE),
        at,
        _lead(code, steps, 0),
        code.write(target, label),
        to,
        _lead(code, target_steps, 0),
        _lead(code, sizes, 1),
    ]
    code.call("movement", "copy_strided", *arguments, part.start, part.stop)


def _lead(code: Code, items: list[Any], fill: int) -> str:
    """The first axis stays first, axes of size 1 fill the middle."""
    return code.tuple([items[0], *[fill] * (_MOST_AXES - len(items)), *items[1:]])


def _fits(*values: Value) -> bool:
    return all(len(value.dims) <= _MOST_AXES for value in values)


def transpose(statement: Statement, code: Code) -> bool:
    x, out = statement.inputs[0], statement.outputs[0]
    assert isinstance(statement.op, Transpose)
    if not _fits(x):
        return False
    steps = strides_of(x.dims)
    _copy(code, x, 0, [steps[axis] for axis in statement.op.order], out, 0, strides_of(out.dims), list(out.dims))
    return True


def reverse(statement: Statement, code: Code) -> bool:
    x, out = statement.inputs[0], statement.outputs[0]
    assert isinstance(statement.op, Reverse)
    if not _fits(x):
        return False
    axes = {axis % len(x.dims) for axis in statement.op.axes}
    steps = strides_of(x.dims)
    start = sum(((x.dims[axis] - 1) * steps[axis] for axis in axes), 0)
    signed = [-step if axis in axes else step for axis, step in enumerate(steps)]
    _copy(code, x, start, signed, out, 0, strides_of(out.dims), list(out.dims))
    return True


def concat(statement: Statement, code: Code) -> bool:
    out = statement.outputs[0]
    assert isinstance(statement.op, Concat)
    if not _fits(out):
        return False
    axis, steps = statement.op.axis % len(out.dims), strides_of(out.dims)
    by_rows = _keeps_rows(axis, out, *statement.inputs)
    offset: Dim = 0
    for x in statement.inputs:
        _copy(code, x, 0, strides_of(x.dims), out, offset * steps[axis], steps, list(x.dims), by_rows)
        offset = offset + x.dims[axis]
    if not by_rows:
        code.writes[code.program.root(out)] = WHOLE
    return True


def _keeps_rows(axis: int, *values: Value) -> bool:
    """Whether what is done along `axis` leaves the rows of a batch rows of that batch."""
    rows = values[0].dims[0]
    enough = isinstance(rows, Symbol) or rows >= _ENOUGH_ROWS
    return axis > 0 and enough and all(value.dims[0] == rows for value in values)


def _parts(code: Code, x: Value, outputs: tuple[Value, ...], axis: int) -> bool:
    if not _fits(x):
        return False
    steps, offset = strides_of(x.dims), 0
    by_rows = _keeps_rows(axis, x, *outputs)
    for out in outputs:
        _copy(code, x, offset * steps[axis], steps, out, 0, strides_of(out.dims), list(out.dims), by_rows)
        offset = offset + out.dims[axis]  # type: ignore[assignment]
    return True


def split(statement: Statement, code: Code) -> bool:
    assert isinstance(statement.op, Split | ConcatGrad)
    x = statement.inputs[0]
    return _parts(code, x, statement.outputs, statement.op.axis % len(x.dims))


def pack(statement: Statement, code: Code) -> bool:
    out = statement.outputs[0]
    assert isinstance(statement.op, Pack)
    if not _fits(out):
        return False
    axis, steps = statement.op.axis % len(out.dims), strides_of(out.dims)
    for number, x in enumerate(statement.inputs):
        inner = [step for i, step in enumerate(steps) if i != axis]
        _copy(code, x, 0, strides_of(x.dims), out, number * steps[axis], inner, list(x.dims))
    code.writes[code.program.root(out)] = WHOLE
    return True


def unpack(statement: Statement, code: Code) -> bool:
    x = statement.inputs[0]
    assert isinstance(statement.op, Unpack)
    if not _fits(x):
        return False
    axis, steps = statement.op.axis % len(x.dims), strides_of(x.dims)
    inner = [step for i, step in enumerate(steps) if i != axis]
    for number, out in enumerate(statement.outputs):
        _copy(code, x, number * steps[axis], inner, out, 0, strides_of(out.dims), list(out.dims))
    return True


def _box(dims: Dims, slices: Any) -> tuple[Any, list[Dim]]:
    """Offset and strides of the box that slices point at."""
    steps = strides_of(dims)
    offset: Dim = 0
    for axis, piece in enumerate(slices):
        offset = offset + ends(dims[axis], *piece)[0] * steps[axis]
        steps[axis] = steps[axis] * piece[2]
    return offset, steps


def strided_slice(statement: Statement, code: Code) -> bool:
    x, out = statement.inputs[0], statement.outputs[0]
    assert isinstance(statement.op, StridedSlice)
    if not _fits(x):
        return False
    offset, steps = _box(x.dims, statement.op.slices)
    _copy(code, x, offset, steps, out, 0, strides_of(out.dims), list(out.dims))
    return True


def _cleared(code: Code, value: Value, number: str) -> None:
    """Fills a value with a number, before something is put into it. Worker 0 does it all, with what follows."""
    code.alone()
    code.call("movement", "fill", code.write(value, SINGLE), number, 0, count(value))


def strided_slice_gradient(statement: Statement, code: Code) -> bool:
    dy, out = statement.inputs[0], statement.outputs[0]
    assert isinstance(statement.op, StridedSliceGrad)
    if not _fits(out):
        return False
    offset, steps = _box(out.dims, statement.op.slices)
    _put(code, dy, out, offset, steps, code.names.literal(0, out.dtype))
    return True


def _put(code: Code, source: Value, target: Value, offset: Any, steps: list[Any], background: str) -> None:
    _cleared(code, target, background)
    sizes, source_steps = list(source.dims) or [1], strides_of(source.dims) or [1]
    arguments = [
        code.read(source),
        0,
        _lead(code, source_steps, 0),
        code.write(target, SINGLE),
        offset,
        _lead(code, steps or [1], 0),
        _lead(code, sizes, 1),
    ]
    code.call("movement", "copy_strided", *arguments, 0, sizes[0])


def pad(statement: Statement, code: Code) -> bool:
    x, out = statement.inputs[0], statement.outputs[0]
    assert isinstance(statement.op, Pad)
    if not _fits(x):
        return False
    steps = strides_of(out.dims)
    offset: Dim = 0
    for (before, _), step in zip(statement.op.paddings, steps, strict=True):
        offset = offset + before * step
    _put(code, x, out, offset, steps, code.names.literal(statement.op.value, out.dtype))
    return True


def slice_(statement: Statement, code: Code) -> bool:
    x, begin = statement.inputs[:2]
    out = statement.outputs[0]
    assert isinstance(statement.op, Slice)
    if begin.known is None or not _fits(x):
        return False
    steps = strides_of(x.dims)
    _copy(code, x, _offset(begin, steps), steps, out, 0, strides_of(out.dims), list(out.dims))
    return True


def slice_gradient(statement: Statement, code: Code) -> bool:
    dy, _, begin = statement.inputs
    out = statement.outputs[0]
    assert isinstance(statement.op, SliceGrad)
    if begin.known is None or not _fits(out):
        return False
    steps = strides_of(out.dims)
    _put(code, dy, out, _offset(begin, steps), steps, code.names.literal(0, out.dtype))
    return True


def _offset(begin: Value, steps: list[Dim]) -> Dim:
    total: Dim = 0
    for first, step in zip(begin.known.ravel().tolist(), steps, strict=True):
        total = total + first * step
    return total


def tile(statement: Statement, code: Code) -> bool:
    """Source steps of 0 repeat an axis: the box is [times, size] for every axis."""
    x, multiples = statement.inputs
    out = statement.outputs[0]
    assert isinstance(statement.op, Tile)
    if multiples.known is None:
        return False
    sizes: list[Any] = []
    steps: list[Any] = []
    target: list[Any] = []
    for axis, repeat in enumerate(multiples.known.ravel().tolist()):
        x_step, out_step = strides_of(x.dims)[axis], strides_of(out.dims)[axis]
        if repeat != 1:
            sizes, steps, target = [*sizes, repeat], [*steps, 0], [*target, x.dims[axis] * out_step]
        sizes, steps, target = [*sizes, x.dims[axis]], [*steps, x_step], [*target, out_step]
    if len(sizes) > _MOST_AXES:
        return False
    _copy(code, x, 0, steps, out, 0, target, sizes)
    return True


def _around(dims: Dims, axis: int) -> tuple[Dim, Dim, Dim]:
    axis %= len(dims)
    return product(dims[:axis]), dims[axis], product(dims[axis + 1 :])


def gather(statement: Statement, code: Code) -> None:
    params, indices = statement.inputs
    out = statement.outputs[0]
    assert isinstance(statement.op, Gather)
    outer, size, inner = _around(params.dims, statement.op.axis)
    number = product(indices.dims)
    part = code.part(outer * number)
    arrays = code.read(params), code.read(indices, part.label if outer == 1 else WHOLE), code.write(out, part.label)
    code.checked_call(statement, "movement", "gather", *arrays, outer, size, inner, number, part.start, part.stop)
    code.work.append(count(out))


def scatter_add(statement: Statement, code: Code) -> None:
    updates, indices, _ = statement.inputs
    out = statement.outputs[0]
    assert isinstance(statement.op, ScatterAdd)
    outer, size, inner = _around(out.dims, statement.op.axis)
    number = product(indices.dims)
    code.checked_call(statement, "rows", "out_of_range", code.read(indices), LOWEST, size, number)
    part = code.part(outer * size)
    arrays = code.write(out, part.label), code.read(indices), code.read(updates)
    code.call("movement", "scatter_add", *arrays, outer, size, inner, number, part.start, part.stop)
    code.work.append(count(updates))


def one_hot(statement: Statement, code: Code) -> bool:
    indices, out = statement.inputs[0], statement.outputs[0]
    op = statement.op
    assert isinstance(op, OneHot)
    if op.axis not in (-1, len(indices.dims)):
        return False
    part = code.part(product(indices.dims))
    values = code.names.literal(op.on_value, op.dtype), code.names.literal(op.off_value, op.dtype)
    code.call(
        "movement",
        "one_hot",
        code.read(indices, part.label),
        code.write(out, part.label),
        op.depth,
        *values,
        part.start,
        part.stop,
    )
    return True
