"""How often predictions are right, over all and per class."""

from __future__ import annotations

from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import float32, int64
from model_fns.metrics.mean import mean
from model_fns.metrics.streaming import Pair, aligned, flat, metric_variable, published, ratio
from model_fns.ops.arithmetic import cast
from model_fns.ops.comparison import equal
from model_fns.ops.indexing import one_hot
from model_fns.ops.reduction import reduce_mean, reduce_sum
from model_fns.variable_scope import variable_scope
from model_fns.variables import assign_add


def accuracy(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The weighted share of predictions that equal their labels.

    Args:
      labels, predictions: of one shape, or with one more axis of size 1; predictions are cast to the labels' type.
      weights, metrics_collections, updates_collections, name: as in `mean`; name default `accuracy`.
    Returns (value, update_op). Raises ValueError if the shapes do not agree.
    """
    labels, predictions, weights = aligned(labels, predictions, weights)
    is_correct = cast(equal(cast(predictions, labels.dtype), labels), float32)
    return mean(is_correct, weights, metrics_collections, updates_collections, name or "accuracy")


def mean_per_class_accuracy(
    labels: Any,
    predictions: Any,
    num_classes: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The mean over classes of the share of the class's examples that were predicted right; 0 for a class not seen yet.

    Args:
      labels, predictions: class numbers in [0, num_classes), of one number of elements. Others are not counted.
      weights: one per element, or a scalar.
    Returns (value, update_op): the mean, a scalar, and the shares of the classes after this batch, [num_classes].
    Variables `mean_accuracy/total`, `mean_accuracy/count`.
    """
    with variable_scope(name, "mean_accuracy", [predictions, labels, weights]):
        labels = flat(cast(labels, int64))
        predictions = flat(cast(predictions, int64))
        predictions.shape.assert_is_compatible_with(labels.shape)
        total = metric_variable([num_classes], float32, "total")
        count = metric_variable([num_classes], float32, "count")
        is_class = one_hot(labels, num_classes, dtype=float32)
        is_correct = cast(equal(predictions, labels), float32)
        if weights is not None:
            weights = cast(convert_to_tensor(weights), float32)
            is_class = is_class * (flat(weights)[:, None] if weights.dims != () else weights)
        correct = is_class * is_correct[:, None]
        updated = assign_add(count, reduce_sum(correct, 0)), assign_add(total, reduce_sum(is_class, 0))
        value = reduce_mean(ratio(count, total), name="mean_accuracy")
        return published(value, ratio(*updated, "update_op"), metrics_collections, updates_collections)
