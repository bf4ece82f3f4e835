"""Precision and recall of the k classes with the highest scores, where an example may have several labels."""

from __future__ import annotations

from typing import Any

import numpy as np

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import float64, int64
from model_fns.graph.graph import get_default_graph
from model_fns.graph.tensor import Tensor
from model_fns.metrics.streaming import Pair, metric_variable, published, weight_of_each
from model_fns.ops.arithmetic import cast, divide
from model_fns.ops.comparison import equal, logical_and, logical_not, not_equal
from model_fns.ops.control import identity
from model_fns.ops.matrices import matrix_band_part
from model_fns.ops.reduction import reduce_any, reduce_sum
from model_fns.ops.shaping import expand_dims, size
from model_fns.ops.sizes import known_rank
from model_fns.ops.sorting import top_k
from model_fns.ops.sparse import sparse_tensor_to_dense
from model_fns.sparse_tensor import SparseTensor
from model_fns.variables import assign_add

ABSENT = np.array(np.iinfo(np.int64).min)  # where a sparse tensor of labels has none


def precision_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """How many of the k classes with the highest scores are among the labels of their example: TP / (TP + FP).

    Args:
      labels: int64 tensor or SparseTensor [..., labels of an example], or [...] for one label each; doubles count once.
      predictions: [..., classes], a score for each class.
      k: how many classes are looked at.
      class_id: with it, only this class is.
      weights: scalar, or [...] with sizes equal or 1; None is 1 each.
      metrics_collections, updates_collections: collections to add the value and the update to.
      name: default `precision_at_<k>`. Variables `<name>/true_positive_at_<k>`, `<name>/false_positive_at_<k>`.
    Returns (value, update_op), float64; NaN while nothing was counted.
    """
    with get_default_graph().name_scope(name or _titled("precision", k, class_id)) as scope:
        best = top_k(predictions, k).indices
        return precision_at_top_k(labels, best, k, class_id, weights, metrics_collections, updates_collections, scope)


def recall_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """How many of an example's labels are among the k classes with the highest scores: TP / (TP + FN).

    As `precision_at_k`, with variables `<name>/true_positive_at_<k>` and `<name>/false_negative_at_<k>`.
    """
    with get_default_graph().name_scope(name or _titled("recall", k, class_id)) as scope:
        best = top_k(predictions, k).indices
        return recall_at_top_k(labels, best, k, class_id, weights, metrics_collections, updates_collections, scope)


def sparse_precision_at_k(
    labels: Any,
    predictions: Any,
    k: int,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The old name of `precision_at_k`."""
    return precision_at_k(labels, predictions, k, class_id, weights, metrics_collections, updates_collections, name)


def precision_at_top_k(
    labels: Any,
    predictions_idx: Any,
    k: int | None = None,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """`precision_at_k` of classes that were chosen before, `predictions_idx` [..., k]; `k` only tells names."""
    with get_default_graph().name_scope(name or _titled("precision", k, class_id)) as scope:
        chosen, wanted = _sides(predictions_idx, labels)
        kept = _of_class(chosen, class_id)
        found = within(chosen, wanted)
        right = _counted(logical_and(kept, found), weights, f"true_positive{_suffix(k, class_id)}")
        wrong = _counted(logical_and(kept, logical_not(found)), weights, f"false_positive{_suffix(k, class_id)}")
        return _share(right, wrong, scope, metrics_collections, updates_collections)


def recall_at_top_k(
    labels: Any,
    predictions_idx: Any,
    k: int | None = None,
    class_id: int | None = None,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """`recall_at_k` of classes that were chosen before, `predictions_idx` [..., k]; `k` only tells names."""
    with get_default_graph().name_scope(name or _titled("recall", k, class_id)) as scope:
        chosen, wanted = _sides(predictions_idx, labels)
        kept = logical_and(_of_class(wanted, class_id), not_equal(wanted, convert_to_tensor(ABSENT)))
        found = within(wanted, chosen)
        right = _counted(logical_and(kept, found), weights, f"true_positive{_suffix(k, class_id)}")
        missed = _counted(logical_and(kept, logical_not(found)), weights, f"false_negative{_suffix(k, class_id)}")
        return _share(right, missed, scope, metrics_collections, updates_collections)


def _titled(kind: str, k: int | None, class_id: int | None) -> str:
    return f"{kind}{_suffix(k, class_id)}"


def _suffix(k: int | None, class_id: int | None) -> str:
    return f"_at_{'k' if k is None else k}" + ("" if class_id is None else f"_class{class_id}")


def _sides(predictions_idx: Any, labels: Any) -> tuple[Tensor, Tensor]:
    """The chosen classes [..., k] and the labels [..., m], int64."""
    chosen = cast(convert_to_tensor(predictions_idx), int64)
    return chosen, as_rows(labels, known_rank(chosen))


def as_rows(labels: Any, rank: int) -> Tensor:
    """Labels as a tensor of that rank, ABSENT where a sparse one has none. TypeError unless they are int64."""
    if isinstance(labels, SparseTensor):
        dense = sparse_tensor_to_dense(labels, ABSENT, validate_indices=False)
    else:
        dense = convert_to_tensor(labels)
    if dense.dtype != int64:
        raise TypeError(f"labels must be int64, but they are {dense.dtype.name}: use tf.cast")
    return expand_dims(dense, -1) if known_rank(dense) == rank - 1 else dense


def within(x: Tensor, others: Tensor) -> Tensor:
    """Whether each of x [..., n] is among its row of others [..., m]."""
    return reduce_any(equal(expand_dims(x, -1), expand_dims(others, -2)), -1)


def _first_of_equals(x: Tensor) -> Tensor:
    """Whether none of those before it in its row equals an element of x [..., n]."""
    same = cast(equal(expand_dims(x, -1), expand_dims(x, -2)), float64)
    before = matrix_band_part(same, -1, 0) - matrix_band_part(same, 0, 0)
    return equal(reduce_sum(before, -1), convert_to_tensor(0.0, float64))


def _of_class(x: Tensor, class_id: int | None) -> Tensor:
    """Whether each of x counts: the first of equal ones, of the class that is looked at."""
    first = _first_of_equals(x)
    return first if class_id is None else logical_and(first, equal(x, convert_to_tensor(class_id, int64)))


def _counted(held: Tensor, weights: Any, name: str) -> Pair:
    """The weighted number of what holds [..., n] so far, and with this batch; weights are of its rows."""
    number = weighted(reduce_sum(cast(held, float64), -1), weights)
    count = metric_variable([], float64, name)
    return identity(count), assign_add(count, reduce_sum(number))


def weighted(values: Tensor, weights: Any) -> Tensor:
    """values times their weights, if there are any."""
    if weights is None:
        return values
    return values * weight_of_each(cast(convert_to_tensor(weights), float64), values)


def total_weight(values: Tensor, weights: Any) -> Tensor:
    """How much all of `values` weigh together."""
    if weights is None:
        return cast(size(values), float64)
    return reduce_sum(weight_of_each(cast(convert_to_tensor(weights), float64), values))


def _share(part: Pair, rest: Pair, scope: str, values_to: Any, updates_to: Any) -> Pair:
    value = divide(part[0], part[0] + rest[0], scope)
    update_op = divide(part[1], part[1] + rest[1], "update")
    return published(value, update_op, values_to, updates_to)
