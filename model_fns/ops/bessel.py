"""The modified Bessel functions of order 0 and 1."""

from __future__ import annotations

import math
from typing import Any, final

import numpy as np

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.arithmetic import abs as absolute
from model_fns.ops.arithmetic import sign
from model_fns.ops.comparison import equal, select
from model_fns.ops.elementary import exp
from model_fns.ops.shaping import ones_like
from model_fns.ops.special import ScalarFunction

_LARGE = 30.0  # from here on by the asymptotic series


@final
class BesselI0e(ScalarFunction):
    """exp(-|x|) I0(x)"""

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        x = inputs[0]
        return (upstream * (bessel_i1e(x) - sign(x) * output),)

    def kernel(self, *inputs: Any) -> Any:
        return self.mapped(lambda x: _scaled(0, abs(x)), inputs[0])


@final
class BesselI1e(ScalarFunction):
    """exp(-|x|) I1(x)"""

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        x = inputs[0]
        zero = equal(x, convert_to_tensor(np.zeros((), x.dtype.as_numpy_dtype)))
        safe = select(zero, ones_like(x), x)
        away = bessel_i0e(safe) - output * (sign(safe) + 1 / safe)
        return (upstream * select(zero, 0.5 * ones_like(x), away),)

    def kernel(self, *inputs: Any) -> Any:
        return self.mapped(lambda x: math.copysign(_scaled(1, abs(x)), x), inputs[0])


def _scaled(order: int, x: float) -> float:
    """e^-x I(x) for x from 0: the power series up to 30, Hankel's asymptotic series beyond."""
    if math.isnan(x) or math.isinf(x):
        return math.nan if math.isnan(x) else 0.0
    term = (x / 2) ** order * math.exp(-x) if x < _LARGE else 1 / math.sqrt(2 * math.pi * x)
    total, k = term, 0
    while abs(term) > abs(total) * 1e-17 and k < 200:
        k += 1
        if x < _LARGE:
            term *= (x / 2) ** 2 / (k * (k + order))
        else:
            term *= ((2 * k - 1) ** 2 - 4 * order**2) / (8 * k * x)
        total += term
    return total


def bessel_i0e(x: Any, name: str | None = None) -> Tensor:
    """exp(-|x|) I0(x): the modified Bessel function of order 0, without overflow."""
    return apply(BesselI0e(), name, x=x)


def bessel_i1e(x: Any, name: str | None = None) -> Tensor:
    """exp(-|x|) I1(x): the modified Bessel function of order 1, without overflow."""
    return apply(BesselI1e(), name, x=x)


def bessel_i0(x: Any, name: str | None = None) -> Tensor:
    """I0(x): the modified Bessel function of order 0."""
    x = convert_to_tensor(x)
    with x.graph.as_default(), x.graph.name_scope(name or "bessel_i0"):
        return exp(absolute(x)) * bessel_i0e(x)


def bessel_i1(x: Any, name: str | None = None) -> Tensor:
    """I1(x): the modified Bessel function of order 1."""
    x = convert_to_tensor(x)
    with x.graph.as_default(), x.graph.name_scope(name or "bessel_i1"):
        return exp(absolute(x)) * bessel_i1e(x)
