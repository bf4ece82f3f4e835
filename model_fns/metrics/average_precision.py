"""Average precision of the k classes with the highest scores: how high up the right ones stand."""

from __future__ import annotations

from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import float64, int64
from model_fns.graph.graph import get_default_graph
from model_fns.graph.tensor import Tensor
from model_fns.metrics.at_k import as_rows, total_weight, weighted, within
from model_fns.metrics.streaming import Pair, metric_variable, published, ratio
from model_fns.ops.accumulation import cumsum
from model_fns.ops.arithmetic import cast, divide, minimum
from model_fns.ops.comparison import greater_equal, less, logical_and
from model_fns.ops.reduction import reduce_sum
from model_fns.ops.shaping import ones_like
from model_fns.ops.sizes import known_rank, size_at
from model_fns.ops.sorting import top_k
from model_fns.variables import assign_add


def average_precision_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The weighted mean over examples of sum_i precision_at_i * right_i / min(k, labels of the example), i = 1 to k.

    right_i is 1 if the class with the i-th highest score is among the labels.

    Args:
      labels: int64 tensor or SparseTensor [..., labels of an example], or [...] for one label each; what is no class
        counts for none. An example without labels makes the result NaN.
      predictions: [..., classes], a score for each class.
      k: how many classes are looked at.
      weights: scalar, or [...] with sizes equal or 1; None is 1 each.
      metrics_collections, updates_collections: collections to add the value and the update to.
      name: default `average_precision_at_<k>`. Variables `<name>/max_1`, `<name>/total`.
    Returns (value, update_op), float64; 0 before the first example.
    Raises ValueError for k below 1.
    """
    if k < 1:
        raise ValueError(f"Invalid k={k}.")
    with get_default_graph().name_scope(name or f"average_precision_at_{k}") as scope:
        scores = convert_to_tensor(predictions)
        precision = _average_precision(as_rows(labels, known_rank(scores)), scores, k)
        most, total = metric_variable([], float64, "max_1"), metric_variable([], float64, "total")
        added = assign_add(most, total_weight(precision, weights))
        updated = assign_add(total, reduce_sum(weighted(precision, weights)))
        value, update_op = _mean(total, most, "mean"), _mean(updated, added, scope)
        return published(value, update_op, metrics_collections, updates_collections)


def sparse_average_precision_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The old name of `average_precision_at_k`."""
    return average_precision_at_k(labels, predictions, k, weights, metrics_collections, updates_collections, name)


def _average_precision(labels: Tensor, scores: Tensor, k: int) -> Tensor:
    """Of each example, float64 [...]; NaN without labels."""
    chosen = cast(top_k(scores, k).indices, int64)
    right = cast(within(chosen, labels), float64)
    ranks = cumsum(ones_like(right), -1)
    summed = reduce_sum(cumsum(right, -1) / ranks * right, -1)
    classes = cast(size_at(scores, known_rank(scores) - 1), int64)
    is_class = logical_and(greater_equal(labels, convert_to_tensor(0, int64)), less(labels, classes))
    relevant = reduce_sum(cast(is_class, float64), -1)
    return divide(summed, minimum(relevant, convert_to_tensor(float(k), float64)))


def _mean(total: Any, most: Any, name: str) -> Tensor:
    return ratio(total, most, name)
