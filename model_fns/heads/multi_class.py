"""The head of one class out of three or more: softmax and its cross-entropy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, final

from model_fns.export_outputs import ExportOutput
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import string
from model_fns.graph.tensor import Tensor
from model_fns.heads.arguments import (
    check_loss_fn,
    check_loss_reduction,
    checked_labels,
    labels_in_range,
    losses_by,
    weights_of,
    with_axis_of,
)
from model_fns.heads.classes import classes_of, classification_outputs
from model_fns.heads.head import Head, LossSpec, weights_or_none
from model_fns.losses.classification import sparse_softmax_cross_entropy
from model_fns.losses.reduction import Reduction
from model_fns.losses.weighting import compute_weighted_loss
from model_fns.metrics.accuracy import accuracy
from model_fns.ops.shaping import expand_dims
from model_fns.ops.softmax import softmax
from model_fns.ops.vocabulary import vocabulary_ids


@final
class MultiClassHead(Head):
    """Predicts one of n_classes by softmax(logits), at the cost of its cross-entropy."""

    def __init__(
        self,
        n_classes: int,
        weight_column: Any = None,
        label_vocabulary: Any = None,
        loss_reduction: str = Reduction.SUM,
        loss_fn: Callable[..., Any] | None = None,
        name: str | None = None,
    ) -> None:
        if label_vocabulary is not None and not isinstance(label_vocabulary, list | tuple):
            raise ValueError(f"label_vocabulary should be a list or a tuple. Given type: {type(label_vocabulary)}")
        check_loss_reduction(loss_reduction)
        check_loss_fn(loss_fn)
        if n_classes is None:
            raise ValueError("n_classes cannot be None")
        if n_classes <= 2:
            raise ValueError(f"n_classes must be > 2: {n_classes}.")
        super().__init__(loss_reduction, name)
        self._n_classes, self._weight_column = n_classes, weight_column
        self._label_vocabulary, self._loss_fn = label_vocabulary, loss_fn

    @property
    def logits_dimension(self) -> int:
        return self._n_classes

    def predictions(self, logits: Tensor) -> dict[str, Tensor]:
        with logits.graph.name_scope("predictions"):
            classes = classes_of(logits, self._label_vocabulary)
            return {"logits": logits, "probabilities": softmax(logits, name="probabilities"), **classes}

    def export_outputs(self, predictions: dict[str, Tensor]) -> dict[str, ExportOutput]:
        return classification_outputs(predictions)

    def create_loss(self, features: Mapping[str, Any], mode: str, logits: Any, labels: Any) -> LossSpec:
        logits = convert_to_tensor(logits)
        labels = with_axis_of(self._label_ids(checked_labels(labels, logits, 1)), logits)
        if self._loss_fn is not None:
            losses = losses_by(self._loss_fn, labels, logits, features, 1)
        else:
            losses = expand_dims(sparse_softmax_cross_entropy(labels, logits, reduction=Reduction.NONE), -1)
        weights = weights_of(features, self._weight_column, logits)
        total = compute_weighted_loss(losses, weights, reduction=self._loss_reduction)
        return LossSpec(total, losses, weights, labels)

    def _label_ids(self, labels: Tensor) -> Tensor:
        if self._label_vocabulary is None:
            if not labels.dtype.is_integer:
                raise ValueError(f"Labels dtype should be integer. Instead got {labels.dtype}.")
            return labels_in_range(labels, self._n_classes)
        if labels.dtype != string:
            raise ValueError(f"Labels dtype should be string if there is a vocabulary. Instead got {labels.dtype}")
        return labels_in_range(vocabulary_ids(labels, self._label_vocabulary, name="class_id_lookup"), self._n_classes)

    def metrics(self, loss: LossSpec, predictions: dict[str, Tensor]) -> dict[str, Any]:
        labels, weights = loss.processed_labels, weights_or_none(loss)
        return {"accuracy": accuracy(labels, predictions["class_ids"], weights, name="accuracy")}


def multi_class_head(
    n_classes: int,
    weight_column: Any = None,
    label_vocabulary: Any = None,
    loss_reduction: str = Reduction.SUM_OVER_BATCH_SIZE,
    loss_fn: Callable[..., Any] | None = None,
    name: str | None = None,
) -> MultiClassHead:
    """The head of one class out of `n_classes`, three or more: softmax and its cross-entropy.

    Args:
      weight_column: the key of a feature, or a numeric_column, that holds the examples' weights.
      label_vocabulary: the classes' names, if labels are strings; else they are integers from 0.
      loss_reduction: how the examples' losses become one.
      loss_fn: function of labels, logits and perhaps features, in place of the cross-entropy; it returns [..., 1].
      name: name scope; it also follows the names of metrics.
    Raises ValueError for arguments that cannot be meant.
    """
    return MultiClassHead(n_classes, weight_column, label_vocabulary, loss_reduction, loss_fn, name)
