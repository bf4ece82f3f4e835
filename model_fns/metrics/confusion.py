"""The four counts of a binary classification, and precision and recall, which are made of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import bool_, float32
from model_fns.graph.tensor import Tensor
from model_fns.metrics.streaming import Pair, aligned, metric_variable, published, ratio
from model_fns.ops.arithmetic import cast
from model_fns.ops.comparison import logical_and, logical_not
from model_fns.ops.control import identity
from model_fns.ops.reduction import reduce_sum
from model_fns.variable_scope import variable_scope
from model_fns.variables import assign_add


def _as_truth(labels: Any, predictions: Any, weights: Any) -> tuple[Tensor, Tensor, Tensor | None]:
    return aligned(cast(convert_to_tensor(labels), bool_), cast(convert_to_tensor(predictions), bool_), weights)


def _counted(
    name: str | None,
    default: str,
    rule: Callable[[Tensor, Tensor], Tensor],
    labels: Any,
    predictions: Any,
    weights: Any,
    metrics_collections: Any = None,
    updates_collections: Any = None,
) -> Pair:
    """How often `rule(labels, predictions)` holds, weighted."""
    with variable_scope(name, default, [predictions, labels, weights]):
        labels, predictions, weights = _as_truth(labels, predictions, weights)
        count = metric_variable([], float32, "count")
        held = cast(rule(labels, predictions), float32)
        update_op = assign_add(count, reduce_sum(held if weights is None else held * weights))
        return published(identity(count), update_op, metrics_collections, updates_collections)


def true_positives(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The weighted count of true labels that were predicted true.

    Args:
      labels, predictions: of one shape; anything but 0 is true.
      weights: scalar, or of the rank of the labels with sizes equal or 1; None is 1 each.
      metrics_collections, updates_collections: collections to add the value and the update to.
      name: default `true_positives`. Variable `<name>/count`.
    Returns (value, update_op).
    """
    rule = logical_and
    return _counted(
        name, "true_positives", rule, labels, predictions, weights, metrics_collections, updates_collections
    )


def true_negatives(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The weighted count of false labels that were predicted false. Arguments and result as `true_positives`."""

    def rule(label: Tensor, prediction: Tensor) -> Tensor:
        return logical_and(logical_not(label), logical_not(prediction))

    return _counted(
        name, "true_negatives", rule, labels, predictions, weights, metrics_collections, updates_collections
    )


def false_positives(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The weighted count of false labels that were predicted true. Arguments and result as `true_positives`."""

    def rule(label: Tensor, prediction: Tensor) -> Tensor:
        return logical_and(logical_not(label), prediction)

    return _counted(
        name, "false_positives", rule, labels, predictions, weights, metrics_collections, updates_collections
    )


def false_negatives(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The weighted count of true labels that were predicted false. Arguments and result as `true_positives`."""

    def rule(label: Tensor, prediction: Tensor) -> Tensor:
        return logical_and(label, logical_not(prediction))

    return _counted(
        name, "false_negatives", rule, labels, predictions, weights, metrics_collections, updates_collections
    )


def precision(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """true positives / (true positives + false positives): how many of those predicted true are. 0 while none was.

    As `true_positives`, with variables `precision/true_positives/count` and `precision/false_positives/count`.
    """
    with variable_scope(name, "precision", [predictions, labels, weights]):
        labels, predictions, weights = _as_truth(labels, predictions, weights)
        right, update_right = true_positives(labels, predictions, weights)
        wrong, update_wrong = false_positives(labels, predictions, weights)
        return _share(right, wrong, update_right, update_wrong, metrics_collections, updates_collections)


def recall(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """true positives / (true positives + false negatives): how many of the true ones were found. 0 while none came.

    As `true_positives`, with variables `recall/true_positives/count` and `recall/false_negatives/count`.
    """
    with variable_scope(name, "recall", [predictions, labels, weights]):
        labels, predictions, weights = _as_truth(labels, predictions, weights)
        right, update_right = true_positives(labels, predictions, weights)
        wrong, update_wrong = false_negatives(labels, predictions, weights)
        return _share(right, wrong, update_right, update_wrong, metrics_collections, updates_collections)


def _share(right: Any, wrong: Any, update_right: Any, update_wrong: Any, values_to: Any, updates_to: Any) -> Pair:
    value = ratio(right, right + wrong, "value")
    update_op = ratio(update_right, update_right + update_wrong, "update_op")
    return published(value, update_op, values_to, updates_to)
