"""Sizes as layers of `tf.contrib` take them."""

from __future__ import annotations

import operator
from typing import Any

from model_fns.graph.shapes import TensorShape


def last_dimension(shape: Any, min_rank: int = 1) -> int | None:
    """The last size. ValueError for an unknown rank, or one below `min_rank`."""
    shape = TensorShape(shape)
    if shape.ndims is None:
        raise ValueError("dims of shape must be known but is None")
    if shape.ndims < min_rank:
        raise ValueError(f"rank of shape must be at least {min_rank} not: {shape.ndims}")
    size: int | None = shape[-1].value
    return size


def two_element_tuple(int_or_tuple: Any) -> tuple[int, int]:
    """(height, width) from one number or two. ValueError for anything else."""
    height, width = n_positive_integers(2, int_or_tuple)
    return height, width


def n_positive_integers(n: int, value: Any) -> tuple[int, ...]:
    """`n` positive integers from one, which is repeated, or from `n`. ValueError for anything else."""
    sizes: Any = value.as_list() if isinstance(value, TensorShape) else value
    try:
        sizes = (operator.index(sizes),) * n if not isinstance(sizes, list | tuple) else tuple(sizes)
        valid = len(sizes) == n and all(operator.index(size) > 0 for size in sizes)
    except TypeError:
        valid = False
    if n < 1 or not valid:
        raise ValueError(f"Expected {n} positive integers, or one to be used {n} times, not {value!r}")
    return tuple(sizes)
