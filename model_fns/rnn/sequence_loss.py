"""The loss of a network that predicts a class for every step of a sequence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.graph import get_default_graph
from model_fns.graph.tensor import Tensor
from model_fns.ops.arithmetic import cast
from model_fns.ops.comparison import not_equal
from model_fns.ops.reduction import reduce_sum
from model_fns.ops.shaping import reshape, shape
from model_fns.ops.softmax import sparse_softmax_cross_entropy_with_logits
from model_fns.ops.special import div_no_nan


def sequence_loss(
    logits: Any,
    targets: Any,
    weights: Any,
    average_across_timesteps: bool = True,
    average_across_batch: bool = True,
    sum_over_timesteps: bool = False,
    sum_over_batch: bool = False,
    softmax_loss_function: Callable[..., Any] | None = None,
    name: str | None = None,
) -> Tensor:
    """The weighted cross entropy of logits [batch, time, classes] and targets int [batch, time].

    Args:
      weights: [batch, time].
      average_across_timesteps, average_across_batch: divide by the sum of the weights along the axis.
      sum_over_timesteps, sum_over_batch: divide by the number of weights that are not zero; not both for one axis.
      softmax_loss_function: a function of (labels, logits), flattened; by default the softmax's cross entropy.
    Raises ValueError for tensors of another rank, or if an axis is to be summed and averaged.
    """
    logits, targets, weights = convert_to_tensor(logits), convert_to_tensor(targets), convert_to_tensor(weights)
    for label, tensor, axes in (
        ("Logits", logits, "[batch_size x sequence_length x logits]"),
        ("Targets", targets, "[batch_size x sequence_length]"),
        ("Weights", weights, "[batch_size x sequence_length]"),
    ):
        if tensor.shape.ndims != axes.count(" x ") + 1:
            raise ValueError(f"{label} must be a {axes} tensor")
    if average_across_timesteps and sum_over_timesteps:
        raise ValueError("average_across_timesteps and sum_over_timesteps cannot be set to True at same time.")
    if average_across_batch and sum_over_batch:
        raise ValueError("average_across_batch and sum_over_batch cannot be set to True at same time.")
    with get_default_graph().name_scope(name or "sequence_loss"):
        flat = reshape(logits, [-1, shape(logits)[2]])
        labels = reshape(targets, [-1])
        function = softmax_loss_function or sparse_softmax_cross_entropy_with_logits
        losses = function(labels=labels, logits=flat) * reshape(weights, [-1])
        if average_across_timesteps and average_across_batch:
            return div_no_nan(reduce_sum(losses), reduce_sum(weights))
        if sum_over_timesteps and sum_over_batch:
            return div_no_nan(reduce_sum(losses), _count(weights, None))
        losses = reshape(losses, shape(logits)[0:2])
        if average_across_timesteps or average_across_batch:
            axis = 0 if average_across_batch else 1
            return div_no_nan(reduce_sum(losses, axis), reduce_sum(weights, axis))
        if sum_over_timesteps or sum_over_batch:
            axis = 0 if sum_over_batch else 1
            return div_no_nan(reduce_sum(losses, axis), _count(weights, axis))
        return losses


def _count(weights: Tensor, axis: int | None) -> Tensor:
    return reduce_sum(cast(not_equal(weights, 0), weights.dtype), axis)
