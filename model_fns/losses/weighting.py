"""Weights of losses, and their mean.

One difference from TensorFlow: float64 stays float64, where TensorFlow computes in float32.
"""

from __future__ import annotations

from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import may_equal
from model_fns.graph.dtypes import float32
from model_fns.graph.keys import GraphKeys
from model_fns.graph.tensor import Tensor
from model_fns.losses.arguments import loss_scope
from model_fns.losses.collection import add_loss
from model_fns.losses.reduction import Reduction
from model_fns.ops.arithmetic import cast, multiply
from model_fns.ops.comparison import equal, not_equal, select
from model_fns.ops.control import identity
from model_fns.ops.reduction import reduce_mean, reduce_sum
from model_fns.ops.shaping import ones_like


def compute_weighted_loss(
    losses: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """The `losses` times `weights`, reduced to a scalar (unless `reduction` is NONE) and added to `loss_collection`.

    `weights` are a number, or a tensor of the same rank as `losses` whose sizes are equal or 1.
    Raises ValueError for other weights or an unknown reduction.
    """
    Reduction.validate(reduction)
    with loss_scope(scope, "weighted_loss", losses, weights):
        losses = convert_to_tensor(losses)
        given, dtype = losses.dtype, losses.dtype if losses.dtype.is_floating else float32
        losses = cast(losses, dtype)
        if isinstance(weights, int | float) and weights == 1:
            loss = _plain(losses, reduction)
        else:
            loss = _weighted(losses, _weights_for(losses, weights), reduction)
        loss = cast(loss, given)
        add_loss(loss, loss_collection)
        return loss


def _plain(losses: Tensor, reduction: str) -> Tensor:
    """The common case, all weights 1: as few operations as possible."""
    if reduction == Reduction.NONE:
        return identity(losses, "Mul")
    if reduction == Reduction.SUM:
        return reduce_sum(losses, name="Sum")
    return reduce_mean(losses, name="value")


def _weighted(losses: Tensor, weights: Tensor, reduction: str) -> Tensor:
    weighted = multiply(losses, weights, "Mul")
    if reduction == Reduction.NONE:
        return weighted
    total = reduce_sum(weighted, name="Sum")
    if reduction == Reduction.SUM:
        return total
    if reduction == Reduction.SUM_OVER_BATCH_SIZE:
        count = reduce_sum(ones_like(losses))
    else:
        everywhere = weights + 0 * ones_like(losses)
        count = reduce_sum(everywhere if reduction == Reduction.MEAN else cast(not_equal(everywhere, 0), losses.dtype))
    return _quotient(total, count)


def _weights_for(losses: Tensor, weights: Any) -> Tensor:
    """`weights` as a tensor of the type of `losses`. ValueError unless its rank is 0 or that of `losses`."""
    weights = cast(convert_to_tensor(weights, name="weights"), losses.dtype)
    if losses.dims is not None and weights.dims is not None and len(weights.dims) not in (0, len(losses.dims)):
        raise ValueError(
            f"weights can not be broadcast to values. values.rank={len(losses.dims)}. "
            f"weights.rank={len(weights.dims)}. values.shape={losses.shape}. weights.shape={weights.shape}."
        )
    if losses.dims is not None and weights.dims:
        for size, wanted in zip(weights.dims, losses.dims, strict=True):
            if size != 1 and not may_equal(size, wanted):
                raise ValueError(
                    f"weights can not be broadcast to values. values.shape={losses.shape}. "
                    f"weights.shape={weights.shape}. Each size must be 1 or equal "
                    f"(losses '{losses.name}', weights '{weights.name}')."
                )
    return weights


def _quotient(total: Tensor, count: Tensor) -> Tensor:
    """total / count, but 0 where count is 0 - and so is the gradient there, hence the inner choice."""
    nothing = equal(count, 0)
    return select(nothing, 0.0, total / select(nothing, 1.0, count), "value")
