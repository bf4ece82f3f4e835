"""Hyperbolic functions and their inverses, the gamma function's, and division with rules for zero."""

from __future__ import annotations

import math
from typing import Any, ClassVar, final

import numpy as np

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims, broadcast
from model_fns.graph.op import Elementwise, Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.activation import softplus
from model_fns.ops.apply import apply, graph_of
from model_fns.ops.arithmetic import multiply, negative, square
from model_fns.ops.comparison import equal, logical_not, select
from model_fns.ops.division import pair
from model_fns.ops.elementary import exp, log, reciprocal, rsqrt
from model_fns.ops.polygamma import digamma_of, polygamma
from model_fns.ops.shaping import sum_to, zeros_like


@final
class Sinh(Elementwise):
    """(e^x - e^-x) / 2"""

    expression: ClassVar[str] = "(expm1(x) - expm1(-x)) / 2"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream * cosh(inputs[0]),)


@final
class Cosh(Elementwise):
    """(e^x + e^-x) / 2"""

    expression: ClassVar[str] = "(exp(x) + exp(-x)) / 2"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream * sinh(inputs[0]),)


@final
class Asinh(Elementwise):
    """The inverse of sinh: log(x + sqrt(x^2 + 1))"""

    expression: ClassVar[str] = "sign(x) * log1p(absolute(x) + square(x) / (1 + sqrt(square(x) + 1)))"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream * rsqrt(square(inputs[0]) + 1),)


@final
class Acosh(Elementwise):
    """The inverse of cosh: log(x + sqrt(x^2 - 1)), for x from 1"""

    expression: ClassVar[str] = "log(x + sqrt((x - 1) * (x + 1)))"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream * rsqrt((inputs[0] - 1) * (inputs[0] + 1)),)


@final
class Atanh(Elementwise):
    """The inverse of tanh: log((1 + x) / (1 - x)) / 2"""

    expression: ClassVar[str] = "(log1p(x) - log1p(-x)) / 2"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream * reciprocal(1 - square(inputs[0])),)


class ScalarFunction(Op):
    """A function of each element that has no short expression"""

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[0]

    def mapped(self, function: Any, x: Any) -> Any:
        x = np.asarray(x)
        return np.vectorize(function, otypes=[np.float64])(x).astype(x.dtype)


@final
class Erfc(ScalarFunction):
    """1 - erf(x), exact for large x"""

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream * (-2 / math.sqrt(math.pi)) * exp(negative(square(inputs[0]))),)

    def kernel(self, *inputs: Any) -> Any:
        return self.mapped(math.erfc, inputs[0])


@final
class Lgamma(ScalarFunction):
    """log(|gamma(x)|)"""

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream * digamma(inputs[0]),)

    def kernel(self, *inputs: Any) -> Any:
        return self.mapped(lambda x: math.inf if x <= 0 and x == math.floor(x) else math.lgamma(x), inputs[0])


@final
class Digamma(ScalarFunction):
    """The derivative of log(gamma(x)); NaN at 0, -1, -2, ..."""

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream * polygamma(convert_to_tensor(1.0, inputs[0].dtype), inputs[0]),)

    def kernel(self, *inputs: Any) -> Any:
        return self.mapped(digamma_of, inputs[0])


@final
class Atan2(Op):
    """The angle of the point (y, x), from -pi to pi"""

    def output_shape(self, *inputs: Dims) -> Dims:
        return broadcast(*inputs)

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        y, x = inputs
        share = upstream / (square(x) + square(y))
        return sum_to(x * share, y), sum_to(-y * share, x)

    def kernel(self, *inputs: Any) -> Any:
        return np.arctan2(*inputs)


def sinh(x: Any, name: str | None = None) -> Tensor:
    """(e^x - e^-x) / 2."""
    return apply(Sinh(), name, x=x)


def cosh(x: Any, name: str | None = None) -> Tensor:
    """(e^x + e^-x) / 2."""
    return apply(Cosh(), name, x=x)


def asinh(x: Any, name: str | None = None) -> Tensor:
    """The inverse of sinh."""
    return apply(Asinh(), name, x=x)


def acosh(x: Any, name: str | None = None) -> Tensor:
    """The inverse of cosh, for x from 1."""
    return apply(Acosh(), name, x=x)


def atanh(x: Any, name: str | None = None) -> Tensor:
    """The inverse of tanh, for x between -1 and 1."""
    return apply(Atanh(), name, x=x)


def atan2(y: Any, x: Any, name: str | None = None) -> Tensor:
    """The angle of the point with the coordinates x and y, from -pi to pi."""
    return apply(Atan2(), name, y=y, x=x)


def erfc(x: Any, name: str | None = None) -> Tensor:
    """1 - erf(x), exact for large x."""
    return apply(Erfc(), name, x=x)


def lgamma(x: Any, name: str | None = None) -> Tensor:
    """log(|gamma(x)|)."""
    return apply(Lgamma(), name, x=x)


def digamma(x: Any, name: str | None = None) -> Tensor:
    """The derivative of lgamma."""
    return apply(Digamma(), name, x=x)


def log_sigmoid(x: Any, name: str | None = None) -> Tensor:
    """log(sigmoid(x)), without overflow."""
    x = convert_to_tensor(x, name="x")
    with x.graph.as_default(), x.graph.name_scope(name or "LogSigmoid") as scope:
        return negative(softplus(negative(x)), scope)


def _unless(zero: Tensor, replaced: Tensor, function: Any, like: Tensor, name: str) -> Tensor:
    """0 where `zero`, else function(replaced); the replaced one is 1 there, so that no NaN gets into a gradient."""
    one = convert_to_tensor(1, replaced.dtype)
    return select(zero, zeros_like(like), function(select(zero, one, replaced)), name)


def div_no_nan(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y, and 0 where y is 0."""
    graph = graph_of(x, y)
    with graph.as_default(), graph.name_scope(name or "div_no_nan") as scope:
        x, y = pair(x, y)
        return _unless(equal(y, convert_to_tensor(0, y.dtype)), y, lambda safe: x / safe, x + y, scope)


def multiply_no_nan(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x * y, and 0 where y is 0, whatever x is."""
    graph = graph_of(x, y)
    with graph.as_default(), graph.name_scope(name or "multiply_no_nan") as scope:
        x, y = pair(x, y)
        used = logical_not(equal(y, convert_to_tensor(0, y.dtype)))
        return multiply(select(used, x, zeros_like(x)), y, scope)


def xlogy(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x * log(y), and 0 where x is 0."""
    graph = graph_of(x, y)
    with graph.as_default(), graph.name_scope(name or "Xlogy") as scope:
        x, y = pair(x, y)
        return _unless(
            equal(x, convert_to_tensor(0, x.dtype)), y + zeros_like(x), lambda safe: x * log(safe), x + y, scope
        )


def xdivy(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y, and 0 where x is 0."""
    graph = graph_of(x, y)
    with graph.as_default(), graph.name_scope(name or "Xdivy") as scope:
        x, y = pair(x, y)
        return _unless(equal(x, convert_to_tensor(0, x.dtype)), y + zeros_like(x), lambda safe: x / safe, x + y, scope)
