"""The incomplete gamma and beta functions, and the logarithm of the beta function."""

from __future__ import annotations

import math
from typing import Any, final

import numpy as np

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.elementary import exp, log, log1p
from model_fns.ops.polygamma import BroadcastFunction, digamma_of
from model_fns.ops.reduction import reduce_sum
from model_fns.ops.shaping import sum_to
from model_fns.ops.special import lgamma

_MOST_TERMS = 5000
_TINY = 1e-300


@final
class Igamma(BroadcastFunction):
    """The regularized lower incomplete gamma function: the share of gamma(x)'s integral below y"""

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        a, x = inputs
        by_a = upstream * apply(IgammaGradA(), a=a, x=x)
        return sum_to(by_a, a), sum_to(upstream * _gamma_density(a, x), x)

    def kernel(self, *inputs: Any) -> Any:
        return self.computed(lambda a, x: np.vectorize(_lower_gamma, otypes=[np.float64])(a, x), inputs)


@final
class Igammac(BroadcastFunction):
    """The regularized upper incomplete gamma function: the share of gamma(x)'s integral above y"""

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        a, x = inputs
        by_a = -upstream * apply(IgammaGradA(), a=a, x=x)
        return sum_to(by_a, a), sum_to(-upstream * _gamma_density(a, x), x)

    def kernel(self, *inputs: Any) -> Any:
        return self.computed(lambda a, x: np.vectorize(_upper_gamma, otypes=[np.float64])(a, x), inputs)


@final
class IgammaGradA(BroadcastFunction):
    """The derivative of Igamma by its first argument"""

    def kernel(self, *inputs: Any) -> Any:
        return self.computed(lambda a, x: np.vectorize(_lower_gamma_by_a, otypes=[np.float64])(a, x), inputs)


@final
class Betainc(BroadcastFunction):
    """The regularized incomplete beta function: the share of beta(x, y)'s integral below z"""

    def output_shape(self, *inputs: Dims) -> Dims:
        sizes = {dims for dims in inputs if dims != ()}
        if len({len(dims) for dims in sizes}) > 1:
            raise ValueError("Shapes must be equal rank: a, b and x of betainc must have one shape, or be scalars")
        return super().output_shape(*inputs)

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        a, b, x = inputs
        log_beta = lgamma(a) + lgamma(b) - lgamma(a + b)
        return None, None, sum_to(upstream * exp((b - 1) * log1p(-x) + (a - 1) * log(x) - log_beta), x)

    def kernel(self, *inputs: Any) -> Any:
        return self.computed(lambda a, b, x: np.vectorize(_incomplete_beta, otypes=[np.float64])(a, b, x), inputs)


def _gamma_density(a: Tensor, x: Tensor) -> Tensor:
    return exp(-x + (a - 1) * log(x) - lgamma(a))


def _lower_gamma(a: float, x: float) -> float:
    if not (a > 0 and x >= 0):
        return math.nan
    if x == 0:
        return 0.0
    return 1 - _upper_fraction(a, x) if x > 1 and x > a else _lower_series(a, x)


def _upper_gamma(a: float, x: float) -> float:
    if not (a > 0 and x >= 0):
        return math.nan
    if x == 0:
        return 1.0
    return _upper_fraction(a, x) if x > 1 and x > a else 1 - _lower_series(a, x)


def _lower_series(a: float, x: float) -> float:
    """x^a e^-x / gamma(a + 1) * (1 + x / (a + 1) + x^2 / ((a + 1) (a + 2)) + ...), for x up to a."""
    term = total = 1.0
    for k in range(1, _MOST_TERMS):
        term *= x / (a + k)
        total += term
        if term < total * 1e-17:
            break
    return total * math.exp(a * math.log(x) - x - math.lgamma(a + 1))


def _upper_fraction(a: float, x: float) -> float:
    """x^a e^-x / gamma(a) over Legendre's continued fraction, by Lentz's method, for x above a."""
    if math.isinf(x):
        return 0.0
    b = x + 1 - a
    c, d = 1 / _TINY, 1 / b
    value = d
    for k in range(1, _MOST_TERMS):
        numerator = -k * (k - a)
        b += 2
        d = 1 / ((numerator * d + b) or _TINY)
        c = (b + numerator / c) or _TINY
        value *= d * c
        if abs(d * c - 1) < 1e-16:
            break
    return value * math.exp(a * math.log(x) - x - math.lgamma(a))


def _lower_gamma_by_a(a: float, x: float) -> float:
    """The sum of x^(a + k) e^-x / gamma(a + k + 1) derived term by term."""
    if not (a > 0 and x >= 0):
        return math.nan
    if x == 0 or math.isinf(x):
        return 0.0
    digamma, total, largest = digamma_of(a + 1), 0.0, 0.0
    for k in range(_MOST_TERMS):
        term = math.exp((a + k) * math.log(x) - x - math.lgamma(a + k + 1))
        total += term * (math.log(x) - digamma)
        largest = max(largest, term)
        if k > x and term < largest * 1e-18:
            break
        digamma += 1 / (a + k + 1)
    return total


def _incomplete_beta(a: float, b: float, x: float) -> float:
    if not (a > 0 and b > 0 and 0 <= x <= 1):
        return math.nan
    if x in (0, 1):
        return float(x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _beta_fraction(a, b, x) / a
    return 1 - front * _beta_fraction(b, a, 1 - x) / b


def _beta_fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta function (Didonato and Morris 1992), by Lentz's method."""
    c, d = 1.0, 1 / ((1 - (a + b) * x / (a + 1)) or _TINY)
    value = d
    for k in range(1, _MOST_TERMS):
        even = k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k))
        odd = -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1))
        for numerator in (even, odd):
            d = 1 / ((1 + numerator * d) or _TINY)
            c = (1 + numerator / c) or _TINY
            value *= d * c
        if abs(d * c - 1) < 1e-16:
            break
    return value


def igamma(a: Any, x: Any, name: str | None = None) -> Tensor:
    """The share of the integral of t^(a - 1) e^-t that lies below x."""
    return apply(Igamma(), name, a=a, x=x)


def igammac(a: Any, x: Any, name: str | None = None) -> Tensor:
    """The share of the integral of t^(a - 1) e^-t that lies above x."""
    return apply(Igammac(), name, a=a, x=x)


def betainc(a: Any, b: Any, x: Any, name: str | None = None) -> Tensor:
    """The share of the integral of t^(a - 1) (1 - t)^(b - 1) from 0 to 1 that lies below x."""
    return apply(Betainc(), name, a=a, b=b, x=x)


def lbeta(x: Any, name: str | None = None) -> Tensor:
    """log(beta) of the numbers along the last axis: the sum of lgamma(x), minus lgamma of their sum."""
    x = convert_to_tensor(x, name="x")
    with x.graph.as_default(), x.graph.name_scope(name or "lbeta"):
        return reduce_sum(lgamma(x), -1) - lgamma(reduce_sum(x, -1))
