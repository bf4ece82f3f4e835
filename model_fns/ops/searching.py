"""Where numbers belong in sorted rows, and elements repeated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np

from model_fns.graph import dtypes
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims, may_equal, text
from model_fns.graph.dtypes import DType
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.indexing import gather
from model_fns.ops.joining import tile
from model_fns.ops.shaping import expand_dims, reshape
from model_fns.ops.sizes import known_rank, position_of, size_at, sizes_of


@final
@dataclass(frozen=True)
class SearchSorted(Op):
    """For each number of y's rows, before which place of the sorted row of x it belongs (`right`: behind equal ones)"""

    right: bool = False
    dtype: DType = dtypes.int32

    def output_dtype(self, *inputs: DType) -> DType:
        return self.dtype

    def output_shape(self, *inputs: Dims) -> Dims:
        rows, values = inputs
        if len(rows) != len(values) or not all(map(may_equal, rows[:-1], values[:-1])):
            raise ValueError(f"Leading dim_size of both tensors must match: {text(rows)} and {text(values)}")
        return values

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return None, None

    def kernel(self, *inputs: Any) -> Any:
        rows, values = np.asarray(inputs[0]), np.asarray(inputs[1])
        result = np.zeros(values.shape, self.dtype.as_numpy_dtype)
        side: Any = "right" if self.right else "left"
        for place in np.ndindex(*values.shape[:-1]):
            result[place] = np.searchsorted(rows[place], values[place], side)
        return result


def searchsorted(
    sorted_sequence: Any, values: Any, side: str = "left", out_type: Any = dtypes.int32, name: str | None = None
) -> Tensor:
    """Before which place of its sorted row each of `values` belongs; behind equal ones if `side` is "right"."""
    if side not in ("left", "right"):
        raise ValueError(f"side must be either 'right' or 'left'. Saw: {side}.")
    rows = convert_to_tensor(sorted_sequence)
    numbers = values if isinstance(values, Tensor) else convert_to_tensor(values, rows.dtype)
    definition = SearchSorted(side == "right", dtypes.as_dtype(out_type))
    return apply(definition, name or f"{'Upper' if side == 'right' else 'Lower'}Bound", rows=rows, values=numbers)


def repeat(input: Any, repeats: Any, axis: int | None = None, name: str | None = None) -> Tensor:
    """Each slice along `axis` (of the flat tensor for None) so many times in a row: a number, or one for each slice.

    Numbers that differ must be known when the graph is built.
    """
    x = convert_to_tensor(input)
    with x.graph.as_default(), x.graph.name_scope(name or "repeat"):
        if axis is None:
            x, axis = reshape(x, [-1]), 0
        axis = position_of(int(axis), known_rank(x))
        counts = repeats.taken_value() if isinstance(repeats, Tensor) else np.asarray(repeats)
        if counts is None:
            raise ValueError(f"repeats must be known when the graph is built, got {repeats}")
        if np.size(counts) == 1:
            times = int(np.ravel(counts)[0])
            tiled = tile(expand_dims(x, axis + 1), [times if i == axis + 1 else 1 for i in range(known_rank(x) + 1)])
            sizes = sizes_of(x)
            return reshape(tiled, [*sizes[:axis], sizes[axis] * times, *sizes[axis + 1 :]])
        size = size_at(x, axis)
        if isinstance(size, int) and size != len(counts):
            raise ValueError(f"repeats has {len(counts)} numbers, but axis {axis} has {size} elements")
        return gather(x, np.repeat(np.arange(len(counts)), np.asarray(counts, int)).astype(np.int32), axis=axis)
