"""Padding with what is inside, as in a mirror, and its adjoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.graph.dimensions import Dims
from model_fns.graph.dtypes import DType
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply

Paddings = tuple[tuple[int, int], ...]  # how many before and after along each axis


@final
@dataclass(frozen=True)
class MirrorPad(Op):
    """x with its mirror image around it; REFLECT leaves out the edge itself, SYMMETRIC repeats it"""

    paddings: Paddings
    mode: str

    def output_shape(self, *inputs: Dims) -> Dims:
        verify_rank(self.paddings, inputs[0])
        return tuple(size + (before + after) for size, (before, after) in zip(inputs[0], self.paddings, strict=True))

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (apply(MirrorPadGrad(self.paddings, self.mode), dy=upstream, like=inputs[0]),)

    def kernel(self, *inputs: Any) -> Any:
        x = inputs[0]
        edge = 1 if self.mode == "REFLECT" else 0
        for size, pair in zip(np.shape(x), self.paddings, strict=True):
            if max(pair) > max(size - edge, 0):
                rule = "less than" if edge else "no greater than"
                raise InvalidArgumentError(
                    message=f"paddings must be {rule} the dimension size: {pair[0]}, {pair[1]} "
                    f"{'not less than' if edge else 'greater than'} {size}"
                )
        return np.pad(x, self.paddings, self.mode.lower())  # type: ignore[call-overload]  # one of the two modes


@final
@dataclass(frozen=True)
class MirrorPadGrad(Op):
    """x with its border folded back to the shape of y, each element added to the one it is the image of"""

    paddings: Paddings
    mode: str
    shape_inputs: ClassVar[tuple[int, ...]] = (1,)

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0]

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[1]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return apply(MirrorPad(self.paddings, self.mode), tensor=upstream), None

    def kernel(self, *inputs: Any) -> Any:
        folded, sizes = np.asarray(inputs[0]), np.shape(inputs[1])
        for axis, (size, pair) in enumerate(zip(sizes, self.paddings, strict=True)):
            images = np.pad(np.arange(size), pair, self.mode.lower())  # type: ignore[call-overload]  # as above
            rows = np.moveaxis(folded, axis, 0)
            result = np.zeros((size, *rows.shape[1:]), folded.dtype)
            np.add.at(result, images, rows)
            folded = np.moveaxis(result, 0, axis)
        return np.ascontiguousarray(folded).reshape(sizes)


def verify_rank(paddings: Paddings, dims: Dims) -> None:
    """ValueError unless there is a pair of paddings for each axis."""
    if len(dims) != len(paddings):
        raise ValueError(f"paddings must have {len(dims)} rows, one for each axis, but has {len(paddings)}")
