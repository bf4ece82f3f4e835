"""Normalization as TensorFlow's older functions do it, and statistics of tensors."""

from __future__ import annotations

import math
from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import float16, float32
from model_fns.graph.tensor import Tensor
from model_fns.ops.activation import relu
from model_fns.ops.apply import apply, graph_of
from model_fns.ops.arithmetic import cast, divide, maximum, multiply, negative, pow, square, squared_difference
from model_fns.ops.comparison import greater_equal, less_equal, logical_and, select
from model_fns.ops.control import identity
from model_fns.ops.convolution import channels_last
from model_fns.ops.elementary import exp, log, sqrt
from model_fns.ops.joining import concat, transpose
from model_fns.ops.moments import batch_normalization, moments
from model_fns.ops.reduction import reduce_mean, reduce_sum
from model_fns.ops.shaping import SizeRatio, ones_like, zeros_like
from model_fns.ops.sizes import known_rank
from model_fns.ops.slicing import Pad


def local_response_normalization(
    input: Any, depth_radius: int = 5, bias: float = 1, alpha: float = 1, beta: float = 0.5, name: str | None = None
) -> Tensor:
    """x / (bias + alpha * sum of squares of the channels up to `depth_radius` away) ^ beta, on [batch, h, w, channels].

    Krizhevsky, Sutskever, Hinton 2012.
    """
    x = convert_to_tensor(input)
    if known_rank(x) != 4:
        raise ValueError(f"Shape must be rank 4 but is rank {known_rank(x)}")
    with x.graph.as_default(), x.graph.name_scope(name or "LRN") as scope:
        channels = x.shape[3].value
        if channels is None:
            raise ValueError("The channel dimension of the inputs should be defined. Found `None`.")
        radius = min(int(depth_radius), channels - 1)
        around = apply(Pad(((0, 0), (0, 0), (0, 0), (radius, radius))), x=square(x))
        total = around[..., :channels]
        for offset in range(1, 2 * radius + 1):
            total = total + around[..., offset : offset + channels]
        return divide(x, pow(bias + alpha * total, beta), scope)


def fused_batch_norm(
    x: Any,
    scale: Any,
    offset: Any,
    mean: Any = None,
    variance: Any = None,
    epsilon: float = 0.001,
    data_format: str = "NHWC",
    is_training: bool = True,
    name: str | None = None,
) -> tuple[Tensor, Tensor, Tensor]:
    """Images normalized channel by channel, and the mean and (unbiased) variance, of the batch while training.

    Otherwise `mean` and `variance` serve and are returned.
    """
    images = convert_to_tensor(x)
    if is_training and (mean is not None or variance is not None):
        raise ValueError("Both 'mean' and 'variance' must be None if is_training is True.")
    if not is_training and (mean is None or variance is None):
        raise ValueError("Both 'mean' and 'variance' must be given if is_training is False.")
    with images.graph.as_default(), images.graph.name_scope(name or "FusedBatchNorm"):
        last = channels_last(images, data_format)
        if images.dtype == float16:  # the images alone; what they are normalized by is float32
            last = cast(last, float32)
        epsilon = max(epsilon, 1.001e-5)
        if is_training:
            mean, spread = moments(last, [0, 1, 2])
            count = apply(SizeRatio(spread.dtype), x=last, y=spread)
            variance = spread * (count / maximum(count - 1, 1.0))
        else:
            mean, spread = convert_to_tensor(mean), convert_to_tensor(variance)
            variance = spread
        made = cast(batch_normalization(last, mean, spread, offset, scale, epsilon), images.dtype)
        return (transpose(made, [0, 3, 1, 2]) if data_format == "NCHW" else made), identity(mean), identity(variance)


def crelu(features: Any, name: str | None = None, axis: int = -1) -> Tensor:
    """relu of `features` and of their negative, one after the other along `axis` (Shang et al. 2016)."""
    x = convert_to_tensor(features, name="features")
    with x.graph.as_default(), x.graph.name_scope(name or "CRelu"):
        return relu(concat([x, negative(x)], axis))


def log_poisson_loss(targets: Any, log_input: Any, compute_full_loss: bool = False, name: str | None = None) -> Tensor:
    """exp(log_input) - targets * log_input: minus the log-likelihood of a Poisson distribution, without a constant.

    `compute_full_loss` adds Stirling's approximation of log(targets!) where targets are above 1.
    """
    graph = graph_of(log_input, targets)
    with graph.as_default(), graph.name_scope(name or "log_poisson_loss"):
        log_input = convert_to_tensor(log_input, name="log_input")
        targets = convert_to_tensor(targets, None if isinstance(targets, Tensor) else log_input.dtype, "targets")
        if not targets.shape.is_compatible_with(log_input.shape):
            raise ValueError(f"log_input and targets must have the same shape ({log_input.shape} vs {targets.shape})")
        result = exp(log_input) - log_input * targets
        if not compute_full_loss:
            return result
        small = logical_and(greater_equal(targets, zeros_like(targets)), less_equal(targets, ones_like(targets)))
        safe = select(small, ones_like(targets), targets)
        stirling = safe * log(safe) - safe + 0.5 * log(2 * math.pi * safe)
        return result + select(small, zeros_like(targets), stirling)


def reduce_variance(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Tensor:
    """The mean squared deviation from the mean along `axis`."""
    x = convert_to_tensor(input_tensor)
    with x.graph.as_default(), x.graph.name_scope(name or "reduce_variance"):
        return reduce_mean(squared_difference(x, reduce_mean(x, axis, True)), axis, keepdims)


def reduce_std(input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None) -> Tensor:
    """The root of `reduce_variance`."""
    x = convert_to_tensor(input_tensor)
    with x.graph.as_default(), x.graph.name_scope(name or "reduce_std"):
        return sqrt(reduce_variance(x, axis, keepdims))


def reduce_euclidean_norm(
    input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
) -> Tensor:
    """The root of the sum of squares along `axis`."""
    x = convert_to_tensor(input_tensor)
    with x.graph.as_default(), x.graph.name_scope(name or "EuclideanNorm") as scope:
        return sqrt(reduce_sum(square(x), axis, keepdims), scope)


def weighted_moments(
    x: Any, axes: Any, frequency_weights: Any, name: str | None = None, keep_dims: Any = None, keepdims: Any = None
) -> tuple[Tensor, Tensor]:
    """Mean and variance along `axes`, each element counting as much as its weight says (weights broadcast)."""
    kept = bool(keep_dims if keepdims is None else keepdims)
    x = convert_to_tensor(x, name="x")
    with x.graph.as_default(), x.graph.name_scope(name or "weighted_moments"):
        weights = convert_to_tensor(frequency_weights, None if isinstance(frequency_weights, Tensor) else x.dtype)
        weights = weights + zeros_like(x)
        total = reduce_sum(weights, axes, True)
        mean = reduce_sum(weights * x, axes, True) / total
        variance = reduce_sum(multiply(weights, squared_difference(x, mean)), axes, True) / total
        if kept:
            return mean, variance
        return reduce_sum(mean, axes), reduce_sum(variance, axes)  # over axes of size 1
