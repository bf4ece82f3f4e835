"""sparse_placeholder: a sparse tensor whose parts are given in `feed_dict`."""

from __future__ import annotations

from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import int64
from model_fns.graph.tensor import Tensor
from model_fns.ops.control import placeholder
from model_fns.sparse_tensor import SparseTensor


def sparse_placeholder(dtype: Any, shape: Any = None, name: str | None = None) -> SparseTensor:
    """A SparseTensor to be fed with a SparseTensorValue, or with a tuple of indices, values and dense_shape.

    With a `shape` in which all sizes are known, that is the dense_shape, and a tuple of indices and values suffices.
    """

    def part(kind: str) -> str | None:
        return f"{name}/{kind}" if name is not None else None

    sizes: Any = shape if isinstance(shape, Tensor) or shape is None else list(shape)
    rank = sizes.dims[0] if isinstance(sizes, Tensor) and sizes.dims else None
    if isinstance(sizes, list):
        rank = len(sizes)
        known = all(size is not None for size in sizes)
        sizes = convert_to_tensor(sizes, int64, part("shape")) if known else None
    return SparseTensor(
        placeholder(int64, [None, rank if isinstance(rank, int) else None], part("indices")),
        placeholder(dtype, [None], part("values")),
        placeholder(int64, [rank if isinstance(rank, int) else None], part("shape")) if sizes is None else sizes,
    )
