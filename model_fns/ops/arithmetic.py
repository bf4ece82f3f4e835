"""Arithmetic: sums, products, powers and their kin, elementwise with NumPy's broadcasting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

from model_fns.graph import dtypes
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims, may_equal, merged
from model_fns.graph.indexed_slices import IndexedSlices
from model_fns.graph.op import Elementwise, Op, common_dtype
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply, dtype_of, graph_of
from model_fns.ops.shaping import zeros_like


class Addition(Elementwise):
    """x + y, of which TensorFlow has two kinds."""

    expression: ClassVar[str] = "x + y"
    handles_sizes: ClassVar[bool] = True

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return upstream, upstream


@final
class Add(Addition):
    """x + y, as tf.add makes it, and the operator for strings"""


@final
class AddV2(Addition):
    """x + y, as the operator makes it"""


@final
class Sub(Elementwise):
    """x - y"""

    expression: ClassVar[str] = "x - y"
    handles_sizes: ClassVar[bool] = True

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return upstream, -upstream


@final
class Mul(Elementwise):
    """x * y"""

    expression: ClassVar[str] = "x * y"
    handles_sizes: ClassVar[bool] = True

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        x, y = inputs
        return upstream * y, upstream * x


@final
class RealDiv(Elementwise):
    """x / y, for floating-point numbers"""

    expression: ClassVar[str] = "x / y"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        _, y = inputs
        return upstream / y, -upstream * output / y


@final
class FloorDiv(Elementwise):
    """The quotient rounded towards minus infinity"""

    expression: ClassVar[str] = "floor_divide(x, y)"
    handles_sizes: ClassVar[bool] = True

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return None, None


@final
class FloorMod(Elementwise):
    """x - y * floor(x / y): the remainder with the sign of y"""

    expression: ClassVar[str] = "floor_mod(x, y)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        x, y = inputs
        return upstream, -upstream * apply(FloorDiv(), x=x, y=y)


@final
class Neg(Elementwise):
    """-x"""

    expression: ClassVar[str] = "-x"
    takes_slices: ClassVar[bool] = True

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (-upstream,)


@final
class Abs(Elementwise):
    """|x|"""

    expression: ClassVar[str] = "absolute(x)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream * sign(inputs[0]),)


@final
class Sign(Elementwise):
    """-1, 0 or 1"""

    expression: ClassVar[str] = "sign(x)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (zeros_like(inputs[0]),)


@final
class Square(Elementwise):
    """x * x"""

    expression: ClassVar[str] = "x * x"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream * (2 * inputs[0]),)


@final
class SquaredDifference(Elementwise):
    """(x - y)^2"""

    expression: ClassVar[str] = "(x - y) * (x - y)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        x, y = inputs
        by_x = upstream * (2 * (x - y))
        return by_x, -by_x


@final
class Pow(Elementwise):
    """x to the power y"""

    expression: ClassVar[str] = "power(x, y)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        x, y = inputs
        return upstream * y * pow(x, y - 1), upstream * output * apply(SafeLog(), x=x)


@final
class SafeLog(Elementwise):
    """log(x), and 0 where x is not positive: the factor in the gradient of x^y by y, as TensorFlow defines it"""

    expression: ClassVar[str] = "where(x > 0, log(where(x > 0, x, 1)), 0)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        positive = apply(IsPositive(), x=inputs[0])
        return (upstream * positive / inputs[0],)


@final
class IsPositive(Elementwise):
    """1 where x > 0, else 0, in the type of x"""

    expression: ClassVar[str] = "where(x > 0, 1, 0)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,)


@final
class Maximum(Elementwise):
    """The larger of x and y; NaN if either is"""

    expression: ClassVar[str] = "maximum(x, y)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        x, y = inputs
        return apply(WhereNotLess(), g=upstream, x=x, y=y), apply(WhereLess(), g=upstream, x=x, y=y)


@final
class Minimum(Elementwise):
    """The smaller of x and y; NaN if either is"""

    expression: ClassVar[str] = "minimum(x, y)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        x, y = inputs
        return apply(WhereNotLess(), g=upstream, x=y, y=x), apply(WhereLess(), g=upstream, x=y, y=x)


@final
class WhereNotLess(Elementwise):
    """x where y >= z, else 0"""

    expression: ClassVar[str] = "where(y >= z, x, 0)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return apply(WhereNotLess(), g=upstream, x=inputs[1], y=inputs[2]), None, None


@final
class WhereLess(Elementwise):
    """x where y < z, else 0"""

    expression: ClassVar[str] = "where(y < z, x, 0)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return apply(WhereLess(), g=upstream, x=inputs[1], y=inputs[2]), None, None


@final
class AddN(Op):
    """The sum of any number of tensors of one shape"""

    def output_shape(self, *inputs: Dims) -> Dims:
        result = inputs[0]
        for other in inputs[1:]:
            if len(other) != len(result) or not all(map(may_equal, result, other)):
                raise ValueError(f"Shapes must be equal, but are {result} and {other}")
            result = tuple(map(merged, result, other))
        return result

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream,) * len(inputs)

    def kernel(self, *inputs: Any) -> Any:
        return sum(inputs[1:], inputs[0])


def add(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x + y."""
    return apply(Add(), name, x=x, y=y)


