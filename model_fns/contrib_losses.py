"""Losses as `tf.contrib.losses` and `tf.contrib.slim.losses` have them: predictions first, then labels."""

from __future__ import annotations

from typing import Any

from model_fns import losses as tensorflow_losses
from model_fns.graph.default_graph import add_to_collection, get_collection
from model_fns.graph.keys import GraphKeys
from model_fns.graph.tensor import Tensor


def absolute_difference(predictions: Any, labels: Any = None, weights: Any = 1.0, scope: str | None = None) -> Tensor:
    """The mean of |predictions - labels|."""
    return tensorflow_losses.absolute_difference(labels, predictions, weights, scope)


def mean_squared_error(predictions: Any, labels: Any = None, weights: Any = 1.0, scope: str | None = None) -> Tensor:
    """The mean of (predictions - labels)^2."""
    return tensorflow_losses.mean_squared_error(labels, predictions, weights, scope)


def cosine_distance(
    predictions: Any,
    labels: Any = None,
    axis: int | None = None,
    weights: Any = 1.0,
    scope: str | None = None,
    dim: int | None = None,
) -> Tensor:
    """1 - the cosine between predictions and labels, of length 1 both along `axis` (or `dim`)."""
    return tensorflow_losses.cosine_distance(labels, predictions, dim if axis is None else axis, weights, scope)


def hinge_loss(logits: Any, labels: Any = None, scope: str | None = None) -> Tensor:
    """max(0, 1 - (2 labels - 1) logits), elementwise: not reduced, and in no collection."""
    return tensorflow_losses.hinge_loss(
        labels, logits, 1.0, scope, loss_collection=None, reduction=tensorflow_losses.Reduction.NONE
    )


def log_loss(
    predictions: Any, labels: Any = None, weights: Any = 1.0, epsilon: float = 1e-7, scope: str | None = None
) -> Tensor:
    """The cross entropy of probabilities."""
    return tensorflow_losses.log_loss(labels, predictions, weights, epsilon, scope)


def sigmoid_cross_entropy(
    logits: Any, multi_class_labels: Any, weights: Any = 1.0, label_smoothing: float = 0, scope: str | None = None
) -> Tensor:
    """The cross entropy of independent truths, from logits."""
    return tensorflow_losses.sigmoid_cross_entropy(multi_class_labels, logits, weights, label_smoothing, scope)


def softmax_cross_entropy(
    logits: Any, onehot_labels: Any, weights: Any = 1.0, label_smoothing: float = 0, scope: str | None = None
) -> Tensor:
    """The cross entropy of one class of several, from logits and one-hot labels."""
    return tensorflow_losses.softmax_cross_entropy(onehot_labels, logits, weights, label_smoothing, scope)


def sparse_softmax_cross_entropy(logits: Any, labels: Any, weights: Any = 1.0, scope: str | None = None) -> Tensor:
    """The cross entropy of one class of several, from logits and the classes' numbers."""
    return tensorflow_losses.sparse_softmax_cross_entropy(labels, logits, weights, scope)


def compute_weighted_loss(losses: Any, weights: Any = 1.0, scope: str | None = None) -> Tensor:
    """The sum of losses times weights, over the number of weights that are not 0."""
    return tensorflow_losses.compute_weighted_loss(losses, weights, scope)


def add_loss(loss: Any, loss_collection: str | None = GraphKeys.LOSSES) -> None:
    """Makes a tensor one of the losses."""
    if loss_collection:
        add_to_collection(loss_collection, loss)


def get_losses(scope: str | None = None, loss_collection: str = GraphKeys.LOSSES) -> list[Any]:
    """The losses whose names begin with `scope`."""
    return list(get_collection(loss_collection, scope))


def get_regularization_losses(scope: str | None = None) -> list[Any]:
    """The penalties on weights whose names begin with `scope`."""
    return list(get_collection(GraphKeys.REGULARIZATION_LOSSES, scope))


def get_total_loss(add_regularization_losses: bool = True, name: str = "total_loss") -> Tensor:
    """The sum of all losses, with the penalties on weights unless told otherwise."""
    return tensorflow_losses.get_total_loss(add_regularization_losses, name)
