"""Gradients that are IndexedSlices: added to each other, and made dense where something needs all of them."""

from __future__ import annotations

from typing import Any

from model_fns.graph.constant import convert_to_tensor, register_conversion
from model_fns.graph.dtypes import DType, as_dtype, int64
from model_fns.graph.indexed_slices import IndexedSlices
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.arithmetic import add_n, cast
from model_fns.ops.indexing import ScatterAdd
from model_fns.ops.joining import concat
from model_fns.ops.segments import unsorted_segment_sum


def sum_of_gradients(parts: list[Any]) -> Any:
    """The sum: all rows of all parts where all are IndexedSlices, else a tensor."""
    if not all(isinstance(part, IndexedSlices) for part in parts):
        return add_n([convert_to_tensor(part) for part in parts])
    indices = [part.indices for part in parts]
    if any(item.dtype != indices[0].dtype for item in indices):
        indices = [cast(item, int64) for item in indices]
    values = concat([part.values for part in parts], 0)
    table = parts[0].table if all(part.table is not None for part in parts) else None
    return IndexedSlices.of_table(values, concat(indices, 0), parts[0].dense_shape, table)


def convert_to_tensor_or_indexed_slices(value: Any, dtype: Any = None, name: str | None = None) -> Any:
    """`value` as a tensor, or as it is if it is IndexedSlices. ValueError for IndexedSlices of another `dtype`."""
    if not isinstance(value, IndexedSlices):
        return convert_to_tensor(value, dtype, name)
    if dtype is not None and as_dtype(dtype) != value.dtype:
        raise ValueError(
            f"Tensor conversion requested dtype {as_dtype(dtype).name} for Tensor with dtype {value.dtype.name}: "
            f"{str(value)!r}"
        )
    return value


def _dense(slices: IndexedSlices, dtype: DType | None, name: str | None) -> Tensor:
    """All of it. ValueError if its shape is not known."""
    if slices.table is not None:
        return apply(ScatterAdd(0), name, updates=slices.values, indices=slices.indices, like=slices.table)
    if slices.dense_shape is None:
        raise ValueError(f"Tensor conversion requested for IndexedSlices without dense_shape: {slices}")
    return unsorted_segment_sum(slices.values, slices.indices, slices.dense_shape[0], name)


register_conversion(IndexedSlices, _dense)
