"""The layer that makes rows of its input."""

from __future__ import annotations

import math
from typing import Any, final

from model_fns.graph.tensor import Tensor
from model_fns.layers.input_spec import InputSpec
from model_fns.layers.layer import Layer
from model_fns.layers.sizes import checked_data_format
from model_fns.ops.joining import transpose
from model_fns.ops.shaping import reshape, shape


@final
class Flatten(Layer):
    """[batch, ...] to [batch, product of the other sizes]. With channels first, they are moved to the end before."""

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = checked_data_format(data_format or "channels_last")
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs: Tensor) -> Any:
        rank = len(inputs.shape)
        if self.data_format == "channels_first" and rank > 2:
            inputs = transpose(inputs, [0, *range(2, rank), 1])
        sizes = inputs.shape.as_list()[1:]
        if all(sizes):  # neither unknown nor 0, which leave no choice for the other size
            return reshape(inputs, [-1, math.prod(size or 0 for size in sizes)])
        return reshape(inputs, [inputs.shape[0].value or shape(inputs)[0], -1])


def flatten(inputs: Any, name: Any = None, data_format: str = "channels_last") -> Any:
    """[batch, ...] to [batch, product of the other sizes]: what a dense layer after convolutions takes."""
    return Flatten(data_format=data_format, name=name)(inputs)
