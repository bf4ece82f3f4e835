"""The area under the ROC or the precision-recall curve."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from model_fns.graph.tensor import Tensor
from model_fns.metrics.streaming import Pair, published, ratio
from model_fns.metrics.thresholds import Counts, counts_at_thresholds, even_thresholds
from model_fns.ops.arithmetic import maximum, minimum, multiply
from model_fns.ops.comparison import greater, logical_and, select
from model_fns.ops.elementary import log
from model_fns.ops.reduction import reduce_sum
from model_fns.variable_scope import variable_scope

_EPSILON = 1e-6  # keeps a rate of nothing finite


def auc(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    num_thresholds: int = 200,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    curve: str = "ROC",
    name: str | None = None,
    summation_method: str = "trapezoidal",
    thresholds: Sequence[float] | None = None,
) -> Pair:
    """The area under a curve that is sampled at thresholds, a Riemann sum.

    ROC:  x = FP / (FP + TN), y = TP / (TP + FN).      PR:  x = TP / (TP + FN), y = TP / (TP + FP).

    Args:
      labels: anything but 0 is true.
      predictions: probabilities in [0, 1], of the shape of the labels.
      weights: scalar, or of the rank of the labels with sizes equal or 1; None is 1 each.
      num_thresholds: how many, evenly spaced, unless `thresholds` are given (two ends are added to them).
      curve: "ROC" or "PR".
      summation_method: "trapezoidal"; "minoring" and "majoring", the sums from below and above; for PR
        "careful_interpolation" (Davis, Goadrich 2006), because precision is not linear in between.
      metrics_collections, updates_collections, name: as in every metric; name default `auc`.
    Returns (value, update_op). Variables `auc/true_positives`, `auc/false_negatives`, `auc/true_negatives`,
    `auc/false_positives`. Raises ValueError for an unknown curve or summation method.
    """
    with variable_scope(name, "auc", [labels, predictions, weights]):
        if curve not in ("ROC", "PR"):
            raise ValueError(f"curve must be either ROC or PR, {curve} unknown")
        if summation_method not in ("trapezoidal", "careful_interpolation", "minoring", "majoring"):
            raise ValueError(f"Invalid summation_method: {summation_method}")
        if curve == "PR" and summation_method == "trapezoidal":
            logging.getLogger("tensorflow").warning(
                "Trapezoidal rule is known to produce incorrect PR-AUCs; "
                'please switch to "careful_interpolation" instead.'
            )
        levels = even_thresholds(num_thresholds)
        if thresholds is not None:
            levels = [levels[0], *sorted(thresholds), levels[-1]]
        values, updates = counts_at_thresholds(labels, predictions, levels, weights)
        value, update_op = (
            _area(counts, curve, summation_method, label)
            for counts, label in ((values, "value"), (updates, "update_op"))
        )
        return published(value, update_op, metrics_collections, updates_collections)


def _area(counts: Counts, curve: str, method: str, name: str) -> Tensor:
    if curve == "PR" and method == "careful_interpolation":
        return _interpolated(counts, name)
    hits, misses, false_alarms = counts.true_positives, counts.false_negatives, counts.false_positives
    recall = (hits + _EPSILON) / (hits + misses + _EPSILON)
    if curve == "ROC":
        x, y = false_alarms / (false_alarms + counts.true_negatives + _EPSILON), recall
    else:
        x, y = recall, (hits + _EPSILON) / (hits + false_alarms + _EPSILON)
    left, right = y[:-1], y[1:]
    if method == "minoring":
        height = minimum(left, right)
    elif method == "majoring":
        height = maximum(left, right)
    else:
        height = (left + right) / 2.0
    return reduce_sum(multiply(x[:-1] - x[1:], height), name=name)


def _interpolated(counts: Counts, name: str) -> Tensor:
    """Between two thresholds true positives TP and predicted positives P = TP + FP run linearly, so with
    slope = dTP / dP and intercept = TP - slope * P, the integral of TP / P over recall is
    slope * (dTP + intercept * log(P_A / P_B)) / (TP + FN)."""
    hits, predicted = counts.true_positives, counts.true_positives + counts.false_positives
    gained = hits[:-1] - hits[1:]
    slope = ratio(gained, predicted[:-1] - predicted[1:])
    intercept = hits[1:] - slope * predicted[1:]
    both = logical_and(greater(predicted[:-1], 0.0), greater(predicted[1:], 0.0))
    growth = select(both, predicted[:-1] / predicted[1:], 1.0)
    parts = ratio(slope * (gained + intercept * log(growth)), hits[1:] + counts.false_negatives[1:])
    return reduce_sum(parts, name=name)
