"""Convolution and pooling as calls of their kernels; workers share the examples."""

from __future__ import annotations

from collections.abc import Callable

from estimators.compiler.code import WHOLE, Code, count, times
from estimators.compiler.lowering.parts import by_parts, fits
from estimators.compiler.program import Statement, Value
from estimators.kernels.convolution_choice import FORWARD, GRADIENT_FILTER, GRADIENT_INPUT, Choice, Sizes, choose
from model_fns.graph.dimensions import Dim, Symbol, larger, product
from model_fns.ops.convolution import Convolution, padding_before
from model_fns.ops.pooling import AvgPool, AvgPoolGrad, MaxPool, MaxPoolGrad, Pooling

# Of minimal filtering: with more points along each axis, rounding may cost more than 1e-4 of a number where its
# neighbours are a thousand times as large.
_MOST_POINTS = 8


def _before(size: Dim, window: Dim, stride: int, padding: str) -> str:
    """Zeros before the first element of an axis, as Python source."""
    if padding == "VALID":
        return "0"
    if not isinstance(size, Symbol):
        return str(padding_before(size, window, stride, padding))  # type: ignore[arg-type]
    room = (-(-size // stride) - 1) * stride + window - size
    return f"({larger(room, 0)} // 2)"


def _sizes(op: Convolution, image: Value, weights: Value, out: Value) -> list[str]:
    _, height, width, channels = image.dims
    kernel_height, kernel_width, _, outputs = weights.dims
    top = _before(height, kernel_height, op.strides[0], op.padding)
    left = _before(width, kernel_width, op.strides[1], op.padding)
    sizes = [
        height,
        width,
        channels,
        kernel_height,
        kernel_width,
        outputs,
        out.dims[1],
        out.dims[2],
        *op.strides,
        top,
        left,
    ]
    return [str(size) for size in sizes]


def _work(weights: Value, out: Value) -> str:
    return f"2 * {count(out)} * {times(*weights.dims[:3])}"


def _chosen(walk: str, value: Value, sizes: list[str], examples: Dim, statement: Statement, code: Code) -> Choice:
    """The kernel for a convolution, and a note of why."""
    if not all(size.isdigit() for size in sizes):
        choice = Choice("convolution", walk, "direct: sizes other than the batch are not known")
    else:
        batch = {} if isinstance(examples, Symbol) else {"examples": max(int(examples), 1)}
        choice = choose(walk, Sizes(*map(int, sizes)), value.dtype.name, most_points=_MOST_POINTS, **batch)
    code.names.notes.append(f"{statement.name}: {choice.reason}")
    return choice


def _scratch(code: Code, value: Value, walk: str, choice: Choice, sizes: list[str]) -> str:
    if choice.tile:
        return code.scratch(value, f"winograd_scratch.{walk}({', '.join([str(choice.tile), *sizes])})")
    return code.scratch(value, f"scratch.{walk}({', '.join(sizes)})")


def conv2d(statement: Statement, code: Code) -> None:
    op, (x, weights), out = statement.op, statement.inputs, statement.outputs[0]
    assert isinstance(op, Convolution)
    part, sizes = code.rows(out), _sizes(op, x, weights, out)
    choice = _chosen(FORWARD, x, sizes, x.dims[0], statement, code)
    arrays = code.read(x, part.label), code.read(weights), code.write(out, part.label)
    scratch = _scratch(code, x, FORWARD, choice, sizes)
    code.call(choice.module, choice.name, *arrays, scratch, *sizes, part.start, part.stop)
    code.work.append(_work(weights, out))


def conv2d_gradient_input(statement: Statement, code: Code) -> None:
    op, (dy, weights, _), dx = statement.op, statement.inputs, statement.outputs[0]
    assert isinstance(op, Convolution)
    part, sizes = code.rows(dx), _sizes(op, dx, weights, dy)
    choice = _chosen(GRADIENT_INPUT, dy, sizes, dx.dims[0], statement, code)
    arrays = code.read(weights), code.read(dy, part.label), code.write(dx, part.label)
    scratch = _scratch(code, dy, GRADIENT_INPUT, choice, sizes)
    code.call(choice.module, choice.name, *arrays, scratch, *sizes, part.start, part.stop)
    code.work.append(_work(weights, dy))


def conv2d_gradient_filter(statement: Statement, code: Code) -> None:
    """Workers share the batch; of large weights the rows, or the channels, each going through all examples."""
    op, (x, dy, _), dw = statement.op, statement.inputs, statement.outputs[0]
    assert isinstance(op, Convolution)
    examples, sizes = x.dims[0], _sizes(op, x, dw, dy)
    choice = _chosen(GRADIENT_FILTER, x, sizes, examples, statement, code)
    shared = dw.dims[2] if choice.tile else product(dw.dims[:3])
    scratch = _scratch(code, x, GRADIENT_FILTER, choice, sizes)
    inputs = code.read(x), code.read(dy)
    code.work.append(_work(dw, dy))
    if fits(dw):

        def call(target: str, first: str, last: str) -> str:
            arguments = *inputs, target, scratch, first, last, *sizes, 0, shared
            return code.expression(choice.module, choice.name, arguments)

        by_parts(code, dw, examples, call)
        return
    part = code.part(shared)
    target = code.write(dw, WHOLE if choice.tile else part.label)
    code.call(choice.module, choice.name, *inputs, target, scratch, 0, examples, *sizes, part.start, part.stop)


def _window_sizes(op: Pooling, image: Value, out: Value) -> list[str]:
    _, height, width, channels = image.dims
    top = _before(height, op.window[0], op.strides[0], op.padding)
    left = _before(width, op.window[1], op.strides[1], op.padding)
    sizes = [height, width, channels, *op.window, out.dims[1], out.dims[2], *op.strides, top, left]
    return [str(size) for size in sizes]


def _pooling(
    kernel: str, order: Callable[[Statement], tuple[list[Value], Value, Value, Value]]
) -> Callable[[Statement, Code], None]:
    def lower(statement: Statement, code: Code) -> None:
        assert isinstance(statement.op, Pooling)
        inputs, made, image, small = order(statement)
        part = code.rows(made)
        arrays = [code.read(value, part.label) for value in inputs] + [code.write(made, part.label)]
        code.call("pooling", kernel, *arrays, *_window_sizes(statement.op, image, small), part.start, part.stop)
        code.work.append(f"4 * {count(image)}")

    return lower


max_pool = _pooling("max_pool", lambda s: ([s.inputs[0]], s.outputs[0], s.inputs[0], s.outputs[0]))
avg_pool = _pooling("avg_pool", lambda s: ([s.inputs[0]], s.outputs[0], s.inputs[0], s.outputs[0]))
max_pool_gradient = _pooling("max_pool_gradient", lambda s: (list(s.inputs), s.outputs[0], s.inputs[0], s.inputs[1]))
avg_pool_gradient = _pooling("avg_pool_gradient", lambda s: ([s.inputs[0]], s.outputs[0], s.outputs[0], s.inputs[0]))

POOLING: dict[type, Callable[[Statement, Code], None]] = {
    MaxPool: max_pool,
    AvgPool: avg_pool,
    MaxPoolGrad: max_pool_gradient,
    AvgPoolGrad: avg_pool_gradient,
}
