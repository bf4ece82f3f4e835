"""Division: TensorFlow 1's names and rules, and integers, which nothing may be divided by 0 of."""

from __future__ import annotations

from typing import Any, final

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.graph.constant import Constant, convert_to_tensor
from model_fns.graph.dimensions import Dims, Symbol
from model_fns.graph.indexed_slices import IndexedSlices
from model_fns.graph.op import Op, TensorSpec
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply, dtype_of, graph_of
from model_fns.ops.arithmetic import FloorDiv, FloorMod, RealDiv, abs, add, cast, divide, multiply, sign, subtract
from model_fns.ops.comparison import less, logical_and, not_equal


@final
class Divisor(Op):
    """x, which integers are divided by: InvalidArgumentError if a 0 is among it"""

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[0]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream,)

    def known_value(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> Any:
        return None if values[0] is None or _has_zero(values[0]) else values[0]

    def kernel(self, *inputs: Any) -> Any:
        if _has_zero(inputs[0]):
            raise InvalidArgumentError(message="Integer division by zero")
        return np.array(inputs[0])


def _has_zero(values: Any) -> bool:
    return any(not isinstance(item, Symbol) and item == 0 for item in np.ravel(values))


def _checked(kind: type[FloorDiv | FloorMod], x: Any, y: Any, name: str) -> Tensor:
    """`kind` of x and y; integers divided by anything but a constant without zeros are checked when the graph runs."""
    graph = graph_of(x, y)
    with graph.as_default(), graph.name_scope(name) as scope:
        x, y = pair(x, y)
        if y.dtype.is_integer and not _surely_divides(y):
            y = apply(Divisor(), "divisor", y=y)
        return apply(kind(), scope, x=x, y=y)


def _surely_divides(y: Tensor) -> bool:
    definition = y.op.definition
    return isinstance(definition, Constant) and bool(np.all(definition.value.array != 0))


def floordiv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y rounded towards minus infinity. InvalidArgumentError for integers divided by 0, when the graph runs."""
    return _checked(FloorDiv, x, y, name or "floordiv")


def floor_div(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y rounded towards minus infinity: see `floordiv`."""
    return _checked(FloorDiv, x, y, name or "FloorDiv")


def mod(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The remainder of floordiv, with the sign of y. InvalidArgumentError for integers divided by 0."""
    return _checked(FloorMod, x, y, name or "FloorMod")


def truncatediv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y rounded towards 0. InvalidArgumentError for integers divided by 0."""
    with graph_of(x, y).name_scope(name or "TruncateDiv") as scope:
        x, y = pair(x, y)
        if x.dtype.is_integer:
            quotient = floordiv(x, y)
            zero = convert_to_tensor(0, x.dtype)
            below = logical_and(not_equal(quotient * y, x), not_equal(less(x, zero), less(y, zero)))
            return add(quotient, cast(below, x.dtype), scope)
        return multiply(sign(x) * sign(y), floordiv(abs(x), abs(y)), scope)


def truncatemod(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The remainder of truncatediv, with the sign of x. InvalidArgumentError for integers divided by 0."""
    with graph_of(x, y).name_scope(name or "TruncateMod") as scope:
        x, y = pair(x, y)
        return subtract(x, truncatediv(x, y) * y, scope)


def pair(x: Any, y: Any) -> tuple[Tensor, Tensor]:
    """Both as tensors; what is none yet in the type of the other."""
    dtype = dtype_of(x, y)
    x = convert_to_tensor(x, None if dtype_of(x) else dtype, "x")
    return x, convert_to_tensor(y, None if dtype_of(y) else x.dtype, "y")


def truediv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y as Python 3 divides: see `divide`."""
    return divide(x, y, name)


def realdiv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y of floating-point numbers."""
    return apply(RealDiv(), name, x=x, y=y)


def div(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y as Python 2 divides: integers rounded towards minus infinity, floats exactly."""
    x = convert_to_tensor(x, None if dtype_of(x) else dtype_of(y))
    return (floordiv if x.dtype.is_integer else realdiv)(x, y, name or "div")


def scalar_mul(scalar: Any, x: Any, name: str | None = None) -> Any:
    """x times a single number of its own element type. ValueError if `scalar` has axes."""
    if isinstance(x, IndexedSlices):
        return x.with_values(scalar_mul(scalar, x.values, name))
    x = convert_to_tensor(x)
    factor = convert_to_tensor(scalar, None if isinstance(scalar, Tensor) else x.dtype)
    if factor.shape.ndims != 0:
        raise ValueError(f"Only scalar multiply works, got shape {factor.shape}")
    return multiply(factor, x, name)
