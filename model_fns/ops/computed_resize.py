"""Images in other sizes, where the old or the new ones only show when the graph runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.graph.dimensions import Dims, Symbol, unknown
from model_fns.graph.dtypes import DType, float32
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.arithmetic import cast
from model_fns.ops.resize_taps import KINDS, NEAREST_NEIGHBOR, Taps, taps_of


@dataclass(frozen=True)
class _Resizing(Op):
    """What both directions share. `method` is a number of ResizeMethod."""

    method: int
    align_corners: bool
    half_pixel_centers: bool

    def taps(self, old: int, new: int) -> Taps:
        if new <= 0:
            raise InvalidArgumentError(message="output dimensions must be positive")
        return taps_of(self.method, int(old), int(new), self.align_corners, self.half_pixel_centers)


@final
class ComputedResize(_Resizing):
    """Images [batch, h, w, channels] in the size (height, width) that y holds"""

    value_inputs: ClassVar[tuple[int, ...]] = (1,)

    @property
    def type(self) -> str:
        return KINDS[self.method]

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0] if self.method == NEAREST_NEIGHBOR else float32

    def copes_without(self, position: int) -> bool:
        return True

    def output_shape(self, *inputs: Any) -> Dims:
        dims, size = inputs
        if dims is not None and len(dims) != 4:
            raise ValueError(f"Shape must be rank 4 but is rank {len(dims)}")
        if size is not None and len(size) != 2:
            raise ValueError(f"Dimension must be 2 but is {len(size)}")
        batch, _, _, channels = (unknown() for _ in range(4)) if dims is None else dims
        height, width = (unknown(), unknown()) if size is None else size
        return (batch, height, width, channels)

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        images, size = inputs
        if not images.dtype.is_floating:
            return None, None
        adjoint = ComputedResizeGrad(self.method, self.align_corners, self.half_pixel_centers)
        return cast(apply(adjoint, dy=upstream, like=images, size=size), images.dtype), None

    def kernel(self, *inputs: Any) -> Any:
        images, size = inputs
        made = np.asarray(images, None if self.method == NEAREST_NEIGHBOR else np.float32)
        for axis, new in zip((1, 2), np.ravel(size), strict=True):
            parts = [
                np.take(made, index, axis) if weight is None else np.take(made, index, axis) * _beside(weight, axis)
                for index, weight in self.taps(made.shape[axis], new)
            ]
            made = parts[0] if len(parts) == 1 else sum(parts[1:], parts[0])
        return made


@final
class ComputedResizeGrad(_Resizing):
    """Images of the size of y, to each pixel of which comes what was made of it: the adjoint of ComputedResize"""

    shape_inputs: ClassVar[tuple[int, ...]] = (1,)

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0]

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[1]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        resize = ComputedResize(self.method, self.align_corners, self.half_pixel_centers)
        return cast(apply(resize, images=upstream, size=inputs[2]), inputs[0].dtype), None, None

    def kernel(self, *inputs: Any) -> Any:
        made, like, _ = inputs
        for axis in (2, 1):
            before = np.zeros((*made.shape[:axis], np.shape(like)[axis], *made.shape[axis + 1 :]), made.dtype)
            to = np.moveaxis(before, axis, 0)
            for index, weight in self.taps(before.shape[axis], made.shape[axis]):
                part = made if weight is None else made * _beside(weight, axis)
                np.add.at(to, index, np.moveaxis(part, axis, 0))
            made = before
        return made


def _beside(weight: np.ndarray, axis: int) -> np.ndarray:
    return weight.reshape(-1, *[1] * (3 - axis))


def is_fixed(size: Any) -> bool:
    """Whether a size - numbers, or a tensor - is known when the graph is built."""
    if isinstance(size, list | tuple):
        return all(map(is_fixed, size))
    if isinstance(size, Tensor):
        known = size.known_value
        return known is not None and not any(isinstance(item, Symbol) for item in np.ravel(known).tolist())
    return True
