"""Elementary functions: exponentials, logarithms, roots, trigonometry, rounding."""

from __future__ import annotations

import math
from typing import Any, ClassVar, final

from model_fns.graph.op import Elementwise
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply


@final
class Exp(Elementwise):
    """e^x"""

    expression: ClassVar[str] = "exp(x)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream * output,)


@final
class Expm1(Elementwise):
    """e^x - 1, exact for small x"""

    expression: ClassVar[str] = "expm1(x)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream * (output + 1),)


@final
class Log(Elementwise):
    """The natural logarithm"""

    expression: ClassVar[str] = "log(x)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream / inputs[0],)


@final
class Log1p(Elementwise):
    """log(1 + x), exact for small x"""

    expression: ClassVar[str] = "log1p(x)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream / (1 + inputs[0]),)


@final
class Sqrt(Elementwise):
    """The square root"""

    expression: ClassVar[str] = "sqrt(x)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream * 0.5 / output,)


@final
class Rsqrt(Elementwise):
    """1 / sqrt(x)"""

    expression: ClassVar[str] = "rsqrt(x)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream * -0.5 * output * output * output,)


@final
class Reciprocal(Elementwise):
    """1 / x"""

    expression: ClassVar[str] = "1 / x"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (-upstream * output * output,)


@final
class Erf(Elementwise):
    """The error function"""

    expression: ClassVar[str] = "erf(x)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream * (2 / math.sqrt(math.pi)) * exp(-inputs[0] * inputs[0]),)


@final
class Sin(Elementwise):
    """sin(x)"""

    expression: ClassVar[str] = "sin(x)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream * cos(inputs[0]),)


@final
class Cos(Elementwise):
    """cos(x)"""

    expression: ClassVar[str] = "cos(x)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (-upstream * sin(inputs[0]),)


@final
class Tan(Elementwise):
    """tan(x)"""

    expression: ClassVar[str] = "tan(x)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream * (1 + output * output),)


@final
class Asin(Elementwise):
    """The inverse of sin"""

    expression: ClassVar[str] = "arcsin(x)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream * rsqrt(1 - inputs[0] * inputs[0]),)


@final
class Acos(Elementwise):
    """The inverse of cos"""

    expression: ClassVar[str] = "arccos(x)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (-upstream * rsqrt(1 - inputs[0] * inputs[0]),)


@final
class Atan(Elementwise):
    """The inverse of tan"""

    expression: ClassVar[str] = "arctan(x)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream / (1 + inputs[0] * inputs[0]),)


class Step(Elementwise):
    """A function that is constant almost everywhere, so without a gradient"""

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,)


@final
class Floor(Step):
    """The largest integer not above x"""

    expression: ClassVar[str] = "floor(x)"


@final
class Ceil(Step):
    """The smallest integer not below x"""

    expression: ClassVar[str] = "ceil(x)"


@final
class Round(Step):
    """The nearest integer, halves to the even one"""

    expression: ClassVar[str] = "round_half_even(x)"


def exp(x: Any, name: str | None = None) -> Tensor:
    """e to the power x."""
    return apply(Exp(), name, x=x)


def expm1(x: Any, name: str | None = None) -> Tensor:
    """exp(x) - 1."""
    return apply(Expm1(), name, x=x)


def log(x: Any, name: str | None = None) -> Tensor:
    """The natural logarithm of x."""
    return apply(Log(), name, x=x)


def log1p(x: Any, name: str | None = None) -> Tensor:
    """log(1 + x)."""
    return apply(Log1p(), name, x=x)


def sqrt(x: Any, name: str | None = None) -> Tensor:
    """The square root of x."""
    return apply(Sqrt(), name, x=x)


def rsqrt(x: Any, name: str | None = None) -> Tensor:
    """1 / sqrt(x)."""
    return apply(Rsqrt(), name, x=x)


def reciprocal(x: Any, name: str | None = None) -> Tensor:
    """1 / x."""
    return apply(Reciprocal(), name, x=x)


def erf(x: Any, name: str | None = None) -> Tensor:
    """The error function of x."""
    return apply(Erf(), name, x=x)


def sin(x: Any, name: str | None = None) -> Tensor:
    """sin of x in radians."""
    return apply(Sin(), name, x=x)


def cos(x: Any, name: str | None = None) -> Tensor:
    """cos of x in radians."""
    return apply(Cos(), name, x=x)


def tan(x: Any, name: str | None = None) -> Tensor:
    """tan of x in radians."""
    return apply(Tan(), name, x=x)


def asin(x: Any, name: str | None = None) -> Tensor:
    """The angle in radians whose sin is x."""
    return apply(Asin(), name, x=x)


def acos(x: Any, name: str | None = None) -> Tensor:
    """The angle in radians whose cos is x."""
    return apply(Acos(), name, x=x)


def atan(x: Any, name: str | None = None) -> Tensor:
    """The angle in radians whose tan is x."""
    return apply(Atan(), name, x=x)


def floor(x: Any, name: str | None = None) -> Tensor:
    """The largest integer not above x."""
    return apply(Floor(), name, x=x)


def ceil(x: Any, name: str | None = None) -> Tensor:
    """The smallest integer not below x."""
    return apply(Ceil(), name, x=x)


def round(x: Any, name: str | None = None) -> Tensor:
    """The nearest integer, halves to the even one."""
    return apply(Round(), name, x=x)
