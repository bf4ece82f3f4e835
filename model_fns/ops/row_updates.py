"""Changing some rows of a variable, at a cost that depends on those rows alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.graph.dimensions import Dims, may_equal, text
from model_fns.graph.dtypes import DType
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor


@dataclass(frozen=True)
class RowUpdate(Op):
    """Changes the rows y of the variable x by z; `skips`: -1 is no row, else it is refused"""

    skips: bool = False
    writes: ClassVar[bool] = True
    stateful: ClassVar[bool] = True

    def output_dtype(self, *inputs: DType) -> DType:
        if inputs[0] != inputs[2]:
            raise TypeError(f"a variable of {inputs[0].name} cannot be updated by {inputs[2].name}")
        return inputs[0]

    def output_shape(self, *inputs: Dims) -> Dims:
        variable, rows, values = inputs
        expected = rows + variable[1:]
        fits = not values or (len(values) == len(expected) and all(map(may_equal, values, expected)))
        if not variable or not fits:
            raise ValueError(
                "Must have updates.shape = indices.shape + params.shape[1:] or updates.shape = [], got updates.shape "
                f"{text(values)}, indices.shape {text(rows)}, params.shape {text(variable)}"
            )
        return variable

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        raise LookupError(f"No gradient defined for operation type {self.type}.")

    def taken(self, inputs: Any) -> tuple[np.ndarray, np.ndarray, Any]:
        """A copy of the variable, the row numbers and their values. InvalidArgumentError for one out of range."""
        variable, rows, values = np.array(inputs[0]), np.asarray(inputs[1]), np.asarray(inputs[2])
        bad = np.argwhere((rows < (-1 if self.skips else 0)) | (rows >= len(variable)))
        if len(bad):
            at = tuple(int(i) for i in bad[0])
            raise InvalidArgumentError(message=f"indices{list(at) or ''} = {rows[at]} is not in [0, {len(variable)})")
        values = np.broadcast_to(values, rows.shape + variable.shape[1:])
        return variable, rows[rows >= 0], values[rows >= 0]


@final
@dataclass(frozen=True)
class PutRows(RowUpdate):
    """x[y] := z, for numbers y of which each occurs once, or is -1, which is no row"""

    skips: bool = True

    def kernel(self, *inputs: Any) -> Any:
        variable, rows, values = self.taken(inputs)
        variable[rows] = values
        return variable


@final
class ScatterUpdate(RowUpdate):
    """x[y] := z, the last of several for one row"""

    def kernel(self, *inputs: Any) -> Any:
        variable, rows, values = self.taken(inputs)
        variable[rows] = values
        return variable


@final
class ScatterAddRows(RowUpdate):
    """x[y] := x[y] + z, for each of several for one row"""

    type_name: ClassVar[str] = "ScatterAdd"

    def kernel(self, *inputs: Any) -> Any:
        variable, rows, values = self.taken(inputs)
        np.add.at(variable, rows, values)
        return variable


@final
class ScatterSubRows(RowUpdate):
    """x[y] := x[y] - z, for each of several for one row"""

    type_name: ClassVar[str] = "ScatterSub"

    def kernel(self, *inputs: Any) -> Any:
        variable, rows, values = self.taken(inputs)
        np.subtract.at(variable, rows, values)
        return variable
