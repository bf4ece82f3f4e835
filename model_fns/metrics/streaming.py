"""What every metric is made of: variables that sum up over batches, arguments brought into line, and TF1's pair."""

from __future__ import annotations

from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import DType, float32
from model_fns.graph.graph import get_default_graph
from model_fns.graph.keys import GraphKeys
from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Tensor
from model_fns.ops.arithmetic import cast
from model_fns.ops.comparison import greater, select
from model_fns.ops.shaping import broadcast_like, expand_dims, reshape, squeeze, zeros
from model_fns.variables import Variable

Pair = tuple[Tensor, Tensor]  # (value, update_op)

_NOT_BROADCASTABLE = "weights can not be broadcast to values."


def metric_variable(shape: Any, dtype: DType, name: str) -> Variable:
    """A variable of zeros in the collections LOCAL_VARIABLES and METRIC_VARIABLES, named under the name scope."""
    keys = [GraphKeys.LOCAL_VARIABLES, GraphKeys.METRIC_VARIABLES]
    return Variable(lambda: zeros(shape, dtype), trainable=False, collections=keys, name=name)


def published(value: Tensor, update_op: Tensor, values_to: Any, updates_to: Any) -> Pair:
    """The pair, each part added to the collections it is wanted in (None: in none)."""
    for keys, tensor in ((values_to, value), (updates_to, update_op)):
        if keys:
            get_default_graph().add_to_collections(keys, tensor)
    return value, update_op


def ratio(numerator: Any, denominator: Any, name: str | None = None) -> Tensor:
    """numerator / denominator, and 0 where the denominator is not above 0: the value before the first batch."""
    return select(greater(denominator, 0.0), numerator / denominator, 0.0, name)


def aligned(labels: Any, predictions: Any, weights: Any) -> tuple[Tensor, Tensor, Tensor | None]:
    """The three as tensors of one rank: a last axis of size 1 that only one has is removed, or given to `weights`.

    Raises ValueError if the shapes of labels and predictions do not agree.
    """
    labels, predictions = convert_to_tensor(labels), convert_to_tensor(predictions)
    labels, predictions = same_rank(labels, predictions)
    predictions.shape.assert_is_compatible_with(labels.shape)
    return labels, predictions, weights_like(weights, predictions)


def same_rank(left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
    """Both tensors; a last axis of size 1 that only one of them has is removed."""
    if left.dims is None or right.dims is None:
        return left, right
    surplus = len(left.dims) - len(right.dims)
    if surplus == 1 and left.shape[-1].is_compatible_with(1):
        return squeeze(left, [-1]), right
    if surplus == -1 and right.shape[-1].is_compatible_with(1):
        return left, squeeze(right, [-1])
    return left, right


def weights_like(weights: Any, values: Tensor) -> Tensor | None:
    """`weights` as float32 of the rank of `values` (a scalar stays one); None stays None."""
    if weights is None:
        return None
    weights = cast(convert_to_tensor(weights), float32)
    if weights.dims is None or values.dims is None or not weights.dims:
        return weights
    surplus = len(weights.dims) - len(values.dims)
    if surplus == 1:
        return squeeze(weights, [-1])
    return expand_dims(weights, -1) if surplus == -1 else weights


def weight_of_each(weights: Tensor, values: Tensor) -> Tensor:
    """`weights`, repeated so that every one of `values` has its own.

    Raises ValueError unless weights are a scalar, or of the rank of `values` with every size equal or 1.
    """
    if weights.dims is not None and values.dims is not None:
        _check_sizes(weights.shape, values.shape)
    return broadcast_like(weights, values)


def _check_sizes(weights: TensorShape, values: TensorShape) -> None:
    if weights.ndims == 0:
        return
    shapes = f"values.shape={values}. weights.shape={weights}."
    if weights.ndims != values.ndims:
        raise ValueError(f"{_NOT_BROADCASTABLE} values.rank={values.ndims}. weights.rank={weights.ndims}. {shapes}")
    for axis, (weight, value) in enumerate(zip(weights.as_list(), values.as_list(), strict=True)):
        if None not in (weight, value) and weight not in (1, value):
            raise ValueError(f"{_NOT_BROADCASTABLE} Mismatch at dim {axis}. {shapes}")


def flat(tensor: Tensor) -> Tensor:
    """The tensor as a vector."""
    return tensor if tensor.dims is not None and len(tensor.dims) == 1 else reshape(tensor, [-1])
