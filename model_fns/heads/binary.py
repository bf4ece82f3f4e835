"""The head of one class out of two: the logistic function and its cross-entropy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, final

from model_fns.export_outputs import ExportOutput, RegressionOutput
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import float32, string
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
from model_fns.losses.reduction import Reduction
from model_fns.losses.weighting import compute_weighted_loss
from model_fns.metrics.accuracy import accuracy
from model_fns.metrics.auc import auc
from model_fns.metrics.confusion import precision, recall
from model_fns.metrics.mean import mean
from model_fns.metrics.thresholds import precision_at_thresholds, recall_at_thresholds
from model_fns.ops.activation import sigmoid
from model_fns.ops.arithmetic import cast, maximum
from model_fns.ops.comparison import greater_equal
from model_fns.ops.joining import concat
from model_fns.ops.shaping import squeeze, zeros_like
from model_fns.ops.softmax import sigmoid_cross_entropy_with_logits, softmax
from model_fns.ops.vocabulary import vocabulary_ids


@final
class BinaryClassHead(Head):
    """Predicts the second of two classes with probability sigmoid(logits), at the cost of its cross-entropy."""

    def __init__(
        self,
        weight_column: Any = None,
        thresholds: Any = None,
        label_vocabulary: Any = None,
        loss_reduction: str = Reduction.SUM,
        loss_fn: Callable[..., Any] | None = None,
        name: str | None = None,
    ) -> None:
        self._thresholds = tuple(thresholds) if thresholds else ()
        if label_vocabulary is not None and not isinstance(label_vocabulary, list | tuple):
            raise TypeError(f"label_vocabulary should be a list or tuple. Given type: {type(label_vocabulary)}")
        if any(not 0.0 < threshold < 1.0 for threshold in self._thresholds):
            raise ValueError(f"thresholds not in (0, 1): {(self._thresholds,)}.")
        check_loss_reduction(loss_reduction)
        check_loss_fn(loss_fn)
        super().__init__(loss_reduction, name)
        self._weight_column, self._label_vocabulary, self._loss_fn = weight_column, label_vocabulary, loss_fn

    @property
    def logits_dimension(self) -> int:
        return 1

    def predictions(self, logits: Tensor) -> dict[str, Tensor]:
        with logits.graph.name_scope("predictions"):
            logistic = sigmoid(logits, name="logistic")
            both = concat([zeros_like(logits), logits], -1, name="two_class_logits")
            probabilities = softmax(both, name="probabilities")
            classes = classes_of(both, self._label_vocabulary)
        return {"logits": logits, "logistic": logistic, "probabilities": probabilities, **classes}

    def export_outputs(self, predictions: dict[str, Tensor]) -> dict[str, ExportOutput]:
        return {**classification_outputs(predictions), "regression": RegressionOutput(predictions["logistic"])}

    def create_loss(self, features: Mapping[str, Any], mode: str, logits: Any, labels: Any) -> LossSpec:
        logits = convert_to_tensor(logits)
        labels = with_axis_of(self._shares(checked_labels(labels, logits, 1)), logits)
        if self._loss_fn is not None:
            losses = losses_by(self._loss_fn, labels, logits, features, 1)
        else:
            losses = sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
        weights = weights_of(features, self._weight_column, logits)
        total = compute_weighted_loss(losses, weights, reduction=self._loss_reduction)
        return LossSpec(total, losses, weights, labels)

    def _shares(self, labels: Tensor) -> Tensor:
        """How much each example is of the second class, float32 from 0 to 1."""
        if self._label_vocabulary is not None:
            labels = vocabulary_ids(labels, self._label_vocabulary, name="class_id_lookup")
        elif labels.dtype == string:
            raise ValueError(
                "Labels are strings, so label_vocabulary must name the two classes. "
                f"Labels: {labels}. Without it they are numbers from 0 to 1."
            )
        return cast(labels_in_range(labels, 2), float32)

    def metrics(self, loss: LossSpec, predictions: dict[str, Tensor]) -> dict[str, Any]:
        labels, weights = loss.processed_labels, weights_or_none(loss)
        class_ids, logistic = predictions["class_ids"], predictions["logistic"]
        label_mean = mean(labels, weights, name="label/mean")
        found = {
            "accuracy": accuracy(labels, class_ids, weights, name="accuracy"),
            "precision": precision(labels, class_ids, weights, name="precision"),
            "recall": recall(labels, class_ids, weights, name="recall"),
            "prediction/mean": mean(logistic, weights, name="prediction/mean"),
            "label/mean": label_mean,
            "accuracy_baseline": tuple(maximum(part, 1 - part) for part in label_mean),
            "auc": auc(labels, logistic, weights, name="auc"),
            "auc_precision_recall": auc(labels, logistic, weights, curve="PR", name="auc_precision_recall"),
        }
        for threshold in self._thresholds:
            found |= _metrics_at(threshold, labels, logistic, weights)
        return found


def _metrics_at(threshold: float, labels: Tensor, logistic: Tensor, weights: Any) -> dict[str, Any]:
    """Accuracy, precision and recall if what is above the threshold counts as the second class."""
    name = f"positive_threshold_{threshold:g}"
    chosen = cast(greater_equal(logistic, threshold), float32)
    rules = {"precision": precision_at_thresholds, "recall": recall_at_thresholds}
    found: dict[str, Any] = {f"accuracy/{name}": accuracy(labels, chosen, weights, name=f"accuracy/{name}")}
    for key, rule in rules.items():
        pair = rule(labels, logistic, (threshold,), weights, name=f"{key}/{name}")
        found[f"{key}/{name}"] = tuple(squeeze(part) for part in pair)
    return found


def binary_classification_head(
    weight_column: Any = None,
    thresholds: Any = None,
    label_vocabulary: Any = None,
    loss_reduction: str = Reduction.SUM_OVER_BATCH_SIZE,
    loss_fn: Callable[..., Any] | None = None,
    name: str | None = None,
) -> BinaryClassHead:
    """The head of one class out of two: the logistic function and its cross-entropy.

    Args:
      weight_column: the key of a feature, or a numeric_column, that holds the examples' weights.
      thresholds: numbers in (0, 1) for which accuracy, precision and recall are added to the metrics.
      label_vocabulary: the two classes' names, if labels are strings; else they are numbers from 0 to 1.
      loss_reduction: how the examples' losses become one.
      loss_fn: function of labels, logits and perhaps features, in place of the cross-entropy; it returns [..., 1].
      name: name scope; it also follows the names of metrics.
    Raises ValueError or TypeError for arguments that cannot be meant.
    """
    return BinaryClassHead(weight_column, thresholds, label_vocabulary, loss_reduction, loss_fn, name)
