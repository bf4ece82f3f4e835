"""Convolution and pooling over one or two axes, whichever the input has."""

from __future__ import annotations

from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.tensor import Tensor
from model_fns.ops.convolution import conv2d
from model_fns.ops.joining import transpose
from model_fns.ops.pooling import avg_pool, max_pool
from model_fns.ops.shaping import expand_dims, squeeze
from model_fns.ops.sizes import known_rank
from model_fns.ops.transposed_convolution import conv1d

_FORMATS = {1: ("NWC", "NCW"), 2: ("NHWC", "NCHW")}


def convolution(
    input: Any,
    filter: Any,
    padding: str,
    strides: Any = None,
    dilation_rate: Any = None,
    name: str | None = None,
    data_format: str | None = None,
    filters: Any = None,
    dilations: Any = None,
) -> Tensor:
    """[batch, *space, channels] convolved with `filter` [*window, channels, outputs], over one or two axes of space.

    `strides` and `dilation_rate`: a number for each axis of space, default 1; not both above 1.
    """
    x = convert_to_tensor(input)
    kernel = filters if filter is None else filter
    weights = kernel if isinstance(kernel, Tensor) else convert_to_tensor(kernel, x.dtype)
    axes = known_rank(weights) - 2
    first = _channels_first(axes, data_format)
    steps = _for_each(strides, axes, "strides")
    rates = _for_each(dilations if dilation_rate is None else dilation_rate, axes, "dilation_rate")
    if max(steps) > 1 and max(rates) > 1:
        raise ValueError(f"strides > 1 not supported in conjunction with dilation_rate > 1: {steps}, {rates}")
    with x.graph.as_default(), x.graph.name_scope(name or "convolution"):
        if axes == 1:
            form = "NCW" if first else "NWC"
            return conv1d(x, weights, steps[0], padding, data_format=form, dilations=rates[0])
        moved = transpose(x, [0, 2, 3, 1]) if first else x
        made = conv2d(moved, weights, [1, *steps, 1], padding, dilations=[1, *rates, 1])
        return transpose(made, [0, 3, 1, 2]) if first else made


def pool(
    input: Any,
    window_shape: Any,
    pooling_type: str,
    padding: str,
    dilation_rate: Any = None,
    strides: Any = None,
    name: str | None = None,
    data_format: str | None = None,
    dilations: Any = None,
) -> Tensor:
    """The largest number ("MAX") or the mean ("AVG") of each window, over one or two axes of space."""
    x = convert_to_tensor(input)
    axes = len(window_shape)
    first = _channels_first(axes, data_format)
    if known_rank(x) != axes + 2:
        raise ValueError(f"input must have rank {axes + 2} for a window of {axes} axes, but has {known_rank(x)}")
    rates = _for_each(dilations if dilation_rate is None else dilation_rate, axes, "dilation_rate")
    if max(rates) > 1:
        raise NotImplementedError("tf.nn.pool: dilation_rate above 1 is not available.")
    if pooling_type not in ("MAX", "AVG"):
        raise ValueError(f"pooling_type must be 'MAX' or 'AVG', not {pooling_type!r}")
    kind = max_pool if pooling_type == "MAX" else avg_pool
    steps = _for_each(strides, axes, "strides")
    with x.graph.as_default(), x.graph.name_scope(name or f"{pooling_type.lower()}_pool"):
        return _pooled(kind, x, list(window_shape), steps, padding, first)


def max_pool1d(
    input: Any, ksize: Any, strides: Any, padding: str, data_format: str = "NWC", name: str | None = None
) -> Tensor:
    """The largest number in each window of `ksize` steps of [batch, steps, channels]."""
    return _pool1d(max_pool, input, ksize, strides, padding, data_format, name or "max_pool1d")


def avg_pool1d(
    input: Any, ksize: Any, strides: Any, padding: str, data_format: str = "NWC", name: str | None = None
) -> Tensor:
    """The mean of each window of `ksize` steps of [batch, steps, channels]."""
    return _pool1d(avg_pool, input, ksize, strides, padding, data_format, name or "avg_pool1d")


def _pool1d(kind: Any, input: Any, ksize: Any, strides: Any, padding: str, data_format: str, name: str) -> Tensor:
    x = convert_to_tensor(input)
    first = _channels_first(1, data_format)
    window, step = (_along(item, first) for item in (ksize, strides))
    with x.graph.as_default(), x.graph.name_scope(name):
        return _pooled(kind, x, [window], [step], padding, first)


def _along(value: Any, first: bool) -> int:
    """A number given alone, in a list of its own, or in one for all three axes."""
    items = [int(item) for item in value] if isinstance(value, list | tuple) else [int(value)]
    if len(items) not in (1, 3):
        raise ValueError(f"ksize and strides must have 1 or 3 numbers, not {len(items)}")
    return items[0] if len(items) == 1 else items[2 if first else 1]


def _pooled(kind: Any, x: Tensor, window: list[int], steps: list[int], padding: str, first: bool) -> Tensor:
    if len(window) == 1:
        image = expand_dims(transpose(x, [0, 2, 1]) if first else x, 1)
        made = squeeze(kind(image, [1, 1, *window, 1], [1, 1, *steps, 1], padding), [1])
        return transpose(made, [0, 2, 1]) if first else made
    image = transpose(x, [0, 2, 3, 1]) if first else x
    made = kind(image, [1, *window, 1], [1, *steps, 1], padding)
    return transpose(made, [0, 3, 1, 2]) if first else made


def _channels_first(axes: int, data_format: str | None) -> bool:
    if axes not in _FORMATS:
        raise NotImplementedError(f"Windows over {axes} axes are not available; over one or two they are.")
    last, first = _FORMATS[axes]
    if data_format not in (None, last, first):
        raise ValueError(f"data_format must be {last!r} or {first!r}, not {data_format!r}")
    return data_format == first


def _for_each(value: Any, axes: int, what: str) -> list[int]:
    numbers = [1] * axes if value is None else [int(item) for item in value]
    if len(numbers) != axes:
        raise ValueError(f"len({what})={len(numbers)} but should be {axes}")
    if min(numbers) < 1:
        raise ValueError(f"all values of {what} must be positive")
    return numbers
