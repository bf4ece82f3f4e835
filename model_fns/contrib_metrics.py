"""Metrics as `tf.contrib.metrics` and `tf.contrib.slim.metrics` have them: predictions first, then labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from model_fns import metrics
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.graph import get_default_graph
from model_fns.graph.tensor import Tensor
from model_fns.ops.arithmetic import cast, multiply
from model_fns.ops.comparison import equal
from model_fns.ops.counting import in_top_k
from model_fns.ops.reduction import reduce_mean, reduce_sum

Metric = tuple[Any, Any]


def accuracy(predictions: Any, labels: Any, weights: Any = None, name: str | None = None) -> Tensor:
    """The share of predictions that equal the labels, in this batch. ValueError if their types differ."""
    predictions, labels = convert_to_tensor(predictions), convert_to_tensor(labels)
    if predictions.dtype != labels.dtype:
        raise ValueError(f"Labels and predictions should have same dtype, got {labels.dtype} and {predictions.dtype}")
    with get_default_graph().name_scope(name or "accuracy"):
        right = cast(equal(predictions, labels), "float32")
        if weights is None:
            return reduce_mean(right)
        weights = cast(convert_to_tensor(weights), "float32")
        return reduce_sum(multiply(right, weights)) / reduce_sum(weights)


def aggregate_metrics(*value_update_tuples: Metric) -> tuple[list[Any], list[Any]]:
    """The values and the updates of metrics, as two lists. ValueError without metrics."""
    if not value_update_tuples:
        raise ValueError("Expected at least one value_tensor/update_op pair")
    values, updates = zip(*value_update_tuples, strict=True)
    return list(values), list(updates)


def aggregate_metric_map(names_to_tuples: Mapping[str, Metric]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values and the updates of metrics, as two dicts."""
    values = {name: value for name, (value, _) in names_to_tuples.items()}
    return values, {name: update for name, (_, update) in names_to_tuples.items()}


def _predictions_first(metric: Callable[..., Any]) -> Callable[..., Metric]:
    """The metric with its first two arguments the other way round."""

    def streaming(
        predictions: Any,
        labels: Any,
        weights: Any = None,
        metrics_collections: Any = None,
        updates_collections: Any = None,
        name: str | None = None,
    ) -> Metric:
        found: Metric = metric(labels, predictions, weights, metrics_collections, updates_collections, name)
        return found

    streaming.__doc__ = f"`tf.metrics.{metric.__name__}` of (predictions, labels)."
    return streaming


streaming_accuracy = _predictions_first(metrics.accuracy)
streaming_precision = _predictions_first(metrics.precision)
streaming_recall = _predictions_first(metrics.recall)
streaming_true_positives = _predictions_first(metrics.true_positives)
streaming_true_negatives = _predictions_first(metrics.true_negatives)
streaming_false_positives = _predictions_first(metrics.false_positives)
streaming_false_negatives = _predictions_first(metrics.false_negatives)
streaming_mean_absolute_error = _predictions_first(metrics.mean_absolute_error)
streaming_mean_squared_error = _predictions_first(metrics.mean_squared_error)
streaming_root_mean_squared_error = _predictions_first(metrics.root_mean_squared_error)
streaming_mean = metrics.mean
streaming_mean_tensor = metrics.mean_tensor


def streaming_auc(
    predictions: Any,
    labels: Any,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    curve: str = "ROC",
    name: str | None = None,
) -> Metric:
    """`tf.metrics.auc` of (predictions, labels)."""
    found: Metric = metrics.auc(
        labels, predictions, weights, num_thresholds, metrics_collections, updates_collections, curve, name
    )
    return found


def streaming_mean_iou(
    predictions: Any,
    labels: Any,
    num_classes: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """`tf.metrics.mean_iou` of (predictions, labels)."""
    found: Metric = metrics.mean_iou(
        labels, predictions, num_classes, weights, metrics_collections, updates_collections, name
    )
    return found


def streaming_recall_at_k(
    predictions: Any,
    labels: Any,
    k: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Metric:
    """The share of labels that are among the k largest of `predictions` [batch, classes]."""

    found = cast(in_top_k(predictions, labels, k), "float32")
    return metrics.mean(found, weights, metrics_collections, updates_collections, name or f"recall_at_{k}")
