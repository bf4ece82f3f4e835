"""InputSpec: what a layer asks of its input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn, final

from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Tensor


@final
@dataclass(frozen=True)
class InputSpec:
    """Conditions on the element type, shape, rank and single sizes of an input; None asks nothing.

    `axes` maps positions of axes (-1: the last) to the sizes they must have.
    """

    dtype: Any = None
    shape: Any = None
    ndim: int | None = None
    max_ndim: int | None = None
    min_ndim: int | None = None
    axes: dict[int, int | None] | None = None

    def check(self, layer: str, tensor: Tensor) -> None:
        """ValueError, naming `layer` and `tensor`, unless the tensor meets the conditions."""

        def refuse(reason: str) -> NoReturn:
            raise ValueError(
                f"Input 0 of layer {layer} is incompatible with the layer: {reason} (input '{tensor.name}')"
            )

        rank = tensor.shape.ndims
        if rank is None:
            if (self.ndim, self.max_ndim, self.min_ndim, self.shape) != (None, None, None, None) or self.axes:
                refuse("its rank is undefined, but the layer requires a defined rank.")
            return
        sizes = tensor.shape.as_list()
        received = f"Full shape received: {sizes}"
        if self.ndim is not None and rank != self.ndim:
            refuse(f"expected ndim={self.ndim}, found ndim={rank}. {received}")
        if self.max_ndim is not None and rank > self.max_ndim:
            refuse(f"expected max_ndim={self.max_ndim}, found ndim={rank}. {received}")
        if self.min_ndim is not None and rank < self.min_ndim:
            refuse(f": expected min_ndim={self.min_ndim}, found ndim={rank}. {received}")
        if self.dtype is not None and tensor.dtype != self.dtype:
            refuse(f"expected dtype={self.dtype}, found dtype={tensor.dtype}")
        for axis, size in (self.axes or {}).items():
            if size is not None and sizes[axis] not in (size, None):
                refuse(
                    f"expected axis {axis} of input shape to have value {size} but received input with shape {sizes}"
                )
        if self.shape is not None and not TensorShape(self.shape).is_compatible_with(tensor.shape):
            refuse(f"expected shape={self.shape}, found shape={sizes}")
