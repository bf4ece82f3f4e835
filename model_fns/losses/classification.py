"""Losses of predicted classes."""

from __future__ import annotations

from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.keys import GraphKeys
from model_fns.graph.tensor import Tensor
from model_fns.losses.arguments import loss_scope, pair, require
from model_fns.losses.reduction import Reduction
from model_fns.losses.weighting import compute_weighted_loss
from model_fns.ops.activation import relu
from model_fns.ops.arithmetic import cast
from model_fns.ops.control import stop_gradient
from model_fns.ops.elementary import log
from model_fns.ops.shaping import shape, squeeze
from model_fns.ops.softmax import (
    sigmoid_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits_v2,
    sparse_softmax_cross_entropy_with_logits,
)


def sigmoid_cross_entropy(
    multi_class_labels: Any,
    logits: Any,
    weights: Any = 1.0,
    label_smoothing: float = 0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """The cross-entropy of sigmoid(logits) against labels in [0, 1], elementwise, weighted and averaged.

    `label_smoothing` s moves the labels towards 1/2: labels * (1 - s) + s / 2.
    """
    require(multi_class_labels=multi_class_labels, logits=logits)
    with loss_scope(scope, "sigmoid_cross_entropy_loss", logits, multi_class_labels, weights) as entered:
        labels, logits = pair(multi_class_labels, logits)
        if label_smoothing > 0:
            labels = labels * (1 - label_smoothing) + 0.5 * label_smoothing
        losses = sigmoid_cross_entropy_with_logits(labels=labels, logits=logits, name="xentropy")
        return compute_weighted_loss(losses, weights, entered, loss_collection, reduction)


def softmax_cross_entropy(
    onehot_labels: Any,
    logits: Any,
    weights: Any = 1.0,
    label_smoothing: float = 0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """The cross-entropy of softmax(logits) against distributions, row by row, weighted and averaged.

    `onehot_labels` and `logits` are [..., classes], `weights` a number or [...]. `label_smoothing` s moves the labels
    towards equal shares: labels * (1 - s) + s / classes. No gradient flows into the labels.
    """
    require(onehot_labels=onehot_labels, logits=logits)
    with loss_scope(scope, "softmax_cross_entropy_loss", logits, onehot_labels, weights) as entered:
        labels, logits = pair(onehot_labels, logits)
        if label_smoothing > 0:
            known = labels.shape[-1].value
            classes = cast(shape(labels)[-1], labels.dtype) if known is None else known
            labels = labels * (1.0 - label_smoothing) + label_smoothing / classes
        labels = stop_gradient(labels, name="labels_stop_gradient")
        losses = softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits, name="xentropy")
        return compute_weighted_loss(losses, weights, entered, loss_collection, reduction)


def sparse_softmax_cross_entropy(
    labels: Any,
    logits: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """The cross-entropy of softmax(logits) against class numbers, row by row, weighted and averaged.

    `logits` are [..., classes]; `labels` (int32 or int64) and `weights` [...], or with one more axis of size 1.
    Raises ValueError if the ranks do not fit; a label out of range is an InvalidArgumentError when the graph runs.
    """
    require(labels=labels, logits=logits)
    with loss_scope(scope, "sparse_softmax_cross_entropy_loss", logits, labels, weights) as entered:
        labels, logits = convert_to_tensor(labels), convert_to_tensor(logits)
        if labels.dims is not None and logits.dims is not None and len(labels.dims) == len(logits.dims):
            labels = squeeze(labels, [-1])
        if not isinstance(weights, int | float):
            weights = convert_to_tensor(weights)
            if weights.dims is not None and labels.dims is not None and len(weights.dims) == len(labels.dims) + 1:
                weights = squeeze(weights, [-1])
        losses = sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits, name="xentropy")
        return compute_weighted_loss(losses, weights, entered, loss_collection, reduction)


def hinge_loss(
    labels: Any,
    logits: Any,
    weights: Any = 1.0,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """max(0, 1 - y * logits) with y = -1 for the label 0 and y = 1 for the label 1, weighted and averaged."""
    require(labels=labels, logits=logits)
    with loss_scope(scope, "hinge_loss", logits, labels, weights) as entered:
        labels, logits = pair(labels, logits)
        losses = relu(1.0 - (2.0 * labels - 1.0) * logits)
        return compute_weighted_loss(losses, weights, entered, loss_collection, reduction)


def log_loss(
    labels: Any,
    predictions: Any,
    weights: Any = 1.0,
    epsilon: float = 1e-7,
    scope: str | None = None,
    loss_collection: str | None = GraphKeys.LOSSES,
    reduction: str = Reduction.SUM_BY_NONZERO_WEIGHTS,
) -> Tensor:
    """-labels * log(predictions) - (1 - labels) * log(1 - predictions), `epsilon` added inside the logarithms."""
    require(labels=labels, predictions=predictions)
    with loss_scope(scope, "log_loss", predictions, labels, weights) as entered:
        labels, predictions = pair(labels, predictions)
        losses = -labels * log(predictions + epsilon) - (1.0 - labels) * log(1.0 - predictions + epsilon)
        return compute_weighted_loss(losses, weights, entered, loss_collection, reduction)
