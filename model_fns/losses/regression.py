"""Losses of predicted numbers."""

from __future__ import annotations

from typing import Any

from model_fns.graph.keys import GraphKeys
from model_fns.graph.tensor import Tensor
from model_fns.losses.arguments import loss_scope, pair, require
from model_fns.losses.reduction import Reduction
from model_fns.losses.weighting import compute_weighted_loss
from model_fns.ops.arithmetic import abs as absolute
from model_fns.ops.arithmetic import minimum, squared_difference, subtract
from model_fns.ops.reduction import reduce_sum


def absolute_difference(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """|predictions - labels|, weighted and averaged. Both have one shape (ValueError)."""
    require(labels=labels, predictions=predictions)
    with loss_scope(scope, "absolute_difference", predictions, labels, weights) as entered:
        labels, predictions = pair(labels, predictions)
        losses = absolute(subtract(predictions, labels))
        return compute_weighted_loss(losses, weights, entered, loss_collection, reduction)


def mean_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """(predictions - labels)^2, weighted and averaged. Both have one shape (ValueError)."""
    require(labels=labels, predictions=predictions)
    with loss_scope(scope, "mean_squared_error", predictions, labels, weights) as entered:
        labels, predictions = pair(labels, predictions)
        losses = squared_difference(predictions, labels)
        return compute_weighted_loss(losses, weights, entered, loss_collection, reduction)


def huber_loss(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    delta: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """e^2 / 2 for errors e = |predictions - labels| up to `delta`, beyond it delta * e - delta^2 / 2 (Huber 1964)."""
    require(labels=labels, predictions=predictions)
    with loss_scope(scope, "huber_loss", predictions, labels, weights) as entered:
        labels, predictions = pair(labels, predictions)
        error = absolute(subtract(predictions, labels))
        quadratic = minimum(error, delta)
        losses = 0.5 * quadratic * quadratic + delta * (error - quadratic)
        return compute_weighted_loss(losses, weights, entered, loss_collection, reduction)


def cosine_distance(
    labels: Any,
    predictions: Any,
    axis: int | None = None,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
    dim: int | None = None,
) -> Tensor:
    """1 - sum(labels * predictions) along `axis`, weighted and averaged. Both have unit length along `axis`."""
    axis = dim if axis is None else axis
    if axis is None:
        raise ValueError("You must specify 'axis'.")
    require(labels=labels, predictions=predictions)
    with loss_scope(scope, "cosine_distance_loss", predictions, labels, weights) as entered:
        labels, predictions = pair(labels, predictions)
        losses = 1.0 - reduce_sum(predictions * labels, axis, True)
        return compute_weighted_loss(losses, weights, entered, loss_collection, reduction)
