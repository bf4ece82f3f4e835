"""Variables as operations: the variable itself, reading it, and replacing its value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.graph.dimensions import Dims, is_known, text
from model_fns.graph.dtypes import DType, bool_
from model_fns.graph.op import Op, TensorSpec
from model_fns.graph.shapes import check_equal
from model_fns.graph.tensor import Tensor


@final
@dataclass(frozen=True)
class VariableV2(Op):
    """State that outlives a run, known by its operation's name"""

    dtype: DType
    dims: tuple[int, ...]
    stateful: ClassVar[bool] = True

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        return (TensorSpec(self.dtype, self.dims),)

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return ()


@final
class ReadVariable(Op):
    """The value of a variable at the time something uses it"""

    type_name: ClassVar[str] = "Identity"
    stateful: ClassVar[bool] = True
    is_view: ClassVar[bool] = True
    takes_slices: ClassVar[bool] = True

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[0]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (upstream,)

    def kernel(self, *inputs: Any) -> Any:
        return inputs[0]


@final
class IsVariableInitialized(Op):
    """Whether a variable has a value"""

    stateful: ClassVar[bool] = True

    def output_dtype(self, *inputs: DType) -> DType:
        return bool_

    def output_shape(self, *inputs: Dims) -> Dims:
        return ()

    def kernel(self, *inputs: Any) -> Any:
        return np.array(True)  # a kernel is not called before its inputs have values


class Update(Op):
    """Replaces the value of the variable x by one made of x and y"""

    writes: ClassVar[bool] = True
    stateful: ClassVar[bool] = True

    def output_shape(self, *inputs: Dims) -> Dims:
        variable, value = inputs
        check_equal(variable, value)
        if not all(map(is_known, variable)):
            raise ValueError(f"the variable's shape {text(variable)} must be fully known")
        return variable

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        raise LookupError(f"No gradient defined for operation type {self.type}.")


@final
class Assign(Update):
    """x := y"""

    def kernel(self, *inputs: Any) -> Any:
        return np.array(inputs[1])


@final
class AssignAdd(Update):
    """x := x + y"""

    def kernel(self, *inputs: Any) -> Any:
        return inputs[0] + inputs[1]


@final
class AssignSub(Update):
    """x := x - y"""

    def kernel(self, *inputs: Any) -> Any:
        return inputs[0] - inputs[1]
