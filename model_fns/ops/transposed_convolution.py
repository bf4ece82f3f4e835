"""Convolutions made of the plain one: of sequences, transposed, dilated, of each channel by itself, separable."""

from __future__ import annotations

from typing import Any

import numpy as np

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply, dtype_of
from model_fns.ops.convolution import (
    Conv2DBackpropFilter,
    Conv2DBackpropInput,
    channels_last,
    checked_padding,
    conv2d,
    output_size,
    spatial_pair,
)
from model_fns.ops.joining import transpose
from model_fns.ops.shaping import expand_dims, fill, reshape, size_vector, squeeze


def conv1d(
    value: Any = None,
    filters: Any = None,
    stride: Any = None,
    padding: Any = None,
    use_cudnn_on_gpu: Any = None,
    data_format: str | None = None,
    name: str | None = None,
    input: Any = None,
    dilations: Any = None,
) -> Tensor:
    """Sequences [batch, steps, channels] convolved with `filters` [window, channels, outputs]."""
    source = input if value is None else value
    x = convert_to_tensor(source, None if isinstance(source, Tensor) else dtype_of(filters))
    weights = convert_to_tensor(filters, None if isinstance(filters, Tensor) else x.dtype)
    first = data_format in ("NCW", "NCHW")
    if not (first or data_format in (None, "NWC", "NHWC")):
        raise ValueError("data_format must be 'NWC' or 'NCW'.")
    step, rate = _along(stride, first), _along(1 if dilations is None else dilations, first)
    with x.graph.as_default(), x.graph.name_scope(name or "conv1d"):
        steps = transpose(x, [0, 2, 1]) if first else x
        image = conv2d(
            expand_dims(steps, 1), expand_dims(weights, 0), (1, 1, step, 1), padding, dilations=(1, 1, rate, 1)
        )
        result = squeeze(image, [1])
        return transpose(result, [0, 2, 1]) if first else result


def _along(value: Any, first: bool) -> int:
    """A stride of a sequence, from one number or a list of one or three."""
    items = [value] if isinstance(value, int | np.integer) else list(value)
    return int(items[0] if len(items) == 1 else items[2 if first else 1])


def conv2d_transpose(
    value: Any = None,
    filter: Any = None,
    output_shape: Any = None,
    strides: Any = None,
    padding: Any = "SAME",
    data_format: str = "NHWC",
    name: str | None = None,
    input: Any = None,
    filters: Any = None,
    dilations: Any = None,
) -> Tensor:
    """The adjoint of a convolution: `value` [batch, h, w, channels] to `output_shape` [batch, H, W, outputs].

    `filter` is [height, width, outputs, channels]. ValueError if a convolution of the output has another size.
    """
    if dilations is not None and set(np.ravel(dilations)) != {1}:
        raise NotImplementedError("tf.nn.conv2d_transpose: dilations above 1 are not available.")
    source, kernel = input if value is None else value, filters if filter is None else filter
    x = convert_to_tensor(source, None if isinstance(source, Tensor) else dtype_of(kernel), "value")
    weights = convert_to_tensor(kernel, None if isinstance(kernel, Tensor) else x.dtype, "filter")
    with x.graph.as_default(), x.graph.name_scope(name or "conv2d_transpose") as scope:
        sizes = list(output_shape) if isinstance(output_shape, list | tuple) else output_shape
        if data_format == "NCHW":
            sizes = [sizes[0], sizes[2], sizes[3], sizes[1]]
        kind = Conv2DBackpropInput(spatial_pair(strides, "strides", data_format), checked_padding(padding))
        like = fill(size_vector(sizes), convert_to_tensor(np.zeros((), x.dtype.as_numpy_dtype)))
        check_transposed(like, channels_last(x, data_format), weights, kind)
        if data_format == "NHWC":
            return apply(kind, scope, dy=x, weights=weights, like=like)
        return transpose(apply(kind, dy=channels_last(x, data_format), weights=weights, like=like), [0, 3, 1, 2], scope)


def check_transposed(like: Tensor, x: Tensor, weights: Tensor, kind: Conv2DBackpropInput) -> None:
    """ValueError unless a convolution of `like` has the shape of `x`."""
    for axis in (0, 1):
        size, window = like.shape[axis + 1].value, weights.shape[axis].value
        if size is None or window is None:
            continue
        expected, got = output_size(size, window, kind.strides[axis], kind.padding), x.shape[axis + 1].value
        if got not in (None, expected):
            raise ValueError(
                f"output_shape does not match: a convolution of {like.shape} gives the size {expected} where the input "
                f"has {got}"
            )
    for what, a, b in (("output_shape", like.shape[3], weights.shape[2]), ("input", x.shape[3], weights.shape[3])):
        if not a.is_compatible_with(b):
            raise ValueError(f"{what} does not match filter's number of channels: {a} != {b}")


