"""Operations of TensorArray: rows of a tensor replaced, and a tensor made longer."""

from __future__ import annotations

from typing import Any, final

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.graph.dimensions import Dims, may_equal, text, unknown
from model_fns.graph.dtypes import DType
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.indexing import gather
from model_fns.ops.shaping import shape, zeros_like


@final
class ReplaceRows(Op):
    """x, with the rows z in the place of those of the numbers y: one row for a scalar y"""

    def output_dtype(self, *inputs: DType) -> DType:
        if inputs[0] != inputs[2]:
            raise TypeError(f"a TensorArray of {inputs[0].name} cannot hold {inputs[2].name}")
        return inputs[0]

    def copes_without(self, position: int) -> bool:
        return position == 0

    def output_shape(self, *inputs: Any) -> Dims:
        x, y, z = inputs
        row = z[len(y) :]
        if x is None:
            return (unknown(), *row)
        if len(x) - 1 != len(row) or not all(map(may_equal, x[1:], row)):
            raise ValueError(f"a TensorArray whose elements have the shape {text(x[1:])} cannot hold {text(row)}")
        return x

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return replace_rows(upstream, inputs[1], zeros_like(inputs[2])), None, gather(upstream, inputs[1])

    def kernel(self, *inputs: Any) -> Any:
        x, y, z = inputs
        numbers = np.ravel(y)
        if numbers.size and not 0 <= numbers.min() <= numbers.max() < len(x):
            wrong = next(number for number in numbers.tolist() if not 0 <= number < len(x))
            raise InvalidArgumentError(
                message=f"Tried to write to index {wrong} but array is not resizeable and size is: {len(x)}"
            )
        result = np.array(x)
        result[y] = z
        return result


@final
class LongEnough(Op):
    """x, with rows of zeros behind it if it has no row of the number y"""

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0]

    def copes_without(self, position: int) -> bool:
        return True

    def output_shape(self, *inputs: Any) -> Dims | None:
        return None if inputs[0] is None else (unknown(), *inputs[0][1:])

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return upstream[: shape(inputs[0])[0]], None

    def kernel(self, *inputs: Any) -> Any:
        x, y = inputs
        more = max(int(np.max(y, initial=-1)) + 1 - len(x), 0)
        return np.concatenate([x, np.zeros((more, *x.shape[1:]), x.dtype)])


def replace_rows(x: Tensor, numbers: Tensor, rows: Tensor, name: str | None = None) -> Tensor:
    return apply(ReplaceRows(), name, None, x=x, numbers=numbers, rows=rows)


def long_enough(x: Tensor, numbers: Tensor) -> Tensor:
    return apply(LongEnough(), None, None, x=x, numbers=numbers)
