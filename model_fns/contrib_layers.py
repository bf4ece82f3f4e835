"""Layers under the names of `tf.contrib.layers`: relu and Xavier by default, variables called weights and biases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from model_fns.arg_scope import add_arg_scope
from model_fns.contrib_initializers import xavier_initializer
from model_fns.contrib_layer_parts import applied, finished, layer_scope
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.default_graph import add_to_collections
from model_fns.graph.keys import GraphKeys
from model_fns.graph.tensor import Tensor
from model_fns.initializers import zeros_initializer
from model_fns.layers.batch_normalization import BatchNormalization
from model_fns.layers.convolution import Conv1D, Conv2D
from model_fns.layers.dense import Dense
from model_fns.layers.dropout import Dropout
from model_fns.layers.flatten import flatten as flatten_layer
from model_fns.layers.layer import Layer
from model_fns.layers.pooling import AveragePooling2D, MaxPooling2D
from model_fns.name_scope import name_scope
from model_fns.named_outputs import collect_named_outputs
from model_fns.ops import embeddings, indexing
from model_fns.ops.activation import relu as relu_function
from model_fns.ops.arithmetic import cast
from model_fns.ops.control import control_dependencies, identity
from model_fns.ops.shaping import reshape, shape
from model_fns.variable_scope import get_variable, variable_scope

_ZEROS, _XAVIER = zeros_initializer(), xavier_initializer()
_CHANNELS = {"NHWC": "channels_last", "NCHW": "channels_first", "NWC": "channels_last", "NCW": "channels_first"}


@add_arg_scope
def fully_connected(
    inputs: Any,
    num_outputs: int,
    activation_fn: Any = relu_function,
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
    """activation_fn(inputs @ weights + biases), along the last axis.

    With a `normalizer_fn`, such as `batch_norm`, that is applied in place of the biases. No biases either if
    `biases_initializer` is None. Raises ValueError if num_outputs is no integer.
    """
    if not hasattr(num_outputs, "__index__"):
        raise ValueError(f"num_outputs type should be one of (int,), got {type(num_outputs)}")
    with layer_scope(scope, "fully_connected", inputs, reuse) as inside:
        layer = Dense(
            num_outputs,
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


relu = fully_connected
linear = partial(fully_connected, activation_fn=None)


@add_arg_scope
def convolution(
    inputs: Any,
    num_outputs: int,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str | None = None,
    rate: Any = 1,
    activation_fn: Any = relu_function,
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
    conv_dims: int | None = None,
) -> Tensor:
    """activation_fn(convolution(inputs, weights) + biases), of sequences (rank 3) or images (rank 4).

    `data_format` is NHWC (NWC) or NCHW (NCW). Normalizer and biases as in `fully_connected`. Raises ValueError for an
    unknown format, or inputs of another rank than conv_dims + 2.
    """
    inputs = convert_to_tensor(inputs)
    rank = inputs.shape.ndims
    if data_format not in (None, *_CHANNELS):
        raise ValueError(f"Invalid data_format: {data_format!r}")
    if conv_dims is not None and rank != conv_dims + 2:
        raise ValueError(f"Convolution expects input with rank {conv_dims + 2}, got {rank}")
    kinds: dict[int | None, Callable[..., Layer]] = {3: Conv1D, 4: Conv2D}
    if rank not in kinds:
        raise NotImplementedError(
            f"tf.contrib.layers.convolution: inputs of rank {rank} are not available; 3 and 4 are."
        )
    with layer_scope(scope, "Conv", inputs, reuse) as inside:
        layer = kinds[rank](
            num_outputs,
            kernel_size,
            strides=stride,
            padding=padding,
            data_format=_CHANNELS[data_format or "NHWC"],
            dilation_rate=rate,
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
def conv2d(
    inputs: Any,
    num_outputs: int,
    kernel_size: Any,
    stride: Any = 1,
    padding: str = "SAME",
    data_format: str | None = None,
    rate: Any = 1,
    activation_fn: Any = relu_function,
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
    """`convolution` of images."""
    return convolution(
        inputs,
        num_outputs,
        kernel_size,
        stride,
        padding,
        data_format,
        rate,
        activation_fn,
        normalizer_fn,
        normalizer_params,
        weights_initializer,
        weights_regularizer,
        biases_initializer,
        biases_regularizer,
        reuse,
        variables_collections,
        outputs_collections,
        trainable,
        scope,
        conv_dims=2,
    )


@add_arg_scope
def max_pool2d(
    inputs: Any,
    kernel_size: Any,
    stride: Any = 2,
    padding: str = "VALID",
    data_format: str = "NHWC",
    outputs_collections: Any = None,
    scope: str | None = None,
) -> Tensor:
    """The largest number in each window of each image."""
    return _pooled(
        MaxPooling2D, "MaxPool2D", inputs, kernel_size, stride, padding, data_format, outputs_collections, scope
    )


@add_arg_scope
def avg_pool2d(
    inputs: Any,
    kernel_size: Any,
    stride: Any = 2,
    padding: str = "VALID",
    data_format: str = "NHWC",
    outputs_collections: Any = None,
    scope: str | None = None,
) -> Tensor:
    """The mean of each window of each image."""
    return _pooled(
        AveragePooling2D, "AvgPool2D", inputs, kernel_size, stride, padding, data_format, outputs_collections, scope
    )


def _pooled(
    kind: Callable[..., Layer],
    default: str,
    inputs: Any,
    kernel_size: Any,
    stride: Any,
    padding: str,
    data_format: str,
    outputs_collections: Any,
    scope: str | None,
) -> Tensor:
    if data_format not in ("NCHW", "NHWC"):
        raise ValueError("data_format has to be either NCHW or NHWC.")
    with variable_scope(scope, default, [inputs]) as inside:
        layer = kind(kernel_size, stride, padding, _CHANNELS[data_format], name=inside.name, _scope=inside)
        outputs: Tensor = layer(inputs)
    return collect_named_outputs(outputs_collections, inside.name, outputs)


@add_arg_scope
def batch_norm(
    inputs: Any,
    decay: Any = 0.999,
    center: bool = True,
    scale: bool = False,
    epsilon: float = 0.001,
    activation_fn: Any = None,
    param_initializers: Mapping[str, Any] | None = None,
    param_regularizers: Mapping[str, Any] | None = None,
    updates_collections: Any = GraphKeys.UPDATE_OPS,
    is_training: Any = True,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    batch_weights: Any = None,
    fused: bool | None = None,
    data_format: str = "NHWC",
    zero_debias_moving_mean: bool = False,
    scope: Any = None,
    renorm: bool = False,
    renorm_clipping: Any = None,
    renorm_decay: float = 0.99,
    adjustment: Any = None,
) -> Tensor:
    """`tf.layers.batch_normalization` with other defaults: no gamma, momentum `decay`, and training unless told.

    Matrices are treated as images of one pixel, so the moving variance moves to the unbiased one for them, too. With
    `updates_collections=None` the moving averages are updated before the output can be used.
    """
    if batch_weights is not None or zero_debias_moving_mean:
        argument = "zero_debias_moving_mean" if batch_weights is None else "batch_weights"
        raise NotImplementedError(f"tf.contrib.layers.batch_norm: {argument} is not available.")
    initializers, regularizers = param_initializers or {}, param_regularizers or {}
    inputs = convert_to_tensor(inputs)
    as_image = inputs.shape.ndims == 2 and fused is not False and not renorm and adjustment is None
    with layer_scope(scope, "BatchNorm", inputs, reuse) as inside:
        images = reshape(inputs, [-1, 1, 1, inputs.shape[1].value]) if as_image else inputs
        layer = BatchNormalization(
            axis=1 if data_format.startswith("NC") and not as_image else -1,
            momentum=decay,
            epsilon=epsilon,
            center=center,
            scale=scale,
            **{f"{name}_initializer": value for name, value in initializers.items()},
            **{f"{name}_regularizer": value for name, value in regularizers.items()},
            renorm=renorm,
            renorm_clipping=renorm_clipping,
            renorm_momentum=renorm_decay,
            adjustment=adjustment,
            fused=fused,
            trainable=trainable,
            name=inside.name,
            _scope=inside,
            _reuse=reuse,
        )
        outputs = applied(layer, images, variables_collections, training=is_training)
        outputs = reshape(outputs, shape(inputs), "Reshape_1") if as_image else outputs
        if updates_collections != GraphKeys.UPDATE_OPS:
            outputs = _updated_elsewhere(layer, outputs, updates_collections)
        if activation_fn is not None:
            outputs = activation_fn(outputs)
    return collect_named_outputs(outputs_collections, inside.name, outputs)


def _updated_elsewhere(layer: Layer, outputs: Tensor, collections: Any) -> Tensor:
    """Takes the layer's updates out of UPDATE_OPS, into other collections or, with None, before the output."""
    kept = outputs.graph.get_collection_ref(GraphKeys.UPDATE_OPS)
    kept[:] = [item for item in kept if item not in layer.updates]
    if collections is None:
        with control_dependencies(layer.updates):
            return identity(outputs)
    for update in layer.updates:
        add_to_collections(collections, update)
    return outputs


