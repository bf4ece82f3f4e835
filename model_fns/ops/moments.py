"""Mean and variance, and the normalization by them."""

from __future__ import annotations

from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import graph_of
from model_fns.ops.arithmetic import squared_difference
from model_fns.ops.control import stop_gradient
from model_fns.ops.elementary import rsqrt
from model_fns.ops.reduction import reduce_mean
from model_fns.ops.shaping import squeeze


def moments(
    x: Any, axes: Any, shift: Any = None, name: str | None = None, keep_dims: Any = None, keepdims: Any = None
) -> tuple[Tensor, Tensor]:
    """Mean and (biased) variance of x along `axes`. `shift` is not used."""
    x = convert_to_tensor(x, name="x")
    kept = bool(keep_dims or keepdims)
    positions = [axes] if isinstance(axes, int) else [int(axis) for axis in axes]
    with x.graph.as_default(), x.graph.name_scope(name or "moments"):
        mean = reduce_mean(x, positions, True, name="mean")
        # The derivative through the mean is zero: the sum of deviations from it is.
        deviations = squared_difference(x, stop_gradient(mean))
        variance = reduce_mean(deviations, positions, True, name="variance")
        if kept or not positions:
            return mean, variance
        return squeeze(mean, positions), squeeze(variance, positions)


def batch_normalization(
    x: Any, mean: Any, variance: Any, offset: Any, scale: Any, variance_epsilon: Any, name: str | None = None
) -> Tensor:
    """scale * (x - mean) / sqrt(variance + variance_epsilon) + offset; scale and offset may be None.

    Statistics, scale and offset broadcast against x (Ioffe, Szegedy 2015).
    """
    graph = graph_of(x, mean, variance)
    with graph.as_default(), graph.name_scope(name or "batchnorm"):
        x = convert_to_tensor(x)
        inverse = rsqrt(
            convert_to_tensor(variance, None if isinstance(variance, Tensor) else x.dtype) + variance_epsilon
        )
        if scale is not None:
            inverse = inverse * scale
        return x * inverse + (-mean * inverse if offset is None else offset - mean * inverse)
