"""Lengths of tensors, and scaling to unit length."""

from __future__ import annotations

from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.indexed_slices import IndexedSlices
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import graph_of
from model_fns.ops.arithmetic import maximum, multiply, square
from model_fns.ops.elementary import rsqrt, sqrt
from model_fns.ops.joining import stack
from model_fns.ops.reduction import reduce_sum


def l2_loss(t: Any, name: str | None = None) -> Tensor:
    """Half the sum of squares of `t`, without a square root."""
    t = convert_to_tensor(t, name="t")
    with t.graph.as_default(), t.graph.name_scope(name or "L2Loss") as scope:
        return multiply(reduce_sum(square(t)), 0.5, scope)


def l2_normalize(x: Any, axis: Any = None, epsilon: float = 1e-12, name: str | None = None, dim: Any = None) -> Tensor:
    """x / sqrt(max(sum(x^2), epsilon)), the sum taken along `axis` (default: all)."""
    x = convert_to_tensor(x, name="x")
    with x.graph.as_default(), x.graph.name_scope(name or "l2_normalize") as scope:
        squares = reduce_sum(square(x), dim if axis is None else axis, True)
        return multiply(x, rsqrt(maximum(squares, epsilon)), scope)


def global_norm(t_list: Any, name: str | None = None) -> Tensor:
    """The length of all tensors in `t_list` (None is left out) as one vector: sqrt(sum of squares).

    Of IndexedSlices, the rows count as they come, two of one place too. Raises TypeError unless `t_list` is a list.
    """
    given = [t for t in sequence_of_tensors(t_list) if t is not None]
    tensors = [convert_to_tensor(t.values if isinstance(t, IndexedSlices) else t) for t in given]
    graph = graph_of(*tensors)
    with graph.as_default(), graph.name_scope(name or "global_norm"):
        if not tensors:
            return convert_to_tensor(0.0, name="global_norm")
        halves = [l2_loss(t) for t in tensors]
        return sqrt(reduce_sum(stack(halves)) * 2.0, name="global_norm")


def sequence_of_tensors(t_list: Any) -> list[Any]:
    """TypeError unless `t_list` is a list or tuple."""
    if isinstance(t_list, Tensor | str) or not hasattr(t_list, "__len__"):
        raise TypeError("t_list should be a sequence")
    return list(t_list)