@add_arg_scope
def dropout(
    inputs: Any,
    keep_prob: Any = 0.5,
    noise_shape: Any = None,
    is_training: Any = True,
    outputs_collections: Any = None,
    scope: str | None = None,
    seed: int | None = None,
) -> Tensor:
    """Keeps a share `keep_prob` of the input, scaled by 1 / keep_prob, while training; else the identity."""
    with variable_scope(scope, "Dropout", [inputs]) as inside:
        layer = Dropout(1 - keep_prob, noise_shape, seed, name=inside.name, _scope=inside)
        outputs: Tensor = layer(inputs, training=is_training)
    return collect_named_outputs(outputs_collections, inside.name, outputs)


@add_arg_scope
def flatten(inputs: Any, outputs_collections: Any = None, scope: str | None = None) -> Tensor:
    """[batch, ...] as [batch, the rest], in the name scope `scope` or `Flatten`."""
    with name_scope(scope, "Flatten", [inputs]) as inside:
        outputs: Tensor = flatten_layer(inputs)
    return collect_named_outputs(outputs_collections, inside, outputs)


@add_arg_scope
def one_hot_encoding(
    labels: Any,
    num_classes: int,
    on_value: Any = 1.0,
    off_value: Any = 0.0,
    outputs_collections: Any = None,
    scope: str | None = None,
) -> Tensor:
    """A row for each label, on_value at its class and off_value elsewhere."""
    with name_scope(scope, "OneHotEncoding", [labels, num_classes]) as inside:
        labels = convert_to_tensor(labels)
        labels = cast(labels, "int64") if labels.dtype == "int32" else labels
        outputs = indexing.one_hot(labels, num_classes, on_value, off_value)
    return collect_named_outputs(outputs_collections, inside, outputs)


