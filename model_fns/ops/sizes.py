"""Sizes of tensors as a program reckons with them: numbers where they are known, scalars of the graph elsewhere."""

from __future__ import annotations

from typing import Any

from model_fns.graph.dimensions import Symbol
from model_fns.graph.tensor import Tensor
from model_fns.ops.shaping import shape


def known_rank(x: Tensor) -> int:
    """The number of axes. ValueError if it is not known."""
    if x.dims is None:
        raise ValueError(
            f"The rank of {x.name} must be known when the graph is built; give it a shape with set_shape()."
        )
    return len(x.dims)


def size_at(x: Tensor, axis: int) -> Any:
    """The size of an axis: an int if it is known, else an int32 scalar."""
    size = None if x.dims is None else x.dims[axis]
    return shape(x)[axis] if size is None or isinstance(size, Symbol) else size


def sizes_of(x: Tensor) -> list[Any]:
    """The sizes of all axes."""
    return [size_at(x, axis) for axis in range(known_rank(x))]


def product_of(sizes: list[Any]) -> Any:
    """Their product, an int if they all are."""
    total: Any = 1
    for size in sizes:
        total = size if isinstance(total, int) and total == 1 else total * size
    return total


def position_of(axis: int, rank: int) -> int:
    """An axis counted from 0. ValueError if there is no such axis."""
    if not -rank <= axis < rank:
        raise ValueError(f"axis {axis} is not in the range [{-rank}, {rank})")
    return axis % rank
