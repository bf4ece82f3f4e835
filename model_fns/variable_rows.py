"""Rows of a variable, where a program has the variable: optimizers update what was looked up, and nothing else."""

from __future__ import annotations

from typing import Any, final

from model_fns.graph.constant import convert_to_tensor, register_conversion
from model_fns.graph.dtypes import DType
from model_fns.graph.graph import Graph
from model_fns.graph.op import Op
from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Operators, Tensor
from model_fns.ops.apply import apply, graph_of
from model_fns.ops.operators import install
from model_fns.ops.row_updates import PutRows
from model_fns.ops.state import AssignAdd, AssignSub
from model_fns.ops.table_rows import PresentRows


@final
class RowsOf(Operators):
    """The rows of `variable` at the numbers `rows`, each of them once or -1, usable where the whole of it is.

    Its value is what the rows are when this is made, zeros for -1; assigning to it replaces them.
    """

    __array_priority__ = 100

    def __init__(self, variable: Any, rows: Tensor) -> None:
        self.variable, self.rows = variable, rows
        self.constraint = None
        # Read at once: before anything changes, and beside what else is read, so that one loop computes all of it.
        self._value = apply(PresentRows(in_range=True), x=variable.value(), indices=rows)

    @property
    def graph(self) -> Graph:
        return self.variable.graph

    @property
    def dtype(self) -> DType:
        return self.variable.dtype

    @property
    def shape(self) -> TensorShape:
        return self.value().shape

    def get_shape(self) -> TensorShape:
        return self.shape

    @property
    def name(self) -> str:
        return self.variable.name

    @property
    def op(self) -> Any:
        return self.variable.op

    def value(self) -> Tensor:
        """The rows, [n, ...]."""
        return self._value

    read_value = value

    def assign(self, value: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True) -> Tensor:
        """Replaces the rows by those of `value`; as a tensor, the whole variable."""
        value = convert_to_tensor(value, None if isinstance(value, Tensor) else self.dtype)
        inputs = (self.variable.graph_element, self.rows, value)
        return graph_of(self.variable).create(PutRows(), inputs, name or "PutRows").outputs[0]

    def assign_add(self, delta: Any, use_locking: bool = False, name: str | None = None) -> Tensor:
        return self.assign(self.value() + delta, name=name)

    def assign_sub(self, delta: Any, use_locking: bool = False, name: str | None = None) -> Tensor:
        return self.assign(self.value() - delta, name=name)

    def update(self, kind: Op, value: Any, name: str | None) -> Tensor:
        """What `kind`, an assignment to a variable, is for rows."""
        if isinstance(kind, AssignAdd):
            return self.assign_add(value, name=name)
        return self.assign_sub(value, name=name) if isinstance(kind, AssignSub) else self.assign(value, name=name)


install(RowsOf)


def _value_of(rows: RowsOf, dtype: DType | None, name: str | None) -> Tensor:
    return rows.value()


register_conversion(RowsOf, _value_of)
