"""Adding a bias to each channel, and the two old layers made of it."""

from __future__ import annotations

from typing import Any, ClassVar, final

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims, may_equal
from model_fns.graph.op import Elementwise
from model_fns.graph.tensor import Tensor
from model_fns.ops.activation import relu
from model_fns.ops.apply import apply, graph_of
from model_fns.ops.linalg import matmul
from model_fns.ops.shaping import reshape


@final
class BiasAdd(Elementwise):
    """x + y, where y is one number per channel: [channels], or [channels, 1, ...] if the channels come first"""

    expression: ClassVar[str] = "x + y"

    def output_shape(self, *inputs: Dims) -> Dims:
        value, bias = inputs
        if len(value) < 2:
            raise ValueError(f"Shape must be at least rank 2 but is rank {len(value)}")
        if not bias or any(size != 1 for size in bias[1:]):
            raise ValueError(f"Shape must be rank 1 but is rank {len(bias)}")
        channels = value[-len(bias)]
        if not may_equal(channels, bias[0]):
            raise ValueError(f"Dimensions must be equal, but are {channels} and {bias[0]}")
        return value

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return upstream, upstream


def bias_add(value: Any, bias: Any, data_format: str | None = None, name: str | None = None) -> Tensor:
    """`value` plus one number of `bias` [channels] per channel.

    The channels are the last axis, or axis 1 if `data_format` begins with `NC`. ValueError unless `value` has rank 2
    or more and its number of channels that of `bias`.
    """
    channels_first = (data_format or "").startswith("NC")
    if data_format is not None and not channels_first and not (data_format[:1] == "N" and data_format[-1:] == "C"):
        raise ValueError("data_format must be of the form `N...C` or `NC...`")
    value = convert_to_tensor(value, None if isinstance(value, Tensor) else getattr(bias, "dtype", None), "input")
    with value.graph.as_default(), value.graph.name_scope(name or "BiasAdd") as scope:
        bias = convert_to_tensor(bias, None if isinstance(bias, Tensor) else value.dtype, "bias")
        if bias.shape.ndims not in (1, None):
            raise ValueError(f"Shape must be rank 1 but is rank {bias.shape.ndims}: the bias '{bias.name}'.")
        if channels_first and len(value.shape) > 2:
            bias = reshape(bias, [-1] + [1] * (len(value.shape) - 2))
        return apply(BiasAdd(), scope, value=value, bias=bias)


def xw_plus_b(x: Any, weights: Any, biases: Any, name: str | None = None) -> Tensor:
    """x @ weights + biases."""
    with graph_of(x, weights).name_scope(name or "xw_plus_b") as scope:
        return bias_add(matmul(x, weights), biases, name=scope)


def relu_layer(x: Any, weights: Any, biases: Any, name: str | None = None) -> Tensor:
    """relu(x @ weights + biases)."""
    with graph_of(x, weights).name_scope(name or "relu_layer") as scope:
        return relu(bias_add(matmul(x, weights), biases), name=scope)
