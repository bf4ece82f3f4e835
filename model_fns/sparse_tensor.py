"""SparseTensor: the places and the values of what is there, in place of a tensor that is mostly empty."""

from __future__ import annotations

from typing import Any, NamedTuple, final

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import DType, int64
from model_fns.graph.graph import Graph
from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Operation, Tensor
from model_fns.ops.apply import graph_of


class SparseTensorValue(NamedTuple):
    """What a run makes of a SparseTensor."""

    indices: Any
    values: Any
    dense_shape: Any


@final
class SparseTensor:
    """Values at given places; elsewhere nothing.

    Args:
      indices: int64 [n, rank], the place of each value, in row-major order.
      values: [n].
      dense_shape: int64 [rank].
    """

    def __init__(self, indices: Any, values: Any, dense_shape: Any) -> None:
        with graph_of(indices, values, dense_shape).name_scope("SparseTensor"):
            self.indices = convert_to_tensor(indices, int64, "indices")
            self.values = convert_to_tensor(values, name="values")
            self.dense_shape = convert_to_tensor(dense_shape, int64, "dense_shape")
        for tensor, rank in ((self.indices, 2), (self.values, 1), (self.dense_shape, 1)):
            tensor.shape.assert_has_rank(rank)

    @classmethod
    def from_value(cls, sparse_tensor_value: Any) -> SparseTensor:
        """A SparseTensor of what a run made of one."""
        return cls(*sparse_tensor_value)

    @property
    def dtype(self) -> DType:
        return self.values.dtype

    @property
    def op(self) -> Operation:
        return self.values.op

    @property
    def graph(self) -> Graph:
        return self.values.graph

    @property
    def shape(self) -> TensorShape:
        known = self.dense_shape.known_value
        if known is not None:
            return TensorShape([size if isinstance(size, int) else None for size in known.tolist()])
        return TensorShape([None] * self.indices.dims[1]) if _has_rank(self.indices) else TensorShape(None)  # type: ignore[operator, index]  # `_has_rank` says so

    def get_shape(self) -> TensorShape:
        return self.shape

    def __repr__(self) -> str:
        return f"SparseTensor(indices={self.indices!s}, values={self.values!s}, dense_shape={self.dense_shape!s})"


def _has_rank(indices: Tensor) -> bool:
    return indices.dims is not None and isinstance(indices.dims[1], int)
