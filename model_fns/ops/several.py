"""Operations on several tensors at once, and shapes that two tensors have together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.graph import dtypes
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims, broadcast, larger
from model_fns.graph.dtypes import DType
from model_fns.graph.op import Op
from model_fns.graph.shapes import TensorShape, to_dims
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.comparison import places_of_true, select
from model_fns.ops.control import identity
from model_fns.ops.joining import stack
from model_fns.ops.shaping import shape, size_vector


@final
class BroadcastArgs(Op):
    """The shape that tensors of the shapes x and y are broadcast to"""

    handles_sizes: ClassVar[bool] = True

    def output_shape(self, *inputs: Dims) -> Dims:
        return (larger(inputs[0][0], inputs[1][0]),)

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return None, None

    def kernel(self, *inputs: Any) -> Any:
        sizes = broadcast(*(tuple(np.ravel(item).tolist()) for item in inputs))
        return np.array(sizes, np.asarray(inputs[0]).dtype)


@final
@dataclass(frozen=True)
class Bitcast(Op):
    """The bytes of x read as another element type; of smaller ones there are more, along a new last axis"""

    dtype: DType

    def output_dtype(self, *inputs: DType) -> DType:
        self._ratio(inputs[0])
        return self.dtype

    def _ratio(self, source: DType) -> float:
        ratio = source.size / self.dtype.size
        if "string" in (source.name, self.dtype.name) or not (ratio >= 1 or 1 / ratio in (2, 4, 8)):
            raise ValueError(f"Cannot bitcast between {source.name} and {self.dtype.name}")
        return ratio

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[0]

    def infer(self, specs: Any, values: Any) -> Any:
        ratio, dims = self._ratio(specs[0].dtype), specs[0].dims
        if dims is not None and ratio < 1:
            if not dims or dims[-1] != 1 / ratio:
                raise ValueError(
                    f"Cannot bitcast due to shape. {dims[-1] if dims else '?'} does not match {1 / ratio:g}"
                )
            dims = dims[:-1]
        elif dims is not None and ratio > 1:
            dims = (*dims, int(ratio))
        return (type(specs[0])(self.dtype, dims),)

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,)

    def kernel(self, *inputs: Any) -> Any:
        x = np.ascontiguousarray(inputs[0])
        target = np.dtype(self.dtype.as_numpy_dtype)
        sizes = np.shape(inputs[0])
        if x.itemsize > target.itemsize:
            sizes = (*sizes, x.itemsize // target.itemsize)
        elif x.itemsize < target.itemsize:
            sizes = sizes[:-1]
        return np.frombuffer(x.tobytes(), target).reshape(sizes)


def broadcast_static_shape(shape_x: Any, shape_y: Any) -> TensorShape:
    """The shape that tensors of two shapes are broadcast to, as far as it is known. ValueError if there is none."""
    x, y = to_dims(shape_x), to_dims(shape_y)
    if x is None or y is None:
        return TensorShape(None)
    try:
        return TensorShape(broadcast(x, y))
    except ValueError:
        raise ValueError(f"Incompatible shapes for broadcasting: {shape_x} and {shape_y}") from None


def broadcast_dynamic_shape(shape_x: Any, shape_y: Any) -> Tensor:
    """The shape, as an integer vector, that tensors of two such shapes are broadcast to."""
    return apply(BroadcastArgs(), s0=size_vector(shape_x), s1=size_vector(shape_y))


def shape_n(input: Sequence[Any], out_type: Any = dtypes.int32, name: str | None = None) -> list[Tensor]:
    """The sizes of each of several tensors."""
    return [shape(item, name, out_type) for item in input]


def identity_n(input: Sequence[Any], name: str | None = None) -> list[Tensor]:
    """Several tensors as they are."""
    return [identity(item, name or "IdentityN") for item in input]


def guarantee_const(input: Any, name: str | None = None) -> Tensor:
    """`input`, which the caller promises never changes."""
    return identity(input, name or "GuaranteeConst")


def parallel_stack(values: Sequence[Any], name: str = "parallel_stack") -> Tensor:
    """Tensors of one known shape stacked along a new first axis."""
    tensors = [convert_to_tensor(value) for value in values]
    if not tensors[0].shape.is_fully_defined():
        raise ValueError(f"All shapes must be fully defined: {tensors[0].shape}")
    return stack(tensors, 0, name)


def where_v2(condition: Any, x: Any = None, y: Any = None, name: str | None = None) -> Tensor:
    """x where `condition`, else y, all three broadcast; without x and y, where `condition` is true."""
    if (x is None) != (y is None):
        raise ValueError("x and y must both be non-None or both be None.")
    if x is None:
        return places_of_true(condition, name)
    return select(convert_to_tensor(condition), x, y, name or "SelectV2")


def bitcast(input: Any, type: Any, name: str | None = None) -> Tensor:
    """The bytes of `input` read as another element type."""
    return apply(Bitcast(dtypes.as_dtype(type)), name, input=convert_to_tensor(input))
