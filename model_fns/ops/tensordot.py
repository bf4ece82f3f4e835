"""Contraction of tensors along any axes."""

from __future__ import annotations

from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.tensor import Tensor
from model_fns.ops.joining import concat, transpose
from model_fns.ops.linalg import matmul
from model_fns.ops.reduction import reduce_prod
from model_fns.ops.shaping import rank, reshape, shape


def tensordot(a: Any, b: Any, axes: Any, name: str | None = None) -> Tensor:
    """The sum of products of a and b along `axes`: a number n (the last n of a, the first n of b) or two lists of axes.

    The result has the other axes of a, then those of b. Unless `axes` is a number, the ranks must be known.
    Raises ValueError if the two lists are not equally long, or the sizes along them differ.
    """
    a = convert_to_tensor(a, None if isinstance(a, Tensor) else getattr(b, "dtype", None), "a")
    b = convert_to_tensor(b, None if isinstance(b, Tensor) else a.dtype, "b")
    with a.graph.as_default(), a.graph.name_scope(name or "Tensordot") as scope:
        if isinstance(axes, int) and (a.dims is None or b.dims is None):
            return _of_unknown_rank(a, b, axes, scope)
        of_a, of_b = _summed_axes(axes, len(a.shape), len(b.shape))
        free_a = [axis for axis in range(len(a.shape)) if axis not in of_a]
        free_b = [axis for axis in range(len(b.shape)) if axis not in of_b]
        left, right = _ordered(a, free_a + of_a), _ordered(b, of_b + free_b)
        product = matmul(_as_matrix(left, len(free_a)), _as_matrix(right, len(of_b)))
        return reshape(product, _sizes(a, free_a) + _sizes(b, free_b), name=scope)


def _of_unknown_rank(a: Tensor, b: Tensor, count: int, scope: str) -> Tensor:
    """The sum over the last `count` axes of a and the first of b."""
    sizes_of_a, sizes_of_b = shape(a), shape(b)
    free_a, summed = sizes_of_a[: rank(a) - count], sizes_of_b[:count]
    product = matmul(reshape(a, [-1, reduce_prod(summed)]), reshape(b, [reduce_prod(summed), -1]))
    return reshape(product, concat([free_a, sizes_of_b[count:]], 0), name=scope)


def _summed_axes(axes: Any, rank_a: int, rank_b: int) -> tuple[list[int], list[int]]:
    if isinstance(axes, int):
        if not 0 <= axes <= min(rank_a, rank_b):
            raise ValueError(f"'axes' must be between 0 and the smaller rank, {min(rank_a, rank_b)}, but is {axes}.")
        return list(range(rank_a - axes, rank_a)), list(range(axes))
    if len(axes) != 2:
        raise ValueError("'axes' must be an integer or have length 2.")
    of_a, of_b = ([item] if isinstance(item, int) else list(item) for item in axes)
    if len(of_a) != len(of_b):
        raise ValueError(f"Different number of contraction axes 'a' and 'b', {len(of_a)} != {len(of_b)}.")
    return [axis % rank_a for axis in of_a], [axis % rank_b for axis in of_b]


def _ordered(x: Tensor, order: list[int]) -> Tensor:
    return x if order == sorted(order) else transpose(x, order)


def _as_matrix(x: Tensor, rows: int) -> Tensor:
    """The first `rows` axes as one, the others as another."""
    if rows == 1 and len(x.shape) == 2:
        return x
    axes = range(len(x.shape))
    sizes = x.shape.as_list()[rows:]
    if all(sizes):  # known, and not 0
        total = 1
        for size in sizes:
            total *= size or 0
        return reshape(x, [-1, total])
    return reshape(x, [_total(x, list(axes)[:rows]), _total(x, list(axes)[rows:])])


def _total(x: Tensor, axes: list[int]) -> Any:
    total: Any = 1
    for size in _sizes(x, axes):
        total = size * total
    return total


def _sizes(x: Tensor, axes: list[int]) -> list[Any]:
    """The sizes of some axes, as numbers where they are known."""
    return [shape(x)[axis] if x.shape[axis].value is None else x.shape[axis].value for axis in axes]
