"""Convolutions under the names of `tf.contrib.layers` beside the plain one: transposed, and separable."""

from __future__ import annotations

from typing import Any

from model_fns.arg_scope import add_arg_scope
from model_fns.contrib_initializers import xavier_initializer
from model_fns.contrib_layer_parts import applied, finished, layer_scope
from model_fns.contrib_variables import model_variable
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.tensor import Tensor
from model_fns.initializers import zeros_initializer
from model_fns.layers.separable_convolution import SeparableConv2D
from model_fns.layers.sizes import size_tuple
from model_fns.layers.transposed_convolution import Conv2DTranspose
from model_fns.named_outputs import collect_named_outputs
from model_fns.ops.activation import relu
from model_fns.ops.bias import bias_add
from model_fns.ops.transposed_convolution import depthwise_conv2d

_ZEROS, _XAVIER = zeros_initializer(), xavier_initializer()
_CHANNELS = {"NHWC": "channels_last", "NCHW": "channels_first"}


@add_arg_scope
def conv2d_transpose(
    inputs: Any,
    num_outputs: int,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str = "NHWC",
    activation_fn: Any = relu,
    normalizer_fn: Any = None,
    normalizer_params: Any = None,
    weights_initializer: Any = _XAVIER,
    weights_regularizer: Any = None,
    biases_initializer: Any = _ZEROS,
    biases_regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Tensor:
    """activation_fn(transposed convolution(inputs, weights) + biases): images to larger ones.

    Normalizer and biases as in `fully_connected`. Raises ValueError for an unknown data_format.
    """
    _check(data_format)
    with layer_scope(scope, "Conv2d_transpose", inputs, reuse) as inside:
        layer = Conv2DTranspose(
            num_outputs,
            kernel_size,
            strides=stride,
            padding=padding,
            data_format=_CHANNELS[data_format],
            use_bias=not normalizer_fn and bool(biases_initializer),
            kernel_initializer=weights_initializer,
            bias_initializer=biases_initializer,
            kernel_regularizer=weights_regularizer,
            bias_regularizer=biases_regularizer,
            trainable=trainable,
            name=inside.name,
            _scope=inside,
            _reuse=reuse,
        )
        outputs = applied(layer, inputs, variables_collections)
        outputs = finished(outputs, normalizer_fn, normalizer_params, activation_fn)
    return collect_named_outputs(outputs_collections, inside.name, outputs)


@add_arg_scope
def separable_conv2d(
    inputs: Any,
    num_outputs: int | None,
    kernel_size: Any,
    depth_multiplier: int = 1,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str = "NHWC",
    rate: Any = 1,
    activation_fn: Any = relu,
    normalizer_fn: Any = None,
    normalizer_params: Any = None,
    weights_initializer: Any = _XAVIER,
    pointwise_initializer: Any = None,
    weights_regularizer: Any = None,
    biases_initializer: Any = _ZEROS,
    biases_regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    scope: Any = None,
) -> Tensor:
    """A convolution of each channel by itself, `depth_multiplier` ways, then one of 1x1 over all of them.

    Without num_outputs (None) there is no second one. Normalizer and biases as in `fully_connected`. Raises ValueError
    for an unknown data_format.
    """
    _check(data_format)
    inputs = convert_to_tensor(inputs)
    with layer_scope(scope, "SeparableConv2d", inputs, reuse) as inside:
        biased = not normalizer_fn and bool(biases_initializer)
        if num_outputs is None:
            channels = inputs.shape[3 if data_format == "NHWC" else 1].value
            shape = [*size_tuple(kernel_size, 2, "kernel_size"), channels, depth_multiplier]
            weights = model_variable("depthwise_weights", shape, inputs.dtype, weights_initializer, weights_regularizer)
            steps = size_tuple(stride, 2, "stride")
            strides = (1, *steps, 1) if data_format == "NHWC" else (1, 1, *steps)
            rates = size_tuple(rate, 2, "rate")
            outputs = depthwise_conv2d(inputs, weights, strides, padding, rates, data_format=data_format)
            if biased:
                width = [channels * depth_multiplier]
                biases = model_variable("biases", width, inputs.dtype, biases_initializer, biases_regularizer)
                outputs = bias_add(outputs, biases, data_format)
        else:
            layer = SeparableConv2D(
                num_outputs,
                kernel_size,
                strides=stride,
                padding=padding,
                data_format=_CHANNELS[data_format],
                dilation_rate=rate,
                depth_multiplier=depth_multiplier,
                use_bias=biased,
                depthwise_initializer=weights_initializer,
                pointwise_initializer=pointwise_initializer or weights_initializer,
                bias_initializer=biases_initializer,
                depthwise_regularizer=weights_regularizer,
                pointwise_regularizer=weights_regularizer,
                bias_regularizer=biases_regularizer,
                trainable=trainable,
                name=inside.name,
                _scope=inside,
                _reuse=reuse,
            )
            outputs = applied(layer, inputs, variables_collections)
        outputs = finished(outputs, normalizer_fn, normalizer_params, activation_fn)
    return collect_named_outputs(outputs_collections, inside.name, outputs)


def _check(data_format: str) -> None:
    if data_format not in _CHANNELS:
        raise ValueError("data_format has to be either NCHW or NHWC.")
