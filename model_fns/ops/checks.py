"""What a program asserts about its tensors: when the graph is built if it is known then, else when it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.graph.constant import Constant, convert_to_tensor
from model_fns.graph.dimensions import Dims, may_equal, text
from model_fns.graph.dtypes import DType
from model_fns.graph.op import Op
from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Operation, Tensor
from model_fns.ops import comparison
from model_fns.ops.apply import apply, graph_of, operation
from model_fns.ops.arithmetic import abs as absolute
from model_fns.ops.control import no_op
from model_fns.ops.reduction import reduce_all
from model_fns.ops.summarized import summarized


@final
@dataclass(frozen=True)
class Assert(Op):
    """Nothing; unless x is true, InvalidArgumentError with `texts`, where None stands for the next of the data"""

    texts: tuple[str | None, ...] = ()
    summarize: int = 3
    stateful: ClassVar[bool] = True

    def output_dtype(self, *inputs: DType) -> tuple[DType, ...]:
        return ()

    def output_shape(self, *inputs: Dims) -> list[Dims]:
        return []

    def copes_without(self, position: int) -> bool:
        return True

    def kernel(self, *inputs: Any) -> Any:
        if not np.all(inputs[0]):
            values = iter(inputs[1:])
            told = [summarized(next(values), self.summarize) if text is None else text for text in self.texts]
            raise InvalidArgumentError(message=f"assertion failed: {' '.join(f'[{item}]' for item in told)}")
        return ()


def assert_(condition: Any, data: Any, summarize: int | None = None, name: str | None = None) -> Operation:
    """An operation that fails with InvalidArgumentError, showing `data` (texts, tensors), unless `condition` is true.

    Run it, or put it before something with tf.control_dependencies. InvalidArgumentError at once for a constant.
    """
    graph = graph_of(condition, *data)
    with graph.as_default():
        tensors = {f"data_{i}": convert_to_tensor(item) for i, item in enumerate(data) if not isinstance(item, str)}
        most = 3 if summarize is None else int(summarize)
        kind = Assert(tuple(item if isinstance(item, str) else None for item in data), most)
        return operation(kind, name or "Assert", None, condition=convert_to_tensor(condition), **tensors)


def constant_value(tensor: Any) -> Any:
    """The array that a tensor always is, None if that is not known before it runs."""
    definition = tensor.op.definition
    return definition.value.array if isinstance(definition, Constant) else None


def _compared(
    test: Callable[..., Tensor],
    sign: str,
    x: Any,
    y: Any,
    data: Any,
    summarize: int | None,
    message: str | None,
    name: str,
) -> Operation:
    graph = graph_of(x, y)
    with graph.as_default(), graph.name_scope(name):
        x = convert_to_tensor(x, y.dtype if isinstance(y, Tensor) and not isinstance(x, Tensor) else None, "x")
        y = convert_to_tensor(y, None if isinstance(y, Tensor) else x.dtype, "y")
        told = [
            message or "",
            f"Condition x {sign} y did not hold element-wise:",
            f"x ({x.name}) = ",
            x,
            f"y ({y.name}) = ",
            y,
        ]
        return _asserted(test, (x, y), list(data) if data is not None else told, summarize)


def _asserted(test: Callable[..., Tensor], inputs: tuple[Tensor, ...], data: list[Any], most: int | None) -> Operation:
    """The operation that asserts test(*inputs); nothing, or the error, if the inputs are constants."""
    known = [constant_value(tensor) for tensor in inputs]
    if all(value is not None for value in known):
        condition = test(*inputs)
        if np.all(condition.op.definition.kernel(*known)):
            return no_op("Assert")
        items = [constant_value(item) if isinstance(item, Tensor) else item for item in data]
        raise InvalidArgumentError(message="\n".join(str(item) for item in items).lstrip("\n"))
    return assert_(reduce_all(test(*inputs)), data, most)


def assert_equal(
    x: Any, y: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation:
    """Fails unless x == y everywhere."""
    return _compared(comparison.equal, "==", x, y, data, summarize, message, name or "assert_equal")


def assert_none_equal(
    x: Any, y: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation:
    """Fails unless x != y everywhere."""
    return _compared(comparison.not_equal, "!=", x, y, data, summarize, message, name or "assert_none_equal")


def assert_less(
    x: Any, y: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation:
    """Fails unless x < y everywhere."""
    return _compared(comparison.less, "<", x, y, data, summarize, message, name or "assert_less")


def assert_less_equal(
    x: Any, y: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation:
    """Fails unless x <= y everywhere."""
    return _compared(comparison.less_equal, "<=", x, y, data, summarize, message, name or "assert_less_equal")


def assert_greater(
    x: Any, y: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation:
    """Fails unless x > y everywhere."""
    return _compared(comparison.greater, ">", x, y, data, summarize, message, name or "assert_greater")


def assert_greater_equal(
    x: Any, y: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation:
    """Fails unless x >= y everywhere."""
    return _compared(comparison.greater_equal, ">=", x, y, data, summarize, message, name or "assert_greater_equal")


def _against_zero(
    test: Callable[..., Tensor],
    sign: str,
    x: Any,
    data: Any,
    summarize: int | None,
    message: str | None,
    name: str,
) -> Operation:
    graph = graph_of(x)
    with graph.as_default(), graph.name_scope(name):
        x = convert_to_tensor(x, name="x")
        told = [message or "", f"Condition x {sign} 0 did not hold element-wise:", f"x ({x.name}) = ", x]
        zero = convert_to_tensor(0, x.dtype)
        return _asserted(test, (x, zero), list(data) if data is not None else told, summarize)


def assert_positive(
    x: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation:
    """Fails unless x > 0 everywhere."""
    return _against_zero(comparison.greater, ">", x, data, summarize, message, name or "assert_positive")


def assert_negative(
    x: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation:
    """Fails unless x < 0 everywhere."""
    return _against_zero(comparison.less, "<", x, data, summarize, message, name or "assert_negative")


def assert_non_negative(
    x: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation:
    """Fails unless x >= 0 everywhere."""
    return _against_zero(comparison.greater_equal, ">=", x, data, summarize, message, name or "assert_non_negative")


def assert_non_positive(
    x: Any, data: Any = None, summarize: int | None = None, message: str | None = None, name: str | None = None
) -> Operation:
    """Fails unless x <= 0 everywhere."""
    return _against_zero(comparison.less_equal, "<=", x, data, summarize, message, name or "assert_non_positive")


def assert_near(
    x: Any,
    y: Any,
    rtol: Any = None,
    atol: Any = None,
    data: Any = None,
    summarize: int | None = None,
    message: str | None = None,
    name: str | None = None,
) -> Operation:
    """Fails unless |x - y| <= atol + rtol |y| everywhere; by default both are ten times the type's precision."""
    graph = graph_of(x, y)
    with graph.as_default(), graph.name_scope(name or "assert_near"):
        x = convert_to_tensor(x, y.dtype if isinstance(y, Tensor) and not isinstance(x, Tensor) else None, "x")
        y = convert_to_tensor(y, None if isinstance(y, Tensor) else x.dtype, "y")
        precision = 10 * float(np.finfo(x.dtype.as_numpy_dtype).eps)
        rtol = convert_to_tensor(precision if rtol is None else rtol, x.dtype, "rtol")
        atol = convert_to_tensor(precision if atol is None else atol, x.dtype, "atol")
        told = [
            message or "",
            f"x and y not equal to tolerance rtol = {rtol}, atol = {atol}",
            f"x ({x.name}) = ",
            x,
            f"y ({y.name}) = ",
            y,
        ]
        near = comparison.less_equal(absolute(x - y), atol + rtol * absolute(y))
        return assert_(reduce_all(near), list(data) if data is not None else told, summarize)


