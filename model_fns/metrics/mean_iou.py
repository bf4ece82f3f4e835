"""Mean intersection over union, the measure of semantic segmentation."""

from __future__ import annotations

from typing import Any

import numpy as np

from model_fns.graph.constant import constant, convert_to_tensor
from model_fns.graph.dtypes import float32, float64, int64
from model_fns.graph.tensor import Tensor
from model_fns.metrics.streaming import Pair, flat, metric_variable, published, ratio
from model_fns.ops.arithmetic import cast
from model_fns.ops.comparison import not_equal
from model_fns.ops.indexing import one_hot
from model_fns.ops.linalg import matmul
from model_fns.ops.reduction import reduce_sum
from model_fns.variable_scope import variable_scope
from model_fns.variables import assign_add


def mean_iou(
    labels: Any,
    predictions: Any,
    num_classes: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The mean over classes of TP / (TP + FP + FN), of those classes that came up in labels or predictions.

    Args:
      labels, predictions: class numbers in [0, num_classes), of one shape. Others are not counted.
      weights: one per element, or a scalar; None is 1 each.
      metrics_collections, updates_collections, name: as in every metric; name default `mean_iou`.
    Returns (value, update_op): the mean, float32, and the confusion matrix after this batch, float64
    [num_classes, num_classes], labels by predictions. Variable `mean_iou/total_confusion_matrix`.
    """
    with variable_scope(name, "mean_iou", [predictions, labels, weights]):
        labels, predictions = convert_to_tensor(labels), convert_to_tensor(predictions)
        predictions.shape.assert_is_compatible_with(labels.shape)
        total = metric_variable([num_classes, num_classes], float64, "total_confusion_matrix")
        is_label = one_hot(flat(cast(labels, int64)), num_classes, dtype=float64)
        is_predicted = one_hot(flat(cast(predictions, int64)), num_classes, dtype=float64)
        if weights is not None:
            weights = cast(convert_to_tensor(weights), float64)
            is_predicted = is_predicted * (flat(weights)[:, None] if weights.dims != () else weights)
        update_op = assign_add(total, matmul(is_label, is_predicted, transpose_a=True))
        return published(_mean_share(total.value(), num_classes), update_op, metrics_collections, updates_collections)


def _mean_share(matrix: Any, num_classes: int) -> Tensor:
    by_prediction, by_label = cast(reduce_sum(matrix, 0), float32), cast(reduce_sum(matrix, 1), float32)
    diagonal = cast(reduce_sum(matrix * constant(np.eye(num_classes)), 1), float32)
    union = by_prediction + by_label - diagonal
    seen = reduce_sum(cast(not_equal(union, 0.0), float32))
    return ratio(reduce_sum(ratio(diagonal, union)), seen, "mean_iou")
