"""The fused poolings as loops over rows of the result, its pixels and channels, all sizes being constants."""

from __future__ import annotations

from estimators.compiler.code import Code, count
from estimators.compiler.program import Statement, Value

_INDENT = "    "


def _open_loops(code: Code, image: Value, out: Value, start: str, stop: str) -> None:
    """The loops' heads. at1_0 is where a window of the image begins, at1_1 where a pixel of the result does."""
    (_, height, width, channels), (_, rows, columns, _) = image.dims, out.dims
    code.line(f"for i0 in range({start} * {rows}, {stop} * {rows}):")
    whole = height == 2 * rows
    row = "i0 * 2" if whole else f"(i0 // {rows} * {height} + i0 % {rows} * 2)"
    code.line(f"{_INDENT}at0_0 = {row} * {width * channels}")
    code.line(f"{_INDENT}at0_1 = i0 * {columns * channels}")
    code.line(f"{_INDENT}for i1 in range({columns}):")
    code.line(f"{_INDENT * 2}at1_0 = at0_0 + i1 * {2 * channels}")
    code.line(f"{_INDENT * 2}at1_1 = at0_1 + i1 * {channels}")
    code.line(f"{_INDENT * 2}for i2 in range({channels}):")


def _places(image: Value) -> list[str]:
    """Where the four elements of a window are, first row first."""
    _, _, width, channels = image.dims
    return [f"at1_0 + (i2 + {offset})" for offset in (0, channels, width * channels, (width + 1) * channels)]


def bias_relu_max_pool(statement: Statement, code: Code) -> None:
    (x, bias), out = statement.inputs, statement.outputs[0]
    part = code.rows(out)
    image, biases, result = code.read(x, part.label), code.read(bias), code.write(out, part.label)
    maximum, zero = code.names.function("maximum"), code.names.literal(0, out.dtype)
    _open_loops(code, x, out, part.start, part.stop)
    lines = [f"x{number} = {image}[{place}]" for number, place in enumerate(_places(x))]
    lines += [f"v0 = {maximum}({maximum}(x0, x1), {maximum}(x2, x3))"]
    lines += [f"{result}[at1_1 + i2] = {maximum}(v0 + {biases}[i2], {zero})"]
    for line in lines:
        code.line(_INDENT * 3 + line)
    code.work.append(f"4 * {count(x)}")


def bias_relu_max_pool_gradient(statement: Statement, code: Code) -> None:
    """What of a window is still to be given away, v0, goes to the first element that is the maximum."""
    (x, bias, pooled, upstream), out = statement.inputs, statement.outputs[0]
    part = code.rows(out)
    image, biases = code.read(x, part.label), code.read(bias)
    largest, given = code.read(pooled, part.label), code.read(upstream, part.label)
    result = code.write(out, part.label)
    maximum, where = code.names.function("maximum"), code.names.function("where")
    zero = code.names.literal(0, out.dtype)
    _, height, width, channels = x.dims
    if (height, width) != (2 * pooled.dims[1], 2 * pooled.dims[2]):
        row = height * width * channels
        code.line(f"for i0 in range({part.start} * {row}, {part.stop} * {row}):")
        code.line(f"{_INDENT}{result}[i0] = {zero}")
    _open_loops(code, x, pooled, part.start, part.stop)
    lines = [f"x4 = {biases}[i2]", f"x5 = {largest}[at1_1 + i2]"]
    lines += [f"v0 = {where}(x5 > {zero}, {given}[at1_1 + i2], {zero})"]
    for number, place in enumerate(_places(x)):
        lines += [f"x{number} = {maximum}({image}[{place}] + x4, {zero})"]
        lines += [f"v{2 * number + 1} = {where}(x{number} == x5, v{2 * number}, {zero})"]
        lines += [f"v{2 * number + 2} = {where}(x{number} == x5, {zero}, v{2 * number})"]
    lines += [f"{result}[{place}] = v{2 * number + 1}" for number, place in enumerate(_places(x))]
    for line in lines:
        code.line(_INDENT * 3 + line)
    code.work.append(f"6 * {count(x)}")