def plus(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x + y, as the operator makes it: one of the two is a tensor."""
    return apply(Add() if dtype_of(x, y) == dtypes.string else AddV2(), name, x=x, y=y)


def subtract(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x - y."""
    return apply(Sub(), name, x=x, y=y)


def multiply(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x * y."""
    return apply(Mul(), name, x=x, y=y)


def divide(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y as Python 3 divides: integers give float64 (float32 for 8 and 16 bit), as in TensorFlow."""
    from_integers = {"int8": dtypes.float32, "int16": dtypes.float32, "uint8": dtypes.float32, "uint16": dtypes.float32}
    graph = graph_of(x, y)
    with graph.as_default(), graph.name_scope(name or "truediv") as scope:
        dtype = dtype_of(x, y)
        x = convert_to_tensor(x, None if dtype_of(x) else dtype, "x")
        y = convert_to_tensor(y, None if dtype_of(y) else x.dtype, "y")
        common_dtype((x.dtype, y.dtype))
        if x.dtype.is_integer:
            target = from_integers.get(x.dtype.name, dtypes.float64)
            x, y = apply(Cast(target), x=x), apply(Cast(target), x=y)
        return apply(RealDiv(), scope, x=x, y=y)


def negative(x: Any, name: str | None = None) -> Tensor:
    """-x."""
    return apply(Neg(), name, x=x)


def abs(x: Any, name: str | None = None) -> Tensor:
    """|x|."""
    return apply(Abs(), name, x=x)


def sign(x: Any, name: str | None = None) -> Tensor:
    """-1, 0 or 1 by the sign of x."""
    return apply(Sign(), name, x=x)


def square(x: Any, name: str | None = None) -> Tensor:
    """x squared."""
    return apply(Square(), name, x=x)


def squared_difference(x: Any, y: Any, name: str | None = None) -> Tensor:
    """(x - y) squared."""
    return apply(SquaredDifference(), name, x=x, y=y)


def pow(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x to the power y."""
    return apply(Pow(), name, x=x, y=y)


def maximum(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The elementwise larger of x and y."""
    return apply(Maximum(), name, x=x, y=y)


def minimum(x: Any, y: Any, name: str | None = None) -> Tensor:
    """The elementwise smaller of x and y."""
    return apply(Minimum(), name, x=x, y=y)


def add_n(inputs: Any, name: str | None = None) -> Tensor:
    """The sum of a list of tensors of one shape and type. A single one is returned as it is."""
    tensors = [convert_to_tensor(item) for item in (inputs if isinstance(inputs, list | tuple) else [inputs])]
    if not tensors:
        raise ValueError("inputs must be a list of at least one Tensor with the same dtype and shape")
    if len(tensors) == 1 and name is None:
        return tensors[0]
    return apply(AddN(), name, **{f"inputs_{i}": tensor for i, tensor in enumerate(tensors)})


@final
@dataclass(frozen=True)
class Cast(Elementwise):
    """x in another element type; floats are cut towards zero, anything but 0 is True"""

    dtype: dtypes.DType
    expression: ClassVar[str] = "x"
    handles_sizes: ClassVar[bool] = True
    takes_slices: ClassVar[bool] = True

    def output_dtype(self, *inputs: dtypes.DType) -> dtypes.DType:
        return self.dtype

    def constants(self) -> dict[str, Any]:
        return {}

    def kernel(self, *inputs: Any) -> Any:
        return inputs[0] if inputs[0].dtype == object else inputs[0].astype(self.dtype.as_numpy_dtype)

    def known_value(self, specs: Any, values: Any) -> Any:
        return None if values[0] is None or not self.dtype.is_integer else self.kernel(values[0])

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        source = inputs[0].dtype
        return (cast(upstream, source) if source.is_floating and self.dtype.is_floating else None,)


def accumulate_n(inputs: Any, shape: Any = None, tensor_dtype: Any = None, name: str | None = None) -> Tensor:
    """The sum of a list of tensors of one shape; `shape` and `tensor_dtype` are not needed."""
    return add_n(inputs, name)


def cast(x: Any, dtype: Any, name: str | None = None) -> Any:
    """x in the element type `dtype`; x itself if it has it already."""
    if isinstance(x, IndexedSlices):
        return x.with_values(cast(x.values, dtype, name))
    x, target = convert_to_tensor(x), dtypes.as_dtype(dtype)
    return x if x.dtype == target else apply(Cast(target), name, x=x)


def saturate_cast(value: Any, dtype: Any, name: str | None = None) -> Tensor:
    """cast, after clipping to what `dtype` can hold."""
    value, target = convert_to_tensor(value), dtypes.as_dtype(dtype)
    if value.dtype.min < target.min:
        value = maximum(value, convert_to_tensor(target.min, value.dtype))
    if value.dtype.max > target.max:
        value = minimum(value, convert_to_tensor(target.max, value.dtype))
    return cast(value, target, name)
