"""Rows of a table that are looked up again and again: each row once, what belongs to it added up, -1 for no row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims, may_equal, text
from model_fns.graph.dtypes import DType, int32
from model_fns.graph.indexed_slices import IndexedSlices
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply, operation
from model_fns.ops.comparison import greater_equal, select
from model_fns.ops.shaping import reshape, shape, zeros_like
from model_fns.ops.sizes import known_rank, sizes_of


def _check_range(indices: np.ndarray, rows: int) -> None:
    """InvalidArgumentError for an index that is neither one of `rows` nor -1."""
    bad = np.argwhere((indices < -1) | (indices >= rows))
    if len(bad):
        at = tuple(int(i) for i in bad[0])
        raise InvalidArgumentError(message=f"indices{list(at) or ''} = {indices[at]} is not in [0, {rows})")


@final
@dataclass(frozen=True)
class PresentRows(Op):
    """The rows of x that the indices y name, zeros for -1

    `summed`: rows that are looked up twice have one row in the gradient, as after tf.unique. `in_range`: the indices
    need no check.
    """

    summed: bool = True
    in_range: bool = False

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0]

    def output_shape(self, *inputs: Dims) -> Dims:
        x, indices = inputs
        if not x:
            raise ValueError("Shape must be at least rank 1 but is rank 0")
        return indices + x[1:]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        slices = slices_of(upstream, *inputs)
        if self.summed:
            return each_row_once(slices, inputs[0]), None
        present = greater_equal(slices.indices, convert_to_tensor(0, slices.indices.dtype))
        rank = known_rank(inputs[0])
        mask = reshape(present, [-1, *(1 for _ in range(rank - 1))])
        return slices.with_values(select(mask, slices.values, zeros_like(slices.values))), None

    def kernel(self, *inputs: Any) -> Any:
        x, indices = np.asarray(inputs[0]), np.asarray(inputs[1])
        _check_range(indices, len(x))
        rows = np.zeros(indices.shape + x.shape[1:], x.dtype)
        rows[indices >= 0] = x[indices[indices >= 0]]
        return rows


@final
class DistinctRows(Op):
    """Of the rows x of the table y: each where it comes first, -1 where it comes again; and where each comes first"""

    shape_inputs: ClassVar[tuple[int, ...]] = (1,)

    def output_dtype(self, *inputs: DType) -> tuple[DType, ...]:
        return inputs[0], int32

    def output_shape(self, *inputs: Dims) -> list[Dims]:
        if len(inputs[0]) != 1:
            raise ValueError(f"Shape must be rank 1 but is rank {len(inputs[0])}")
        return [inputs[0], inputs[0]]

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        return None, None

    def kernel(self, *inputs: Any) -> Any:
        indices, table = np.asarray(inputs[0]), inputs[1]
        _check_range(indices, np.shape(table)[0])
        _, first, inverse = np.unique(indices, return_index=True, return_inverse=True)
        places = np.where(indices < 0, -1, first[inverse].reshape(indices.shape)).astype(np.int32)
        return np.where(places == np.arange(len(indices)), indices, -1).astype(indices.dtype), places


@final
class SumRepeated(Op):
    """The sums of the rows x that have one place y, each at its place; zeros elsewhere, -1 is no place"""

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0]

    def output_shape(self, *inputs: Dims) -> Dims:
        values, places = inputs
        if len(places) != 1 or not values or not may_equal(values[0], places[0]):
            raise ValueError(f"There must be a place for each row, but their shapes are {text(values)}, {text(places)}")
        return values

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return apply(PresentRows(in_range=True), x=upstream, indices=inputs[1]), None

    def kernel(self, *inputs: Any) -> Any:
        values, places = np.asarray(inputs[0]), np.asarray(inputs[1])
        result = np.zeros_like(values)
        np.add.at(result, places[places >= 0], values[places >= 0])
        return result


def present_rows(table: Tensor, indices: Tensor, summed: bool = True, name: str | None = None) -> Tensor:
    """The rows of `table` at `indices`, zeros at -1; what their gradient adds up depends on `summed`."""
    return apply(PresentRows(summed), name, x=table, indices=indices)


def distinct_rows(indices: Tensor, table: Tensor) -> tuple[Tensor, Tensor]:
    """Each of the row numbers once (-1 where it comes again), and where each of them comes first."""
    rows, places = operation(DistinctRows(), None, None, indices=indices, table=table).outputs
    return rows, places


def are_distinct(indices: Tensor) -> bool:
    """Whether these are the indices of slices of which `each_row_once` was made: -1 among them is no row."""
    return isinstance(indices.op.definition, DistinctRows)


def each_row_once(slices: IndexedSlices, table: Tensor) -> IndexedSlices:
    """The same slices, but rows of one place added up; the places that this leaves free are -1."""
    if are_distinct(slices.indices) and slices.table is not None and slices.table.dims == table.dims:
        return slices
    rows, places = distinct_rows(slices.indices, table)
    summed = apply(SumRepeated(), values=slices.values, places=places)
    return IndexedSlices.of_table(summed, rows, slices.dense_shape, table)


def slices_of(rows: Tensor, table: Tensor, indices: Tensor) -> IndexedSlices:
    """The gradient by a table of whose rows at `indices` the gradient is `rows`."""
    if indices.dims is None or len(indices.dims) != 1:
        rows, indices = reshape(rows, [-1, *sizes_of(table)[1:]]), reshape(indices, [-1])
    return IndexedSlices.of_table(rows, indices, shape(table), table)
