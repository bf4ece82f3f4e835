"""IndexedSlices: a tensor given by some of its rows, which is what a gradient by a table that was looked up is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, final

from model_fns.graph.dtypes import DType
from model_fns.graph.tensor import Operation, Tensor

if TYPE_CHECKING:
    from model_fns.graph.graph import Graph


class IndexedSlicesValue(NamedTuple):
    """What a run makes of IndexedSlices."""

    values: Any
    indices: Any
    dense_shape: Any


@final
class IndexedSlices:
    """Zeros, but for rows at given places; rows of one place are added up.

    Args:
      values: [n, ...], the rows.
      indices: integers [n], the place of each. -1 is nowhere: so say those that gradients by categories leave out.
      dense_shape: integers, the shape of the whole; None if it is not known.
    """

    def __init__(self, values: Tensor, indices: Tensor, dense_shape: Tensor | None = None) -> None:
        self._values, self._indices, self._dense_shape = values, indices, dense_shape
        self.table: Tensor | None = None  # of that shape, where the indices are known to be in range of it

    @classmethod
    def of_table(
        cls, values: Tensor, indices: Tensor, dense_shape: Tensor | None, table: Tensor | None
    ) -> IndexedSlices:
        """Slices whose indices are known to be in range of `table`."""
        made = cls(values, indices, dense_shape)
        made.table = table
        return made

    def with_values(self, values: Tensor) -> IndexedSlices:
        """Other rows at the same places."""
        return IndexedSlices.of_table(values, self._indices, self._dense_shape, self.table)

    @property
    def values(self) -> Tensor:
        return self._values

    @property
    def indices(self) -> Tensor:
        return self._indices

    @property
    def dense_shape(self) -> Tensor | None:
        return self._dense_shape

    @property
    def parts(self) -> list[Tensor]:
        """The tensors it consists of."""
        return [part for part in (self._values, self._indices, self._dense_shape) if part is not None]

    @property
    def name(self) -> str:
        return self._values.name

    @property
    def device(self) -> str:
        return self._values.device

    @property
    def op(self) -> Operation:
        return self._values.op

    @property
    def dtype(self) -> DType:
        return self._values.dtype

    @property
    def graph(self) -> Graph:
        return self._values.graph

    def consumers(self) -> list[Operation]:
        return self._values.consumers()

    def __neg__(self) -> IndexedSlices:
        return self.with_values(-self._values)

    def __str__(self) -> str:
        shape = "" if self._dense_shape is None else f", dense_shape={self._dense_shape}"
        return f"IndexedSlices(indices={self._indices}, values={self._values}{shape})"
