"""Running sums and products along an axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.sizes import position_of


@dataclass(frozen=True)
class Cumulative(Op):
    """What the elements so far make together; `exclusive` leaves out the element itself, `reverse` starts at the end"""

    axis: int = 0
    exclusive: bool = False
    reverse: bool = False

    def output_shape(self, *inputs: Dims) -> Dims:
        position_of(self.axis, len(inputs[0]))
        return inputs[0]

    def accumulated(self, x: Any, function: np.ufunc, neutral: int) -> Any:
        x = np.moveaxis(np.asarray(x), self.axis, 0)
        x = x[::-1] if self.reverse else x
        if self.exclusive:
            x = np.concatenate([np.full_like(x[:1], neutral), x[:-1]])
        made = function.accumulate(x, 0, dtype=x.dtype) if len(x) else x
        return np.ascontiguousarray(np.moveaxis(made[::-1] if self.reverse else made, 0, self.axis))


@final
class Cumsum(Cumulative):
    """The sum of the elements so far"""

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (apply(Cumsum(self.axis, self.exclusive, not self.reverse), x=upstream),)

    def kernel(self, *inputs: Any) -> Any:
        return self.accumulated(inputs[0], np.add, 0)


@final
class Cumprod(Cumulative):
    """The product of the elements so far"""

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        later = apply(Cumsum(self.axis, self.exclusive, not self.reverse), x=output * upstream)
        return (later / inputs[0],)  # as TensorFlow has it: NaN where an element is 0

    def kernel(self, *inputs: Any) -> Any:
        return self.accumulated(inputs[0], np.multiply, 1)


def cumsum(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None) -> Tensor:
    """The sums of the elements up to each along `axis`; see `Cumulative`."""
    return apply(Cumsum(int(axis), bool(exclusive), bool(reverse)), name, x=convert_to_tensor(x, name="x"))


def cumprod(x: Any, axis: Any = 0, exclusive: bool = False, reverse: bool = False, name: str | None = None) -> Tensor:
    """The products of the elements up to each along `axis`; see `Cumulative`. The gradient is NaN at 0."""
    return apply(Cumprod(int(axis), bool(exclusive), bool(reverse)), name, x=convert_to_tensor(x, name="x"))
