"""Normalization and small layers under the names of `tf.contrib.layers`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from model_fns.arg_scope import add_arg_scope
from model_fns.contrib_variables import model_variable
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.tensor import Tensor
from model_fns.initializers import ones_initializer, zeros_initializer
from model_fns.named_outputs import collect_named_outputs
from model_fns.ops import bias
from model_fns.ops import softmax as softmax_ops
from model_fns.ops.arithmetic import maximum, square
from model_fns.ops.elementary import sqrt
from model_fns.ops.moments import batch_normalization, moments
from model_fns.ops.reduction import reduce_max, reduce_sum
from model_fns.ops.shaping import reshape, shape
from model_fns.variable_scope import variable_scope

_ZEROS, _ONES = zeros_initializer(), ones_initializer()
_LAYER_EPSILON = 1e-12


@add_arg_scope
def layer_norm(
    inputs: Any,
    center: bool = True,
    scale: bool = True,
    activation_fn: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    begin_norm_axis: int = 1,
    begin_params_axis: int = -1,
    scope: Any = None,
) -> Tensor:
    """Each example less its mean, over its standard deviation, times gamma, plus beta (Ba, Kiros, Hinton 2016).

    Args:
      begin_norm_axis: the first axis that mean and deviation are taken over.
      begin_params_axis: the first axis of `beta` and `gamma`, which have the inputs' sizes from there on.
    Raises ValueError if the rank or those sizes are not known.
    """
    inputs = convert_to_tensor(inputs)
    with variable_scope(scope, "LayerNorm", [inputs], reuse=reuse) as inside:
        rank = inputs.shape.ndims
        if rank is None:
            raise ValueError(f"Inputs {inputs.name} has undefined rank.")
        first = begin_norm_axis + rank if begin_norm_axis < 0 else begin_norm_axis
        if begin_params_axis >= rank or first >= rank:
            raise ValueError(
                f"begin_params_axis ({begin_params_axis}) and begin_norm_axis ({first}) must be < rank(inputs) ({rank})"
            )
        sizes = inputs.shape[begin_params_axis:]
        if not sizes.is_fully_defined():
            raise ValueError(
                f"Inputs {inputs.name}: shape(inputs)[{begin_params_axis}:] is not fully defined: {inputs.shape}"
            )
        beta, gamma = _beta_and_gamma(sizes, inputs.dtype, center, scale, {}, variables_collections, trainable)
        mean, variance = moments(inputs, range(first, rank), keep_dims=True)
        outputs = batch_normalization(inputs, mean, variance, beta, gamma, _LAYER_EPSILON)
        outputs = outputs if activation_fn is None else activation_fn(outputs)
    return collect_named_outputs(outputs_collections, inside.name, outputs)


@add_arg_scope
def instance_norm(
    inputs: Any,
    center: bool = True,
    scale: bool = True,
    epsilon: float = 1e-6,
    activation_fn: Any = None,
    param_initializers: Mapping[str, Any] | None = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    data_format: str = "NHWC",
    scope: Any = None,
) -> Tensor:
    """Each channel of each image less its mean, over its standard deviation, times gamma, plus beta.

    Raises ValueError for an unknown data_format, or if the number of channels is not known.
    """
    inputs = convert_to_tensor(inputs)
    if data_format not in ("NCHW", "NHWC"):
        raise ValueError("data_format has to be either NCHW or NHWC.")
    with variable_scope(scope, "InstanceNorm", [inputs], reuse=reuse) as inside:
        rank = inputs.shape.ndims
        if rank is None:
            raise ValueError(f"Inputs {inputs.name} has undefined rank.")
        axis = 1 if data_format == "NCHW" else rank - 1
        channels = inputs.shape[axis].value
        if channels is None:
            raise ValueError(f"Inputs {inputs.name} has undefined channels dimension {inputs.shape[axis]}.")
        beta, gamma = _beta_and_gamma(
            [channels], inputs.dtype, center, scale, param_initializers or {}, variables_collections, trainable
        )
        if data_format == "NCHW":
            spread = [channels] + [1] * (rank - 2)
            beta, gamma = (item if item is None else reshape(item, spread) for item in (beta, gamma))
        axes = [place for place in range(1, rank) if place != axis]
        mean, variance = moments(inputs, axes, keep_dims=True)
        outputs = batch_normalization(inputs, mean, variance, beta, gamma, epsilon)
        outputs = outputs if activation_fn is None else activation_fn(outputs)
    return collect_named_outputs(outputs_collections, inside.name, outputs)


@add_arg_scope
def bias_add(
    inputs: Any,
    activation_fn: Any = None,
    initializer: Any = _ZEROS,
    regularizer: Any = None,
    reuse: Any = None,
    variables_collections: Any = None,
    outputs_collections: Any = None,
    trainable: bool = True,
    data_format: str = "NHWC",
    scope: Any = None,
) -> Tensor:
    """activation_fn(inputs + biases), with a bias for each channel. ValueError if their number is not known."""
    inputs = convert_to_tensor(inputs)
    with variable_scope(scope, "BiasAdd", [inputs], reuse=reuse) as inside:
        channels = inputs.shape[1 if data_format == "NCHW" else -1].value
        if channels is None:
            raise ValueError("`C` dimension must be known but is None")
        biases = model_variable(
            "biases", [channels], inputs.dtype, initializer, regularizer, trainable, variables_collections
        )
        outputs = bias.bias_add(inputs, biases, data_format)
        outputs = outputs if activation_fn is None else activation_fn(outputs)
    return collect_named_outputs(outputs_collections, inside.name, outputs)


@add_arg_scope
def softmax(logits: Any, scope: Any = None) -> Tensor:
    """The softmax along the last axis, whose size must be known."""
    logits = convert_to_tensor(logits)
    with variable_scope(scope, "softmax", [logits]):
        flat = reshape(logits, [-1, logits.shape[-1].value])
        return reshape(softmax_ops.softmax(flat), shape(logits))


@add_arg_scope
def maxout(inputs: Any, num_units: int, axis: int = -1, scope: Any = None) -> Tensor:
    """The largest of each group of channels, `num_units` groups. ValueError if the channels cannot be divided so."""
    inputs = convert_to_tensor(inputs)
    with variable_scope(scope, "MaxOut", [inputs]):
        sizes, axis = shape(inputs), axis + len(inputs.shape) if axis < 0 else axis
        channels = inputs.shape[axis].value
        if channels % num_units:
            raise ValueError(f"number of features({channels}) is not a multiple of num_units({num_units})")
        kept = [inputs.shape[i].value or sizes[i] for i in range(len(inputs.shape))]
        grouped = reshape(inputs, [*kept[:axis], num_units, channels // num_units, *kept[axis + 1 :]])
        return reduce_max(grouped, axis + 1)


@add_arg_scope
def unit_norm(inputs: Any, dim: int, epsilon: float = 1e-7, scope: Any = None) -> Tensor:
    """The inputs over their length along axis `dim`. ValueError for an axis that is not there."""
    inputs = convert_to_tensor(inputs)
    with variable_scope(scope, "UnitNorm", [inputs]):
        if not inputs.shape:
            raise ValueError("The input rank must be known.")
        if not 0 <= dim < len(inputs.shape):
            raise ValueError("dim must be positive but smaller than the input rank.")
        return inputs / maximum(sqrt(reduce_sum(square(inputs), dim, True)), epsilon)


def _beta_and_gamma(
    sizes: Any, dtype: Any, center: bool, scale: bool, initializers: Mapping[str, Any], collections: Any, train: bool
) -> tuple[Any, Any]:
    wanted = {"beta": center, "gamma": scale}
    beta, gamma = (
        model_variable(name, sizes, dtype, initializers.get(name, start), trainable=train, collections=collections)
        if wanted[name]
        else None
        for name, start in (("beta", _ZEROS), ("gamma", _ONES))
    )
    return beta, gamma
