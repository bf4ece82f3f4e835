"""Shapes: asking for them, changing them without moving data, and broadcasting with its adjoint, the sum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.graph import dtypes
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dim, Dims, Symbol, broadcast, is_known, may_equal, product, same, text, unknown
from model_fns.graph.dtypes import DType
from model_fns.graph.op import Op, TensorSpec
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply


@final
@dataclass(frozen=True)
class Shape(Op):
    """The sizes of a tensor, as a vector"""

    dtype: DType = dtypes.int32
    shape_inputs: ClassVar[tuple[int, ...]] = (0,)

    def output_dtype(self, *inputs: DType) -> DType:
        return self.dtype

    def copes_without(self, position: int) -> bool:
        return True

    def output_shape(self, *inputs: Any) -> Dims:
        return (unknown() if inputs[0] is None else len(inputs[0]),)

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,)

    def kernel(self, *inputs: Any) -> Any:
        return np.array(np.shape(inputs[0]), self.dtype.as_numpy_dtype)

    def known_value(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> Any:
        return None if specs[0].dims is None else np.array(specs[0].dims, object)


@final
class Rank(Op):
    """The number of axes of a tensor of which it is not known when the graph is built"""

    shape_inputs: ClassVar[tuple[int, ...]] = (0,)

    def output_dtype(self, *inputs: DType) -> DType:
        return dtypes.int32

    def copes_without(self, position: int) -> bool:
        return True

    def output_shape(self, *inputs: Any) -> Dims:
        return ()

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,)

    def kernel(self, *inputs: Any) -> Any:
        return np.array(np.ndim(inputs[0]), np.int32)

    def known_value(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> Any:
        return None if specs[0].dims is None else np.array(len(specs[0].dims), object)


@final
@dataclass(frozen=True)
class Size(Op):
    """The number of elements of a tensor"""

    dtype: DType = dtypes.int32
    shape_inputs: ClassVar[tuple[int, ...]] = (0,)

    def output_dtype(self, *inputs: DType) -> DType:
        return self.dtype

    def copes_without(self, position: int) -> bool:
        return True

    def output_shape(self, *inputs: Dims) -> Dims:
        return ()

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,)

    def kernel(self, *inputs: Any) -> Any:
        return np.array(np.size(inputs[0]), self.dtype.as_numpy_dtype)

    def known_value(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> Any:
        return None if specs[0].dims is None else np.array(product(specs[0].dims), object)


@final
@dataclass(frozen=True)
class SizeRatio(Op):
    """How many elements of x there are for each of y, as a number of type `dtype`"""

    dtype: DType
    shape_inputs: ClassVar[tuple[int, ...]] = (0, 1)

    def output_dtype(self, *inputs: DType) -> DType:
        return self.dtype

    def output_shape(self, *inputs: Dims) -> Dims:
        return ()

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return None, None

    def kernel(self, *inputs: Any) -> Any:
        return np.array(np.size(inputs[0]) // max(np.size(inputs[1]), 1), self.dtype.as_numpy_dtype)


@final
class Reshape(Op):
    """The same elements in another shape; one size may be -1"""

    value_inputs: ClassVar[tuple[int, ...]] = (1,)
    handles_sizes: ClassVar[bool] = True
    is_view: ClassVar[bool] = True

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0]

    def copes_without(self, position: int) -> bool:
        return position == 0

    def output_shape(self, *inputs: Any) -> Dims:
        source, target = inputs
        total = None if source is None else product(source)
        known = product(tuple(size for size in target if size != -1))
        if list(target).count(-1) > 1:
            raise ValueError("Only one input size may be -1, not both 0 and 1")
        if -1 not in target:
            if total is not None and not may_equal(total, known):
                raise ValueError(
                    f"Cannot reshape a tensor with {total} elements to shape {text(target)} ({known} elements)"
                )
            return tuple(target)
        missing = unknown() if total is None else _missing(total, known, target)
        return tuple(missing if size == -1 else size for size in target)

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return reshape_like(upstream, inputs[0]), None

    def kernel(self, *inputs: Any) -> Any:
        return np.reshape(inputs[0], tuple(int(size) for size in inputs[1]))


def _missing(total: Dim, known: Dim, target: Dims) -> Dim:
    if known == 0:
        raise ValueError(
            "reshape cannot infer the missing input size for an empty tensor unless all specified input sizes are "
            "non-zero"
        )
    if is_known(total) and is_known(known) and total % known:  # type: ignore[operator]  # both are int
        raise ValueError(
            f"Dimension size must be evenly divisible by {known} but is {total} "
            f"(reshaping {total} elements to {text(target)})"
        )
    return total // known


@final
class ReshapeLike(Op):
    """The elements of x in the shape of y"""

    shape_inputs: ClassVar[tuple[int, ...]] = (1,)
    is_view: ClassVar[bool] = True

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0]

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[1]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return reshape_like(upstream, inputs[0]), None

    def kernel(self, *inputs: Any) -> Any:
        return np.reshape(inputs[0], np.shape(inputs[1]))


@final
@dataclass(frozen=True)
class ExpandDims(Op):
    """One more axis of size 1"""

    axis: int
    handles_sizes: ClassVar[bool] = True
    is_view: ClassVar[bool] = True

    def output_shape(self, *inputs: Dims) -> Dims:
        dims = inputs[0]
        if not -len(dims) - 1 <= self.axis <= len(dims):
            raise ValueError(f"dim {self.axis} not in the interval [{-len(dims) - 1}, {len(dims)}].")
        position = self.axis % (len(dims) + 1)
        return dims[:position] + (1,) + dims[position:]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (reshape_like(upstream, inputs[0]),)

    def kernel(self, *inputs: Any) -> Any:
        return np.expand_dims(inputs[0], self.axis)


@final
@dataclass(frozen=True)
class Squeeze(Op):
    """Without the given axes, or without all axes of size 1

    In a run whose sizes have names none of these is 1: `step_inputs.sizes_of` gives no name to a 1 where it matters.
    """

    axes: tuple[int, ...] = ()
    handles_sizes: ClassVar[bool] = True
    is_view: ClassVar[bool] = True

    def output_shape(self, *inputs: Dims) -> Dims | None:
        dims = inputs[0]
        if not self.axes and any(isinstance(size, Symbol) and size.is_unknown for size in dims):
            return None  # it may turn out to be 1
        for number, axis in enumerate(self.axes):
            if not -len(dims) <= axis < len(dims):
                raise ValueError(f"squeeze_dims[{number}] not in [{-len(dims)},{len(dims)}).")
        axes = (
            {axis % len(dims) for axis in self.axes} if self.axes else {i for i, size in enumerate(dims) if size == 1}
        )
        for axis in axes:
            if not may_equal(dims[axis], 1):
                raise ValueError(f"Can not squeeze dim[{axis}], expected a dimension of 1, got {dims[axis]}")
        return tuple(size for i, size in enumerate(dims) if i not in axes)

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (reshape_like(upstream, inputs[0]),)

    def kernel(self, *inputs: Any) -> Any:
        return np.squeeze(inputs[0], self.axes or None)


@final
class BroadcastTo(Op):
    """x repeated to the shape given as a vector"""

    value_inputs: ClassVar[tuple[int, ...]] = (1,)

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0]

    def copes_without(self, position: int) -> bool:
        return position == 0

    def output_shape(self, *inputs: Any) -> Dims:
        dims, target = inputs
        if dims is None:
            return tuple(target)
        if len(dims) > len(target) or not all(
            a == 1 or may_equal(a, b) for a, b in zip(dims[::-1], target[::-1], strict=False)
        ):
            raise ValueError(f"Incompatible shapes: {text(dims)} cannot be broadcast to {text(target)}")
        return tuple(target)

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return sum_to(upstream, inputs[0]), None

    def kernel(self, *inputs: Any) -> Any:
        return np.asarray(np.broadcast_to(inputs[0], tuple(int(size) for size in inputs[1])), order="C")


@final
class BroadcastLike(Op):
    """x repeated to the shape of y"""

    shape_inputs: ClassVar[tuple[int, ...]] = (1,)

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0]

    def output_shape(self, *inputs: Dims) -> Dims:
        broadcast(*inputs)
        return inputs[1]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return sum_to(upstream, inputs[0]), None

    def kernel(self, *inputs: Any) -> Any:
        return np.asarray(np.broadcast_to(inputs[0], np.shape(inputs[1])), order="C")


@final
class SumTo(Op):
    """x summed over the axes along which the shape of y was broadcast to it: the adjoint of broadcasting"""

    shape_inputs: ClassVar[tuple[int, ...]] = (1,)

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0]

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[1]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return broadcast_like(upstream, inputs[0]), None

    def kernel(self, *inputs: Any) -> Any:
        x, target = np.asarray(inputs[0]), np.shape(inputs[1])
        leading = x.ndim - len(target)
        axes = tuple(i for i in range(x.ndim) if i < leading or (target[i - leading] == 1 and x.shape[i] != 1))
        return np.reshape(np.sum(x, axis=axes, dtype=x.dtype), target)


@final
@dataclass(frozen=True)
class FillLike(Op):
    """One value in the shape of x"""

    value: float
    dtype: DType
    shape_inputs: ClassVar[tuple[int, ...]] = (0,)

    def output_dtype(self, *inputs: DType) -> DType:
        return self.dtype

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[0]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,)

    def kernel(self, *inputs: Any) -> Any:
        value: Any = b"" if self.dtype == dtypes.string else self.value
        return np.full(np.shape(inputs[0]), value, self.dtype.as_numpy_dtype)


@final
class Fill(Op):
    """The value y in the shape given as the vector x"""

    value_inputs: ClassVar[tuple[int, ...]] = (0,)

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[1]

    def output_shape(self, *inputs: Any) -> Dims:
        sizes, value = inputs
        if value:
            raise ValueError(f"Shape must be rank 0 but is rank {len(value)}")
        if any(not isinstance(size, Symbol) and size < 0 for size in sizes):
            raise ValueError(f"Fill dimensions must be >= 0, but they are {text(sizes)}")
        return tuple(sizes)

    def copes_without(self, position: int) -> bool:
        return position == 1

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return None, sum_to(upstream, inputs[1])

    def kernel(self, *inputs: Any) -> Any:
        kind = np.asarray(inputs[1]).dtype
        return np.full(tuple(int(size) for size in inputs[0]), inputs[1], object if kind.kind in "SU" else kind)


def shape(input: Any, name: str | None = None, out_type: Any = dtypes.int32) -> Tensor:
    """The sizes of `input` as an integer vector."""
    return apply(Shape(dtypes.as_dtype(out_type)), name, input=input)


def size(input: Any, name: str | None = None, out_type: Any = dtypes.int32) -> Tensor:
    """The number of elements of `input`."""
    return apply(Size(dtypes.as_dtype(out_type)), name, input=input)


def rank(input: Any, name: str | None = None) -> Tensor:
    """The number of axes of `input`, as an int32 scalar."""
    tensor = convert_to_tensor(input)
    if tensor.dims is None:
        return apply(Rank(), name, input=tensor)
    return convert_to_tensor(len(tensor.dims), dtypes.int32, name or "Rank")


def reshape(tensor: Any, shape: Any, name: str | None = None) -> Tensor:
    """The elements of `tensor` in `shape`, one size of which may be -1."""
    return apply(Reshape(), name, tensor=convert_to_tensor(tensor), shape=size_vector(shape))


def reshape_like(x: Tensor, like: Tensor) -> Tensor:
    """x in the shape of `like`."""
    return (
        x
        if x.dims is not None and like.dims is not None and same(x.dims, like.dims)
        else apply(ReshapeLike(), x=x, like=like)
    )


def expand_dims(input: Any, axis: Any = None, name: str | None = None, dim: int | None = None) -> Tensor:
    """`input` with an axis of size 1 inserted at `axis`."""
    if axis is not None and dim is not None:
        raise ValueError("Cannot specify both 'dim' and 'axis'")
    position: Any = dim if axis is None else axis
    if position is None:
        raise ValueError("Must specify an axis argument to tf.expand_dims()")
    if isinstance(position, Tensor):
        position = position.taken_value()
        if position is None:
            raise ValueError(f"axis must be known when the graph is built, got {axis}")
    if np.size(position) != 1:
        raise ValueError(f"'dim' input must be a tensor with a single value, but it is {position}")
    return apply(ExpandDims(int(np.ravel(position)[0])), name, input=convert_to_tensor(input))


def squeeze(input: Any, axis: Any = None, name: str | None = None, squeeze_dims: Any = None) -> Tensor:
    """`input` without the axes in `axis`, which have size 1; without any such axes by default."""
    if axis is not None and squeeze_dims is not None:
        raise ValueError("Cannot specify both 'squeeze_dims' and 'axis'")
    axis = squeeze_dims if axis is None else axis
    axes = () if axis is None else tuple(axis) if isinstance(axis, list | tuple) else (int(axis),)
    return apply(Squeeze(axes), name, input=convert_to_tensor(input))


def broadcast_to(input: Any, shape: Any, name: str | None = None) -> Tensor:
    """`input` repeated to `shape`."""
    return apply(BroadcastTo(), name, input=convert_to_tensor(input), shape=size_vector(shape))


def broadcast_like(x: Tensor, like: Tensor) -> Tensor:
    """x repeated to the shape of `like`."""
    return (
        x
        if x.dims is not None and like.dims is not None and same(x.dims, like.dims)
        else apply(BroadcastLike(), x=x, like=like)
    )


def sum_to(x: Tensor, like: Tensor) -> Tensor:
    """x summed to the shape of `like`: what undoes broadcasting in a gradient."""
    return (
        x
        if x.dims is not None and like.dims is not None and same(x.dims, like.dims)
        else apply(SumTo(), x=x, like=like)
    )


def fill(dims: Any, value: Any, name: str | None = None) -> Tensor:
    """A tensor of shape `dims` holding `value` everywhere."""
    return apply(Fill(), name, dims=size_vector(dims), value=convert_to_tensor(value))


def zeros(shape: Any, dtype: Any = dtypes.float32, name: str | None = None) -> Tensor:
    """A tensor of zeros."""
    return _filled(0, shape, dtype, name or "zeros")


def ones(shape: Any, dtype: Any = dtypes.float32, name: str | None = None) -> Tensor:
    """A tensor of ones."""
    return _filled(1, shape, dtype, name or "ones")


def _filled(value: int, shape: Any, dtype: Any, name: str) -> Tensor:
    dtype = dtypes.as_dtype(dtype)
    sizes = shape if isinstance(shape, Tensor) else _plain_sizes(shape)
    element: Any = b"" if dtype == dtypes.string and not value else value
    if isinstance(sizes, tuple) and np.prod(sizes, initial=1) < 1000 and dtype != dtypes.string:
        return convert_to_tensor(np.full(sizes, value, dtype.as_numpy_dtype), name=name)
    return fill(shape, convert_to_tensor(element, dtype), name)


def zeros_like(tensor: Any, dtype: Any = None, name: str | None = None, optimize: bool = True) -> Tensor:
    """Zeros in the shape of `tensor`."""
    tensor = convert_to_tensor(tensor)
    return apply(FillLike(0, dtypes.as_dtype(dtype or tensor.dtype)), name or "zeros_like", tensor=tensor)


def ones_like(tensor: Any, dtype: Any = None, name: str | None = None, optimize: bool = True) -> Tensor:
    """Ones in the shape of `tensor`."""
    tensor = convert_to_tensor(tensor)
    return apply(FillLike(1, dtypes.as_dtype(dtype or tensor.dtype)), name or "ones_like", tensor=tensor)


def _plain_sizes(shape: Any) -> tuple[int, ...] | None:
    """`shape` as a tuple of ints, or None if a tensor or an unknown size is among them."""
    if isinstance(shape, int | np.integer):
        return (int(shape),)
    if isinstance(shape, np.ndarray | list | tuple) and not all(np.ndim(item) == 0 for item in shape):
        raise ValueError(f"Shape must be rank 1 but is rank 2: {shape}")
    if isinstance(shape, np.ndarray):
        return tuple(int(size) for size in shape.ravel())
    items = list(shape)
    if any(isinstance(item, Tensor) for item in items):
        return None
    plain = [getattr(item, "value", item) for item in items]
    if any(item is None or isinstance(item, Symbol) for item in plain):
        raise ValueError(
            f"Tried to convert 'shape' to a tensor and failed: {shape} has a size that is not known. "
            "Use tf.shape(x) there, or -1."
        )
    return tuple(int(item) for item in plain)


def size_vector(shape: Any) -> Tensor:
    """`shape` (sizes, Dimensions, a TensorShape, a tensor, or a list with tensors in it) as an integer vector."""
    if isinstance(shape, Tensor):
        return shape
    sizes = _plain_sizes(shape)
    return (
        convert_to_tensor(list(shape), name="shape")
        if sizes is None
        else convert_to_tensor(np.array(sizes, np.int32), name="shape")
    )
