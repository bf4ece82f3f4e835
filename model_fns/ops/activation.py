"""Activation functions of neural networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import float32
from model_fns.graph.op import Elementwise
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.arithmetic import cast


@final
class Relu(Elementwise):
    """max(x, 0)"""

    expression: ClassVar[str] = "maximum(x, 0)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (apply(ReluGrad(), gradients=upstream, features=output),)


@final
class ReluGrad(Elementwise):
    """x where the feature y is positive, else 0"""

    expression: ClassVar[str] = "where(y > 0, x, 0)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return apply(ReluGrad(), gradients=upstream, features=inputs[1]), None


@final
class Relu6(Elementwise):
    """min(max(x, 0), 6)"""

    expression: ClassVar[str] = "minimum(maximum(x, 0), 6)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (apply(Relu6Grad(), gradients=upstream, features=inputs[0]),)


@final
class Relu6Grad(Elementwise):
    """x where the feature y is between 0 and 6, else 0"""

    expression: ClassVar[str] = "where((y > 0) & (y < 6), x, 0)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return apply(Relu6Grad(), gradients=upstream, features=inputs[1]), None


@final
@dataclass(frozen=True)
class LeakyRelu(Elementwise):
    """x where x > 0, else alpha * x (Maas, Hannun, Ng 2013)"""

    alpha: float = 0.2
    expression: ClassVar[str] = "where(x > 0, x, alpha * x)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (apply(LeakyReluGrad(self.alpha), gradients=upstream, features=inputs[0]),)


@final
@dataclass(frozen=True)
class LeakyReluGrad(Elementwise):
    """x where the feature y is positive, else alpha * x"""

    alpha: float = 0.2
    expression: ClassVar[str] = "where(y > 0, x, alpha * x)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return apply(LeakyReluGrad(self.alpha), gradients=upstream, features=inputs[1]), None


@final
class Elu(Elementwise):
    """x where x > 0, else e^x - 1 (Clevert, Unterthiner, Hochreiter 2015)"""

    expression: ClassVar[str] = "where(x > 0, x, expm1(minimum(x, 0)))"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (apply(EluGrad(), gradients=upstream, outputs=output),)


@final
class EluGrad(Elementwise):
    """x times the slope of elu, told from its value y"""

    expression: ClassVar[str] = "where(y > 0, x, x * (y + 1))"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        x, y = inputs
        return apply(EluGrad(), gradients=upstream, outputs=y), apply(EluCurve(), gradients=upstream * x, outputs=y)


@final
class EluCurve(Elementwise):
    """x where y is negative, else 0"""

    expression: ClassVar[str] = "where(y < 0, x, 0)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return apply(EluCurve(), gradients=upstream, outputs=inputs[1]), None


SELU_SCALE, SELU_ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717


@final
@dataclass(frozen=True)
class Selu(Elementwise):
    """scale * (x where x > 0, else alpha * (e^x - 1)) (Klambauer et al. 2017)"""

    scale: float = SELU_SCALE
    scaled_alpha: float = SELU_SCALE * SELU_ALPHA
    expression: ClassVar[str] = "where(x > 0, scale * x, scaled_alpha * expm1(minimum(x, 0)))"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (apply(SeluGrad(), gradients=upstream, outputs=output),)


@final
@dataclass(frozen=True)
class SeluGrad(Elementwise):
    """x times the slope of selu, told from its value y"""

    scale: float = SELU_SCALE
    scaled_alpha: float = SELU_SCALE * SELU_ALPHA
    expression: ClassVar[str] = "where(y > 0, scale * x, x * (y + scaled_alpha))"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        x, y = inputs
        return apply(SeluGrad(), gradients=upstream, outputs=y), apply(EluCurve(), gradients=upstream * x, outputs=y)


@final
class Sigmoid(Elementwise):
    """1 / (1 + e^-x)"""

    expression: ClassVar[str] = "sigmoid(x)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream * output * (1 - output),)


@final
class Tanh(Elementwise):
    """The hyperbolic tangent"""

    expression: ClassVar[str] = "tanh(x)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream * (1 - output * output),)


@final
class Softplus(Elementwise):
    """log(1 + e^x)"""

    expression: ClassVar[str] = "softplus(x)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream * sigmoid(inputs[0]),)


@final
class Softsign(Elementwise):
    """x / (1 + |x|)"""

    expression: ClassVar[str] = "x / (1 + absolute(x))"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream * apply(SoftsignSlope(), x=inputs[0]),)


@final
class SoftsignSlope(Elementwise):
    """1 / (1 + |x|)^2"""

    expression: ClassVar[str] = "1 / ((1 + absolute(x)) * (1 + absolute(x)))"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        x = inputs[0]
        slope_sign = apply(SignOf(), x=x)
        return (upstream * -2 * output * slope_sign / (1 + slope_sign * x),)


@final
class SignOf(Elementwise):
    """The sign of x, 1 at 0"""

    expression: ClassVar[str] = "where(x < 0, -1, 1)"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,)


def relu(features: Any, name: str | None = None) -> Tensor:
    """max(features, 0)."""
    return apply(Relu(), name, features=features)


def relu6(features: Any, name: str | None = None) -> Tensor:
    """min(max(features, 0), 6)."""
    return apply(Relu6(), name, features=features)


def leaky_relu(features: Any, alpha: float = 0.2, name: str | None = None) -> Tensor:
    """features where positive, else alpha * features."""
    features = convert_to_tensor(features, name="features")
    if features.dtype.is_integer:
        features = cast(features, float32)
    return apply(LeakyRelu(float(alpha)), name, features=features)


def elu(features: Any, name: str | None = None) -> Tensor:
    """features where positive, else exp(features) - 1."""
    return apply(Elu(), name, features=features)


def selu(features: Any, name: str | None = None) -> Tensor:
    """The scaled exponential linear unit."""
    return apply(Selu(), name, features=features)


def sigmoid(x: Any, name: str | None = None) -> Tensor:
    """1 / (1 + exp(-x))."""
    return apply(Sigmoid(), name, x=x)


def tanh(x: Any, name: str | None = None) -> Tensor:
    """The hyperbolic tangent of x."""
    return apply(Tanh(), name, x=x)


def softplus(features: Any, name: str | None = None) -> Tensor:
    """log(1 + exp(features))."""
    return apply(Softplus(), name, features=features)


def softsign(features: Any, name: str | None = None) -> Tensor:
    """features / (1 + |features|)."""
    return apply(Softsign(), name, features=features)


def swish(features: Any) -> Tensor:
    """features * sigmoid(features) (Ramachandran, Zoph, Le 2017)."""
    return features * sigmoid(features)