def depthwise_conv2d(
    input: Any,
    filter: Any,
    strides: Any,
    padding: Any,
    rate: Any = None,
    name: str | None = None,
    data_format: str | None = None,
    dilations: Any = None,
) -> Tensor:
    """Each channel convolved by itself: filter [height, width, channels, multiplier], output channels * multiplier.

    Computed as a convolution whose weights between different channels are 0.
    """
    x = convert_to_tensor(input, None if isinstance(input, Tensor) else dtype_of(filter))
    weights = convert_to_tensor(filter, None if isinstance(filter, Tensor) else x.dtype)
    layout = data_format or "NHWC"
    rates = spatial_pair(1 if rate is None else rate, "rate")
    if dilations is not None:
        rates = spatial_pair(dilations, "dilations", layout)
    with x.graph.as_default(), x.graph.name_scope(name or "depthwise") as scope:
        dilated = (1, 1, *rates) if layout == "NCHW" else (1, *rates, 1)
        return conv2d(x, _block_diagonal(weights), strides, padding, data_format=layout, dilations=dilated, name=scope)


def depthwise_conv2d_native(
    input: Any,
    filter: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    dilations: Any = (1, 1, 1, 1),
    name: str | None = None,
) -> Tensor:
    """`depthwise_conv2d` under the name of its kernel."""
    name = name or "DepthwiseConv2dNative"
    return depthwise_conv2d(input, filter, strides, padding, None, name, data_format, dilations)


def _block_diagonal(weights: Tensor) -> Tensor:
    """[height, width, channels, multiplier] as [height, width, channels, channels * multiplier]."""
    height, width, channels, multiplier = weights.shape.as_list()
    if height is None or width is None or channels is None or multiplier is None:
        raise ValueError(
            f"The sizes of the filter must be known when the graph is built, but they are {weights.shape}."
        )
    own = np.eye(channels, dtype=weights.dtype.as_numpy_dtype)[None, None, :, :, None]
    return reshape(expand_dims(weights, 3) * own, [height, width, channels, channels * multiplier])


def separable_conv2d(
    input: Any,
    depthwise_filter: Any,
    pointwise_filter: Any,
    strides: Any,
    padding: Any,
    rate: Any = None,
    name: str | None = None,
    data_format: str | None = None,
    dilations: Any = None,
) -> Tensor:
    """A depthwise convolution, then one of pixels: `pointwise_filter` is [1, 1, channels * multiplier, outputs]."""
    x = convert_to_tensor(input, None if isinstance(input, Tensor) else dtype_of(depthwise_filter))
    with x.graph.as_default(), x.graph.name_scope(name or "separable_conv2d") as scope:
        inner = depthwise_conv2d(x, depthwise_filter, strides, padding, rate, "depthwise", data_format, dilations)
        return conv2d(inner, pointwise_filter, 1, "VALID", data_format=data_format or "NHWC", name=scope)


def atrous_conv2d(value: Any, filters: Any, rate: int, padding: Any, name: str | None = None) -> Tensor:
    """A convolution whose weights stand `rate` pixels apart."""
    if int(rate) < 1:
        raise ValueError(f"rate {rate} cannot be less than one")
    return conv2d(value, filters, 1, padding, dilations=(1, int(rate), int(rate), 1), name=name or "atrous_conv2d")


def conv2d_backprop_input(
    input_sizes: Any,
    filter: Any = None,
    out_backprop: Any = None,
    strides: Any = None,
    padding: Any = None,
    use_cudnn_on_gpu: bool = True,
    data_format: str = "NHWC",
    dilations: Any = (1, 1, 1, 1),
    name: str | None = None,
    filters: Any = None,
) -> Tensor:
    """The gradient of `conv2d` by its input."""
    kernel = filters if filter is None else filter
    return conv2d_transpose(
        out_backprop,
        kernel,
        input_sizes,
        strides,
        padding,
        data_format,
        name or "Conv2DBackpropInput",
        None,
        None,
        dilations,
    )


def conv2d_backprop_filter(
    input: Any,
    filter_sizes: Any,
    out_backprop: Any,
    strides: Any,
    padding: Any,
    use_cudnn_on_gpu: bool = True,
    data_format: str = "NHWC",
    dilations: Any = (1, 1, 1, 1),
    name: str | None = None,
) -> Tensor:
    """The gradient of `conv2d` by its filter."""
    if set(np.ravel(dilations)) != {1}:
        raise NotImplementedError("tf.nn.conv2d_backprop_filter: dilations above 1 are not available.")
    x, dy = convert_to_tensor(input), convert_to_tensor(out_backprop)
    kind = Conv2DBackpropFilter(spatial_pair(strides, "strides", data_format), checked_padding(padding))
    with x.graph.as_default(), x.graph.name_scope(name or "Conv2DBackpropFilter") as scope:
        like = fill(size_vector(filter_sizes), convert_to_tensor(np.zeros((), x.dtype.as_numpy_dtype)))
        return apply(kind, scope, x=channels_last(x, data_format), dy=channels_last(dy, data_format), like=like)
