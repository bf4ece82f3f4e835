"""Means over all batches: of numbers, of tensors element by element, of a condition."""

from __future__ import annotations

from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import float32
from model_fns.metrics.streaming import Pair, metric_variable, published, ratio, weight_of_each, weights_like
from model_fns.ops.arithmetic import cast
from model_fns.ops.comparison import less
from model_fns.ops.reduction import reduce_sum
from model_fns.ops.shaping import ones_like, size
from model_fns.variable_scope import variable_scope
from model_fns.variables import assign_add


def mean(
    values: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The weighted mean of all values so far: sum(weights * values) / sum(weights), 0 before the first.

    Args:
      values: tensor of any shape; summed in float32.
      weights: scalar, or of the rank of `values` with sizes equal or 1; None is 1 each.
      metrics_collections, updates_collections: collections to add the value and the update to.
      name: default `mean`. Variables `<name>/total`, `<name>/count`.
    Returns (value, update_op): the mean so far, and the mean after this batch was added.
    Raises ValueError for weights of another shape.
    """
    with variable_scope(name, "mean", [values, weights]):
        values = cast(values, float32)
        total, count = metric_variable([], float32, "total"), metric_variable([], float32, "count")
        weights = weights_like(weights, values)
        if weights is None:
            number = cast(size(values), float32)
        else:
            weights = weight_of_each(weights, values)
            values, number = values * weights, reduce_sum(weights)
        updated = assign_add(total, reduce_sum(values)), assign_add(count, number)
        value, update_op = ratio(total, count, "value"), ratio(*updated, "update_op")
        return published(value, update_op, metrics_collections, updates_collections)


def mean_tensor(
    values: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The weighted mean of every element over all batches, which have one, fully known shape.

    Variables `<name>/total_tensor`, `<name>/count_tensor`, both of the shape of `values`. Otherwise as `mean`.
    """
    with variable_scope(name, "mean", [values, weights]):
        values = cast(values, float32)
        total = metric_variable(values.shape, float32, "total_tensor")
        count = metric_variable(values.shape, float32, "count_tensor")
        weights = weights_like(weights, values)
        if weights is None:
            number = ones_like(values)
        else:
            number = weight_of_each(weights, values)
            values = values * number
        updated = assign_add(total, values), assign_add(count, number)
        value, update_op = ratio(total, count, "value"), ratio(*updated, "update_op")
        return published(value, update_op, metrics_collections, updates_collections)


def percentage_below(
    values: Any,
    threshold: Any,
    weights: Any = None,
    metrics_collections: Any = None,
    updates_collections: Any = None,
    name: str | None = None,
) -> Pair:
    """The share (0 to 1) of values below `threshold`, weighted. Otherwise as `mean`."""
    is_below = cast(less(convert_to_tensor(values), threshold), float32)
    return mean(is_below, weights, metrics_collections, updates_collections, name or "percentage_below_threshold")