def is_tensor(x: Any) -> bool:
    """Whether x is a tensor or a variable of a graph."""
    return isinstance(x, Tensor) or hasattr(x, "graph_element")


def ensure_shape(x: Any, shape: Any, name: str | None = None) -> Tensor:
    """x, with what `shape` adds to what is known of its sizes. ValueError if it contradicts."""
    wanted = TensorShape(shape)
    sizes = None if wanted.ndims is None else tuple(wanted.as_list())
    result = apply(EnsureShape(sizes), name, input=convert_to_tensor(x))
    result.set_shape(shape)
    return result


@final
@dataclass(frozen=True)
class EnsureShape(Op):
    """x, which must have these sizes; None stands for any"""

    sizes: tuple[int | None, ...] | None
    is_view: ClassVar[bool] = True

    def output_shape(self, *inputs: Dims) -> Dims:
        dims = inputs[0]
        wanted = dims if self.sizes is None else self.sizes
        if len(dims) != len(wanted) or not all(
            size is None or may_equal(size, found) for size, found in zip(wanted, dims, strict=True)
        ):
            expected = ",".join("?" if size is None else str(size) for size in wanted)
            raise ValueError(f"Shape of tensor {text(dims)} is not compatible with expected shape [{expected}].")
        return tuple(found if size is None else size for size, found in zip(wanted, dims, strict=True))

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream,)

    def kernel(self, *inputs: Any) -> Any:
        return inputs[0]


def check_numerics(tensor: Any, message: str, name: str | None = None) -> Tensor:
    """The tensor; InvalidArgumentError with `message` if a NaN or an infinity is in it."""
    return apply(CheckNumerics(message), name, tensor=convert_to_tensor(tensor))


@final
@dataclass(frozen=True)
class CheckNumerics(Op):
    """x; InvalidArgumentError with `message` if a NaN or an infinity is in it"""

    message: str

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[0]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (
            apply(
                CheckNumerics(f"Not a number (NaN) or infinity (Inf) values detected in gradient. {self.message}"),
                tensor=upstream,
            ),
        )

    def kernel(self, *inputs: Any) -> Any:
        x = np.asarray(inputs[0])
        for found, what in ((np.isnan(x).any(), "NaN"), (np.isinf(x).any(), "Inf")):
            if found:
                raise InvalidArgumentError(message=f"{self.message} : Tensor had {what} values")
        return np.array(x)
