"""tf.contrib.metrics."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from model_fns.contrib_metrics import (
    accuracy,
    aggregate_metric_map,
    aggregate_metrics,
    streaming_accuracy,
    streaming_auc,
    streaming_false_negatives,
    streaming_false_positives,
    streaming_mean,
    streaming_mean_absolute_error,
    streaming_mean_iou,
    streaming_mean_squared_error,
    streaming_mean_tensor,
    streaming_precision,
    streaming_recall,
    streaming_recall_at_k,
    streaming_root_mean_squared_error,
    streaming_true_negatives,
    streaming_true_positives,
)
from model_fns.ops.confusion import confusion_matrix

__all__ = [
    "accuracy",
    "aggregate_metric_map",
    "aggregate_metrics",
    "confusion_matrix",
    "streaming_accuracy",
    "streaming_auc",
    "streaming_false_negatives",
    "streaming_false_positives",
    "streaming_mean",
    "streaming_mean_absolute_error",
    "streaming_mean_iou",
    "streaming_mean_squared_error",
    "streaming_mean_tensor",
    "streaming_precision",
    "streaming_recall",
    "streaming_recall_at_k",
    "streaming_root_mean_squared_error",
    "streaming_true_negatives",
    "streaming_true_positives",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
