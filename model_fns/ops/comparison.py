"""Comparisons, logic, and choosing by a condition."""

from __future__ import annotations

from typing import Any, ClassVar, final

import numpy as np

from model_fns.graph import dtypes
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims, broadcast, unknown
from model_fns.graph.op import Comparison, Elementwise, Op, common_dtype
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply


@final
class Equal(Comparison):
    """x == y"""

    expression: ClassVar[str] = "x == y"


@final
class NotEqual(Comparison):
    """x != y"""

    expression: ClassVar[str] = "x != y"


@final
class Less(Comparison):
    """x < y"""

    expression: ClassVar[str] = "x < y"


@final
class LessEqual(Comparison):
    """x <= y"""

    expression: ClassVar[str] = "x <= y"


@final
class Greater(Comparison):
    """x > y"""

    expression: ClassVar[str] = "x > y"


@final
class GreaterEqual(Comparison):
    """x >= y"""

    expression: ClassVar[str] = "x >= y"


@final
class LogicalAnd(Comparison):
    """x and y"""

    expression: ClassVar[str] = "logical_and(x, y)"


@final
class LogicalOr(Comparison):
    """x or y"""

    expression: ClassVar[str] = "logical_or(x, y)"


@final
class LogicalXor(Comparison):
    """x or y, not both"""

    expression: ClassVar[str] = "logical_xor(x, y)"


@final
class LogicalNot(Comparison):
    """not x"""

    expression: ClassVar[str] = "logical_not(x)"


@final
class IsNan(Comparison):
    """True where x is not a number"""

    expression: ClassVar[str] = "is_nan(x)"


@final
class IsInf(Comparison):
    """True where x is infinite"""

    expression: ClassVar[str] = "is_inf(x)"


@final
class IsFinite(Comparison):
    """True where x is neither infinite nor NaN"""

    expression: ClassVar[str] = "is_finite(x)"


@final
class Select(Elementwise):
    """y where x, else z"""

    expression: ClassVar[str] = "where(x, y, z)"

    def output_dtype(self, *inputs: dtypes.DType) -> dtypes.DType:
        if inputs[0] != dtypes.bool_:
            raise TypeError(f"the condition must be bool, not {inputs[0].name}")
        return common_dtype(inputs[1:])

    def output_shape(self, *inputs: Dims) -> Dims:
        return broadcast(broadcast(inputs[0], inputs[1]), inputs[2])

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        condition = inputs[0]
        zero = convert_to_tensor(np.zeros((), upstream.dtype.as_numpy_dtype))
        return None, select(condition, upstream, zero), select(condition, zero, upstream)


@final
class Where(Op):
    """The index vectors of what is true, or not 0, in x"""

    def output_dtype(self, *inputs: dtypes.DType) -> dtypes.DType:
        return dtypes.int64

    def copes_without(self, position: int) -> bool:
        return True

    def output_shape(self, *inputs: Any) -> Dims:
        return unknown(), unknown() if inputs[0] is None else len(inputs[0])

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,)

    def kernel(self, *inputs: Any) -> Any:
        return np.argwhere(inputs[0]).astype(np.int64).reshape(-1, np.ndim(inputs[0]))


def equal(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x == y, elementwise."""
    return apply(Equal(), name, x=x, y=y)


def not_equal(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x != y, elementwise."""
    return apply(NotEqual(), name, x=x, y=y)


def less(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x < y, elementwise."""
    return apply(Less(), name, x=x, y=y)


def less_equal(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x <= y, elementwise."""
    return apply(LessEqual(), name, x=x, y=y)


def greater(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x > y, elementwise."""
    return apply(Greater(), name, x=x, y=y)


def greater_equal(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x >= y, elementwise."""
    return apply(GreaterEqual(), name, x=x, y=y)


def logical_and(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x and y, elementwise, for bool tensors."""
    return apply(LogicalAnd(), name, dtypes.bool_, x=x, y=y)


def logical_or(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x or y, elementwise, for bool tensors."""
    return apply(LogicalOr(), name, dtypes.bool_, x=x, y=y)


def logical_xor(x: Any, y: Any, name: str | None = "LogicalXor") -> Tensor:
    """x or y but not both, elementwise, for bool tensors."""
    return apply(LogicalXor(), name, dtypes.bool_, x=x, y=y)


def logical_not(x: Any, name: str | None = None) -> Tensor:
    """not x, elementwise, for bool tensors."""
    return apply(LogicalNot(), name, dtypes.bool_, x=x)


def is_nan(x: Any, name: str | None = None) -> Tensor:
    """True where x is NaN."""
    return apply(IsNan(), name, x=x)


def is_inf(x: Any, name: str | None = None) -> Tensor:
    """True where x is infinite."""
    return apply(IsInf(), name, x=x)


def is_finite(x: Any, name: str | None = None) -> Tensor:
    """True where x is neither infinite nor NaN."""
    return apply(IsFinite(), name, x=x)


def select(condition: Any, x: Any, y: Any, name: str | None = None) -> Tensor:
    """x where `condition`, else y, with full broadcasting."""
    x = convert_to_tensor(x, getattr(y, "dtype", None) if not isinstance(x, Tensor) else None)
    return apply(Select(), name, condition=condition, x=x, y=convert_to_tensor(y, x.dtype))


def places_of_true(condition: Any, name: str | None = None) -> Tensor:
    """The index vectors (int64 [n, rank]) of what is true in `condition`."""
    return apply(Where(), name or "Where", condition=convert_to_tensor(condition))


def where(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Tensor:
    """x where `condition`, else y; without the two, the index vectors (int64 [n, rank]) of what is true.

    x and y have one shape; `condition` has it too, or is a vector that chooses whole rows, or a scalar (TF1's rule).
    """
    if x is None and y is None:
        return places_of_true(condition, name)
    if x is None or y is None:
        raise ValueError("x and y must both be non-None or both be None.")
    condition = convert_to_tensor(condition)
    x = convert_to_tensor(x, getattr(y, "dtype", None) if not isinstance(x, Tensor) else None)
    if condition.dims is not None and len(condition.dims) == 1 and x.dims is not None and len(x.dims) > 1:
        condition = condition[(slice(None),) + (None,) * (len(x.dims) - 1)]
    return select(condition, x, y, name)