def embed_sequence(
    ids: Any,
    vocab_size: int | None = None,
    embed_dim: int | None = None,
    unique: bool = False,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = True,
    scope: str | None = None,
    reuse: Any = None,
) -> Tensor:
    """The rows of a table `embeddings` [vocab_size, embed_dim] at `ids`. A new table needs both sizes (ValueError)."""
    if not (reuse or (vocab_size and embed_dim)):
        raise ValueError(
            "Must specify vocab size and embedding dimension when not reusing. "
            f"Got vocab_size={vocab_size} and embed_dim={embed_dim}"
        )
    with variable_scope(scope, "EmbedSequence", [ids], reuse=reuse):
        shape = [vocab_size, embed_dim] if vocab_size and embed_dim else None
        collections = [GraphKeys.GLOBAL_VARIABLES, GraphKeys.MODEL_VARIABLES]
        table = get_variable("embeddings", shape, None, initializer, regularizer, trainable, collections)
        return embeddings.embedding_lookup(table, ids)


@add_arg_scope
def stack(inputs: Any, layer: Callable[..., Any], stack_args: Any, **kwargs: Any) -> Any:
    """`layer` again and again, each time on what the last one made, with the next of `stack_args`.

    Its scopes are `<scope>/<last part of scope>_1`, `_2`, ...
    """
    kwargs.pop("reuse", None)
    with variable_scope(kwargs.pop("scope", None), "Stack", [inputs]) as inside:
        name = inside.name.rpartition("/")[2]
        for number, arguments in enumerate(stack_args, start=1):
            positional = arguments if isinstance(arguments, list | tuple) else [arguments]
            inputs = layer(inputs, *positional, scope=f"{name}_{number}", **kwargs)
    return inputs


@add_arg_scope
def repeat(inputs: Any, repetitions: int, layer: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """`layer` so many times, each time on what the last one made; its scopes are numbered."""
    scope = kwargs.pop("scope", None)
    name = scope or getattr(layer, "__name__", None) or getattr(getattr(layer, "func", None), "__name__", "repeat")
    with variable_scope(scope, "Repeat", [inputs]):
        for number in range(1, repetitions + 1):
            inputs = layer(inputs, *args, scope=f"{name}_{number}", **kwargs)
    return inputs
