"""Hurwitz's zeta function and the derivatives of digamma."""

from __future__ import annotations

import math
from typing import Any, final

import numpy as np

from model_fns.graph.dimensions import Dims, broadcast
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.shaping import sum_to

_SUMMED = 12  # terms before the correction by Euler and Maclaurin
_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798)


class BroadcastFunction(Op):
    """A function of the elements of broadcast inputs, computed in float64, that has no short expression"""

    def output_shape(self, *inputs: Dims) -> Dims:
        dims = inputs[0]
        for other in inputs[1:]:
            dims = broadcast(dims, other)
        return dims

    def computed(self, function: Any, inputs: Any) -> Any:
        kind = np.asarray(inputs[0]).dtype
        arrays = np.broadcast_arrays(*[np.asarray(item, np.float64) for item in inputs])
        with np.errstate(all="ignore"):
            return np.asarray(function(*arrays)).astype(kind)


@final
class Zeta(BroadcastFunction):
    """The sum of (y + k)^-x over k from 0"""

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        x, q = inputs
        return None, sum_to(upstream * -x * zeta(x + 1, q), q)

    def kernel(self, *inputs: Any) -> Any:
        return self.computed(zeta_of, inputs)


@final
class Polygamma(BroadcastFunction):
    """The derivative of order x of digamma at y"""

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        order, x = inputs
        return None, sum_to(upstream * polygamma(order + 1, x), x)

    def kernel(self, *inputs: Any) -> Any:
        return self.computed(_polygamma_of, inputs)


def zeta_of(x: Any, q: Any) -> Any:
    """Hurwitz's zeta for float64: a sum, and what remains by Euler and Maclaurin (Johansson 2015).

    Infinite at its poles (x = 1, q = 0, -1, ...), NaN for x < 1, and for q < 0 unless x is whole.
    """
    total = sum((q + k) ** -x for k in range(_SUMMED))
    end = q + _SUMMED
    total = total + end ** (1 - x) / (x - 1) + end**-x / 2
    rising = x
    for j, number in enumerate(_BERNOULLI, 1):
        total = total + number / math.factorial(2 * j) * rising * end ** (-x - 2 * j + 1)
        rising = rising * (x + 2 * j - 1) * (x + 2 * j)
    total = np.where((q < 0) & (x != np.floor(x)), np.nan, total)
    total = np.where((q <= 0) & (q == np.floor(q)), np.inf, total)
    return np.where(x == 1, np.inf, np.where(x < 1, np.nan, total))


def _polygamma_of(order: Any, x: Any) -> Any:
    """(-1)^(n + 1) n! zeta(n + 1, x) for n > 0; digamma for n = 0; NaN for an order that is not a whole number."""
    factorial = np.vectorize(lambda n: math.gamma(n + 1) if 0 <= n < 170 else math.nan, otypes=[np.float64])(order)
    derived = np.where(order % 2 == 0, -1.0, 1.0) * factorial * zeta_of(order + 1, x)
    made = np.where(order == 0, np.vectorize(digamma_of, otypes=[np.float64])(x), derived)
    return np.where((order < 0) | (order != np.floor(order)), np.nan, made)


def digamma_of(x: float) -> float:
    """By reflection for negative x, recurrence up to 10, and the asymptotic series from there (Bernardo 1976)."""
    if x <= 0 and x == math.floor(x):
        return math.nan
    if x < 0:
        return digamma_of(1 - x) - math.pi / math.tan(math.pi * x)
    if math.isinf(x) or math.isnan(x):
        return x
    total = 0.0
    while x < 10:
        total -= 1 / x
        x += 1
    y = 1 / (x * x)
    series = y * (1 / 12 - y * (1 / 120 - y * (1 / 252 - y * (1 / 240 - y * (1 / 132 - y * (691 / 32760 - y / 12))))))
    return total + math.log(x) - 0.5 / x - series


def zeta(x: Any, q: Any, name: str | None = None) -> Tensor:
    """Hurwitz's zeta function: the sum of (q + k)^-x over k = 0, 1, ..., for x > 1."""
    return apply(Zeta(), name, x=x, q=q)


def polygamma(a: Any, x: Any, name: str | None = None) -> Tensor:
    """The derivative of order `a` (whole numbers, as floats) of digamma at x."""
    return apply(Polygamma(), name, a=a, x=x)
