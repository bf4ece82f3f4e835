"""Keeping values, or the lengths of gradients, within bounds. Of IndexedSlices the rows are clipped as they come."""

from __future__ import annotations

from typing import Any

import numpy as np

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.indexed_slices import IndexedSlices
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import graph_of
from model_fns.ops.arithmetic import cast, maximum, minimum
from model_fns.ops.comparison import is_finite, select
from model_fns.ops.control import identity
from model_fns.ops.elementary import rsqrt, sqrt
from model_fns.ops.norms import global_norm, sequence_of_tensors
from model_fns.ops.reduction import reduce_sum
from model_fns.ops.row_gradients import convert_to_tensor_or_indexed_slices
from model_fns.ops.shaping import size


def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any, name: str | None = None) -> Any:
    """min(max(t, clip_value_min), clip_value_max). ValueError for bounds that broadcast beyond the shape of `t`."""
    if isinstance(t, IndexedSlices):
        return t.with_values(clip_by_value(t.values, clip_value_min, clip_value_max, name))
    t = convert_to_tensor(t, name="t")
    with t.graph.as_default(), t.graph.name_scope(name or "clip_by_value") as scope:
        below = minimum(t, clip_value_max)
        t.shape.merge_with(below.shape)
        result = maximum(below, clip_value_min, scope)
        t.shape.merge_with(result.shape)
        return result


def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None, name: str | None = None) -> Any:
    """`t` scaled down to length `clip_norm` where it is longer; the length is taken along `axes` (default: all)."""
    if isinstance(t, IndexedSlices):
        return t.with_values(clip_by_norm(t.values, clip_norm, axes, name))
    t = convert_to_tensor(t, name="t")
    with t.graph.as_default(), t.graph.name_scope(name or "clip_by_norm") as scope:
        squares = reduce_sum(t * t, axes, True)
        positive = squares > 0.0
        # The root's gradient at 0 is infinite: it is kept away from there.
        length = select(positive, sqrt(select(positive, squares, 1.0)), squares)
        scaled = t * clip_norm
        t.shape.merge_with(scaled.shape)
        return identity(scaled / maximum(length, clip_norm), scope)


def clip_by_average_norm(t: Any, clip_norm: Any, name: str | None = None) -> Tensor:
    """`t` scaled down where its length over its number of elements is above `clip_norm`, to where it is that."""
    t = convert_to_tensor(t, name="t")
    with t.graph.as_default(), t.graph.name_scope(name or "clip_by_average_norm") as scope:
        inverse = rsqrt(reduce_sum(t * t)) * cast(size(t), t.dtype)
        return identity(t * clip_norm * minimum(inverse, 1.0 / clip_norm), scope)


def clip_by_global_norm(
    t_list: Any, clip_norm: Any, use_norm: Any = None, name: str | None = None
) -> tuple[list[Any], Tensor]:
    """The tensors, scaled down together if their length as one vector is above `clip_norm`; and that length.

    t * clip_norm / max(global norm, clip_norm). If the norm is infinite or NaN, so is everything (NaN). None stays.
    """
    items = [None if t is None else convert_to_tensor_or_indexed_slices(t) for t in sequence_of_tensors(t_list)]
    norm = global_norm(items, name) if use_norm is None else convert_to_tensor(use_norm)
    graph = graph_of(norm)
    with graph.as_default(), graph.name_scope(name or "clip_by_global_norm") as scope:
        clip = convert_to_tensor(clip_norm, None if isinstance(clip_norm, Tensor) else norm.dtype)
        finite = clip * minimum(1.0 / norm, 1.0 / clip)
        scale = select(is_finite(norm), finite, np.nan)
        clipped = [None if t is None else _scaled(t, scale, f"{scope}_{i}") for i, t in enumerate(items)]
    return clipped, norm


def _scaled(t: Any, scale: Tensor, name: str) -> Any:
    if isinstance(t, IndexedSlices):
        return t.with_values(_scaled(t.values, scale, name))
    return identity(t * scale, name)
