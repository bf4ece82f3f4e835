"""One rate of a binary classifier where the other has a wanted value."""

from __future__ import annotations

from typing import Any

import numpy as np

from model_fns.graph.constant import constant
from model_fns.graph.dtypes import int64
from model_fns.graph.tensor import Tensor
from model_fns.metrics.streaming import Pair, published
from model_fns.metrics.thresholds import Counts, counts_at_thresholds, even_thresholds
from model_fns.ops.arithmetic import abs, cast, divide
from model_fns.ops.comparison import less_equal
from model_fns.ops.indexing import gather
from model_fns.ops.reduction import argmax, argmin, reduce_min
from model_fns.variable_scope import variable_scope

_TINY = 1e-7  # keeps a rate of nothing at 0


def sensitivity_at_specificity(
    labels: Any,
    predictions: Any,
    specificity: float,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The sensitivity TP / (TP + FN) at the first threshold where TN / (TN + FP) is nearest to `specificity`.

    Args:
      labels: anything but 0 is true.
      predictions: probabilities in [0, 1], of the shape of the labels.
      specificity: in [0, 1], else ValueError.
      weights: scalar, or of the rank of the labels with sizes equal or 1; None is 1 each.
      num_thresholds: how many, evenly spaced.
      metrics_collections, updates_collections, name: as in every metric.
    Returns (value, update_op).
    """
    if specificity < 0 or specificity > 1:
        raise ValueError("`specificity` must be in the range [0, 1].")

    def at(counts: Counts, label: str) -> Tensor:
        rates = counts.true_negatives / (counts.true_negatives + counts.false_positives + _TINY)
        best = argmin(abs(rates - specificity), 0)
        right, wrong = gather(counts.true_positives, best), gather(counts.false_negatives, best)
        return _rate(right, wrong, label)

    with variable_scope(name, "sensitivity_at_specificity", [predictions, labels, weights]):
        values, updates = counts_at_thresholds(labels, predictions, even_thresholds(num_thresholds), weights)
        return published(at(values, "value"), at(updates, "update_op"), metrics_collections, updates_collections)


def specificity_at_sensitivity(
    labels: Any,
    predictions: Any,
    sensitivity: float,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The specificity TN / (TN + FP) at the last threshold where TP / (TP + FN) is nearest to `sensitivity`.

    Otherwise as `sensitivity_at_specificity`.
    """
    if sensitivity < 0 or sensitivity > 1:
        raise ValueError("`sensitivity` must be in the range [0, 1].")
    order = constant(np.arange(1, num_thresholds + 1, dtype=np.int64))

    def at(counts: Counts, label: str) -> Tensor:
        rates = counts.true_positives / (counts.true_positives + counts.false_negatives + _TINY)
        distance = abs(rates - sensitivity)
        is_nearest = cast(less_equal(distance, reduce_min(distance)), int64)
        best = argmax(is_nearest * order, 0)
        right, wrong = gather(counts.true_negatives, best), gather(counts.false_positives, best)
        return _rate(right, wrong, label)

    with variable_scope(name, "specificity_at_sensitivity", [predictions, labels, weights]):
        # Here TensorFlow puts the last threshold below 1, not above it.
        thresholds = even_thresholds(num_thresholds, edge=-1e-7)
        values, updates = counts_at_thresholds(labels, predictions, thresholds, weights)
        return published(at(values, "value"), at(updates, "update_op"), metrics_collections, updates_collections)


def _rate(right: Any, wrong: Any, name: str) -> Tensor:
    return divide(right, right + wrong + _TINY, name)
