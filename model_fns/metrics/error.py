"""How far predictions are from labels, on average."""

from __future__ import annotations

from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import float32
from model_fns.metrics.mean import mean
from model_fns.metrics.streaming import Pair, aligned, published, same_rank
from model_fns.ops.arithmetic import abs, cast, squared_difference
from model_fns.ops.comparison import equal, select
from model_fns.ops.elementary import sqrt
from model_fns.ops.reduction import reduce_sum


def mean_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The weighted mean of (labels - predictions)^2, both of one shape. Other arguments and result as `mean`."""
    labels, predictions, weights = aligned(labels, predictions, weights)
    squared = squared_difference(labels, predictions)
    return mean(squared, weights, metrics_collections, updates_collections, name or "mean_squared_error")


def root_mean_squared_error(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The square root of the weighted mean of (labels - predictions)^2. Otherwise as `mean_squared_error`."""
    value, update_op = mean_squared_error(labels, predictions, weights, name=name or "root_mean_squared_error")
    return published(sqrt(value), sqrt(update_op), metrics_collections, updates_collections)


def mean_absolute_error(
    labels: Any,
    predictions: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The weighted mean of |labels - predictions|. Arguments and result as `mean_squared_error`."""
    labels, predictions, weights = aligned(labels, predictions, weights)
    error = abs(predictions - labels)
    return mean(error, weights, metrics_collections, updates_collections, name or "mean_absolute_error")


def mean_relative_error(
    labels: Any,
    predictions: Any,
    normalizer: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The weighted mean of |labels - predictions| / normalizer, 0 where the normalizer is 0.

    `normalizer` has the shape of labels and predictions. Otherwise as `mean_squared_error`.
    """
    labels, predictions, weights = aligned(labels, predictions, weights)
    predictions, normalizer = same_rank(predictions, convert_to_tensor(normalizer))
    predictions.shape.assert_is_compatible_with(normalizer.shape)
    error = abs(labels - predictions) / normalizer
    relative = select(equal(normalizer, 0.0), 0.0, error)
    return mean(relative, weights, metrics_collections, updates_collections, name or "mean_relative_error")


def mean_cosine_distance(
    labels: Any,
    predictions: Any,
    dim: int,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """1 - the weighted mean of sum(labels * predictions) along the axis `dim`, for vectors of length 1.

    `weights` have size 1 along `dim`. Otherwise as `mean_squared_error`.
    """
    labels, predictions, weights = aligned(labels, predictions, weights)
    products = cast(labels * predictions, float32)
    cosine = reduce_sum(products, axis=[dim], keepdims=True)
    value, update_op = mean(cosine, weights, name=name or "mean_cosine_distance")
    return published(1.0 - value, 1.0 - update_op, metrics_collections, updates_collections)
