"""Binary classification by a probability, judged at many thresholds at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from model_fns.graph.constant import constant, convert_to_tensor
from model_fns.graph.dtypes import bool_, float32
from model_fns.graph.tensor import Tensor
from model_fns.metrics.streaming import Pair, aligned, flat, metric_variable, published, weight_of_each
from model_fns.ops.arithmetic import cast
from model_fns.ops.comparison import greater, less_equal, logical_not
from model_fns.ops.control import identity
from model_fns.ops.reduction import reduce_sum
from model_fns.variable_scope import variable_scope
from model_fns.variables import assign_add

TRUE_POSITIVES, FALSE_POSITIVES = "true_positives", "false_positives"
TRUE_NEGATIVES, FALSE_NEGATIVES = "true_negatives", "false_negatives"
ALL_COUNTS = (TRUE_POSITIVES, FALSE_NEGATIVES, TRUE_NEGATIVES, FALSE_POSITIVES)
_EDGE = 1e-7  # how far beyond 0 and 1 the outermost thresholds lie, so that nothing is on them


@final
@dataclass(frozen=True)
class Counts:
    """Weighted counts at every threshold, float32 [thresholds]; None for those that were not asked for."""

    true_positives: Any = None
    false_negatives: Any = None
    true_negatives: Any = None
    false_positives: Any = None


def even_thresholds(number: int, edge: float = _EDGE) -> list[float]:
    """`number` thresholds from just below 0 to just above 1, evenly spaced."""
    return [0.0 - _EDGE, *((i + 1) * 1.0 / (number - 1) for i in range(number - 2)), 1.0 + edge]


def counts_at_thresholds(
    labels: Any, predictions: Any, thresholds: Sequence[float], weights: Any, wanted: Sequence[str] = ALL_COUNTS
) -> tuple[Counts, Counts]:
    """The counts so far and after this batch. Predicted true is what is above the threshold."""
    labels, predictions, weights = aligned(
        cast(convert_to_tensor(labels), bool_), cast(convert_to_tensor(predictions), float32), weights
    )
    if weights is not None:
        weights = flat(weight_of_each(weights, predictions))
    labels, predictions = flat(labels), flat(predictions)
    levels = constant(np.asarray(thresholds, np.float32)[:, None])
    is_true, is_false = _weighted(labels, weights), _weighted(logical_not(labels), weights)
    above, below = greater(predictions, levels), less_equal(predictions, levels)
    parts = {
        TRUE_POSITIVES: (above, is_true),
        FALSE_NEGATIVES: (below, is_true),
        TRUE_NEGATIVES: (below, is_false),
        FALSE_POSITIVES: (above, is_false),
    }
    values, updates = {}, {}
    for name in wanted:
        side, kind = parts[name]
        count = metric_variable([len(thresholds)], float32, name)
        updates[name] = assign_add(count, reduce_sum(cast(side, float32) * kind, 1))
        values[name] = identity(count)
    return Counts(**values), Counts(**updates)


def _weighted(truth: Tensor, weights: Tensor | None) -> Tensor:
    truth = cast(truth, float32)
    return truth if weights is None else truth * weights


def _one_count(
    name: str | None, kind: str, labels: Any, predictions: Any, thresholds: Any, weights: Any, keys: tuple[Any, Any]
) -> Pair:
    with variable_scope(name, kind, [predictions, labels, weights]):
        counts = counts_at_thresholds(labels, predictions, thresholds, weights, (kind,))
        value, update_op = (getattr(count, kind) for count in counts)
        return published(value, update_op, *keys)


def true_positives_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The weighted count of true labels predicted above each threshold.

    Args:
      labels: anything but 0 is true.
      predictions: probabilities in [0, 1], of the shape of the labels.
      thresholds: numbers.
      weights: scalar, or of the rank of the labels with sizes equal or 1; None is 1 each.
      metrics_collections, updates_collections: collections to add the value and the update to.
      name: default `true_positives`. Variable `<name>/true_positives`.
    Returns (value, update_op), each [thresholds].
    """
    keys = metrics_collections, updates_collections
    return _one_count(name, TRUE_POSITIVES, labels, predictions, thresholds, weights, keys)


def false_negatives_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The weighted count of true labels not predicted above each threshold. As `true_positives_at_thresholds`."""
    keys = metrics_collections, updates_collections
    return _one_count(name, FALSE_NEGATIVES, labels, predictions, thresholds, weights, keys)


def true_negatives_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The weighted count of false labels not predicted above each threshold. As `true_positives_at_thresholds`."""
    keys = metrics_collections, updates_collections
    return _one_count(name, TRUE_NEGATIVES, labels, predictions, thresholds, weights, keys)


def false_positives_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The weighted count of false labels predicted above each threshold. As `true_positives_at_thresholds`."""
    keys = metrics_collections, updates_collections
    return _one_count(name, FALSE_POSITIVES, labels, predictions, thresholds, weights, keys)


def precision_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """true positives / (true positives + false positives + 1e-7) at each. As `true_positives_at_thresholds`."""
    with variable_scope(name, "precision_at_thresholds", [predictions, labels, weights]):
        wanted = TRUE_POSITIVES, FALSE_POSITIVES
        counts = counts_at_thresholds(labels, predictions, thresholds, weights, wanted)
        value, update_op = (c.true_positives / (1e-7 + c.true_positives + c.false_positives) for c in counts)
        return published(value, update_op, metrics_collections, updates_collections)


def recall_at_thresholds(
    labels: Any,
    predictions: Any,
    thresholds: Sequence[float],
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """true positives / (true positives + false negatives + 1e-7) at each. As `true_positives_at_thresholds`."""
    with variable_scope(name, "recall_at_thresholds", [predictions, labels, weights]):
        wanted = TRUE_POSITIVES, FALSE_NEGATIVES
        counts = counts_at_thresholds(labels, predictions, thresholds, weights, wanted)
        value, update_op = (c.true_positives / (1e-7 + c.true_positives + c.false_negatives) for c in counts)
        return published(value, update_op, metrics_collections, updates_collections)
