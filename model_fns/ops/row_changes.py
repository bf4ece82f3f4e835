"""Rows of a variable multiplied, divided or bounded, and slices of it changed at index vectors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.errors import OutOfRangeError
from model_fns.graph.dimensions import Dims, may_equal, text
from model_fns.graph.dtypes import DType
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.gather_nd import checked_places
from model_fns.ops.row_updates import RowUpdate


class RowChange(RowUpdate):
    """Changes the rows y of the variable x by a function of each and z"""

    def changed(self, inputs: Any, function: np.ufunc) -> Any:
        variable, rows, values = self.taken(inputs)
        function.at(variable, rows, values)
        return variable


@final
class ScatterMul(RowChange):
    """x[y] := x[y] * z"""

    def kernel(self, *inputs: Any) -> Any:
        return self.changed(inputs, np.multiply)


@final
class ScatterDiv(RowChange):
    """x[y] := x[y] / z; integers without the remainder"""

    def kernel(self, *inputs: Any) -> Any:
        return self.changed(inputs, np.divide if inputs[0].dtype.kind == "f" else np.floor_divide)


@final
class ScatterMin(RowChange):
    """x[y] := the smaller of x[y] and z"""

    def kernel(self, *inputs: Any) -> Any:
        return self.changed(inputs, np.minimum)


@final
class ScatterMax(RowChange):
    """x[y] := the larger of x[y] and z"""

    def kernel(self, *inputs: Any) -> Any:
        return self.changed(inputs, np.maximum)


class SliceChange(Op):
    """Changes the slices of the variable x at the index vectors y by z"""

    writes: ClassVar[bool] = True
    stateful: ClassVar[bool] = True

    def output_dtype(self, *inputs: DType) -> DType:
        if inputs[0] != inputs[2]:
            raise TypeError(f"a variable of {inputs[0].name} cannot be updated by {inputs[2].name}")
        return inputs[0]

    def output_shape(self, *inputs: Dims) -> Dims:
        variable, places, values = inputs
        depth = places[-1] if places else 0
        expected = places[:-1] + variable[depth:] if isinstance(depth, int) else values
        if len(values) != len(expected) or not all(map(may_equal, values, expected)):
            raise ValueError(
                f"The shapes of the variable {text(variable)}, indices {text(places)} and updates {text(values)} "
                "do not go together"
            )
        return variable

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        raise LookupError(f"No gradient defined for operation type {self.type}.")

    def changed(self, inputs: Any, function: Any) -> Any:
        variable = np.array(inputs[0])
        places = checked_places(inputs[1], variable.shape)
        if function is None:
            variable[places] = inputs[2]
        else:
            function.at(variable, places, inputs[2])
        return variable


@final
class ScatterNdUpdate(SliceChange):
    """x[y] := z"""

    def kernel(self, *inputs: Any) -> Any:
        return self.changed(inputs, None)


@final
class ScatterNdAdd(SliceChange):
    """x[y] := x[y] + z"""

    def kernel(self, *inputs: Any) -> Any:
        return self.changed(inputs, np.add)


@final
class ScatterNdSub(SliceChange):
    """x[y] := x[y] - z"""

    def kernel(self, *inputs: Any) -> Any:
        return self.changed(inputs, np.subtract)


@final
@dataclass(frozen=True)
class CheckedBelow(Op):
    """x, which must be below `limit`, else OutOfRangeError"""

    limit: int
    stateful: ClassVar[bool] = True

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[0]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,)

    def kernel(self, *inputs: Any) -> Any:
        if inputs[0] >= self.limit:
            raise OutOfRangeError(message=f"Reached limit of {self.limit}")
        return np.array(inputs[0])
