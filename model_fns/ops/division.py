"""TensorFlow 1's other names and rules for dividing and scaling."""

from __future__ import annotations

from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.arithmetic import FloorDiv, RealDiv, divide, floordiv, multiply


def truediv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y as Python 3 divides: see `divide`."""
    return divide(x, y, name)


def realdiv(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y of floating-point numbers."""
    return apply(RealDiv(), name, x=x, y=y)


def floor_div(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y rounded towards minus infinity."""
    return apply(FloorDiv(), name, x=x, y=y)


def div(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y as Python 2 divides: integers rounded towards minus infinity, floats exactly."""
    x = convert_to_tensor(x, y.dtype if isinstance(y, Tensor) and not isinstance(x, Tensor) else None)
    return (floordiv if x.dtype.is_integer else realdiv)(x, y, name or "div")


def scalar_mul(scalar: Any, x: Any, name: str | None = None) -> Tensor:
    """x times a single number of its own element type. ValueError if `scalar` has axes."""
    x = convert_to_tensor(x)
    factor = convert_to_tensor(scalar, None if isinstance(scalar, Tensor) else x.dtype)
    if factor.shape.ndims != 0:
        raise ValueError(f"Only scalar multiply works, got shape {factor.shape}")
    return multiply(factor, x, name)
