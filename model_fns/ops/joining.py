"""Putting tensors together and taking them apart: concat and split, stack and unstack, tile, transpose, reverse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.graph.constant import convert_to_tensor, register_conversion
from model_fns.graph.dimensions import Dim, Dims, Symbol, larger, may_equal, merged, text
from model_fns.graph.dtypes import DType, int32
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply, dtype_of, operation
from model_fns.ops.reduction import reduce_sum
from model_fns.ops.shaping import reshape


def _axis(axis: int, rank: int) -> int:
    if not -rank <= axis < rank:
        raise ValueError(f"Expected axis in the range [{-rank}, {rank}), but got {axis}")
    return axis % rank


@final
@dataclass(frozen=True)
class Concat(Op):
    """Tensors one after another along an axis"""

    type_name: ClassVar[str] = "ConcatV2"
    axis: int
    handles_sizes: ClassVar[bool] = True

    def output_shape(self, *inputs: Dims) -> Dims:
        first, axis = inputs[0], _axis(self.axis, len(inputs[0]))
        total: Dim = first[axis]
        for other in inputs[1:]:
            if len(other) != len(first) or not all(
                may_equal(a, b) for i, (a, b) in enumerate(zip(first, other, strict=True)) if i != axis
            ):
                raise ValueError(
                    f"Dimensions other than axis {axis} must be equal, "
                    f"but the shapes are {text(first)} and {text(other)}"
                )
            total = total + other[axis]
            first = tuple(map(merged, first, other))
        return first[:axis] + (total,) + first[axis + 1 :]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        pieces = operation(
            ConcatGrad(self.axis, len(inputs)), None, None, dy=upstream, **{f"x{i}": x for i, x in enumerate(inputs)}
        )
        return tuple(pieces.outputs)

    def kernel(self, *inputs: Any) -> Any:
        return np.concatenate(inputs, self.axis)


@final
@dataclass(frozen=True)
class ConcatGrad(Op):
    """The parts of dy that belong to each of the tensors that were concatenated"""

    axis: int
    count: int

    @property
    def shape_inputs(self) -> tuple[int, ...]:  # type: ignore[override]
        return tuple(range(1, self.count + 1))

    def output_dtype(self, *inputs: DType) -> tuple[DType, ...]:
        return (inputs[0],) * self.count

    def output_shape(self, *inputs: Dims) -> list[Dims]:
        return list(inputs[1:])

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        return (concat(upstream, self.axis), *([None] * self.count))

    def kernel(self, *inputs: Any) -> Any:
        sizes = [np.shape(x)[self.axis] for x in inputs[1:]]
        return tuple(np.ascontiguousarray(part) for part in np.split(inputs[0], np.cumsum(sizes)[:-1], self.axis))


@final
@dataclass(frozen=True)
class Split(Op):
    """A tensor cut along an axis into parts of the given sizes (one may be -1)"""

    axis: int
    sizes: tuple[int, ...]  # all 0: equal parts

    def output_dtype(self, *inputs: DType) -> tuple[DType, ...]:
        return (inputs[0],) * len(self.sizes)

    def parts(self, whole: Dim) -> tuple[Dim, ...]:
        if not any(self.sizes):
            if not isinstance(whole, Symbol) and whole % len(self.sizes):
                raise ValueError(f"Dimension size must be evenly divisible by {len(self.sizes)} but is {whole}")
            return (whole // len(self.sizes),) * len(self.sizes)
        rest = whole - sum(size for size in self.sizes if size != -1)
        parts = tuple(rest if size == -1 else size for size in self.sizes)
        if not may_equal(whole, sum(parts[1:], parts[0])):
            raise ValueError(f"can't split axis of size {whole} into pieces of size {list(self.sizes)}")
        return parts

    def output_shape(self, *inputs: Dims) -> list[Dims]:
        dims, axis = inputs[0], _axis(self.axis, len(inputs[0]))
        return [dims[:axis] + (part,) + dims[axis + 1 :] for part in self.parts(dims[axis])]

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        return (concat(upstream, self.axis),)

    def kernel(self, *inputs: Any) -> Any:
        edges: np.ndarray = np.cumsum(self.parts(np.shape(inputs[0])[self.axis]))[:-1]  # type: ignore[arg-type]
        return tuple(np.ascontiguousarray(part) for part in np.split(inputs[0], edges.astype(int), self.axis))


@final
@dataclass(frozen=True)
class Pack(Op):
    """Tensors of one shape stacked along a new axis"""

    axis: int = 0
    handles_sizes: ClassVar[bool] = True

    def output_shape(self, *inputs: Dims) -> Dims:
        first = inputs[0]
        for other in inputs[1:]:
            if len(other) != len(first) or not all(map(may_equal, first, other)):
                raise ValueError(f"Shapes must be equal, but are {text(first)} and {text(other)}")
            first = tuple(map(merged, first, other))
        axis = _axis(self.axis, len(first) + 1)
        return first[:axis] + (len(inputs),) + first[axis:]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return tuple(unstack(upstream, len(inputs), self.axis))

    def kernel(self, *inputs: Any) -> Any:
        return np.stack(inputs, self.axis)


@final
@dataclass(frozen=True)
class Unpack(Op):
    """The slices of a tensor along an axis, which disappears"""

    axis: int
    count: int

    def output_dtype(self, *inputs: DType) -> tuple[DType, ...]:
        return (inputs[0],) * self.count

    def output_shape(self, *inputs: Dims) -> list[Dims]:
        dims, axis = inputs[0], _axis(self.axis, len(inputs[0]))
        if not may_equal(dims[axis], self.count):
            raise ValueError(f"Dimension must be {self.count} but is {dims[axis]}")
        return [dims[:axis] + dims[axis + 1 :]] * self.count

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        return (stack(upstream, self.axis),)

    def kernel(self, *inputs: Any) -> Any:
        return tuple(np.asarray(part, order="C") for part in np.moveaxis(inputs[0], self.axis, 0))


@final
@dataclass(frozen=True)
class Transpose(Op):
    """The axes in another order"""

    order: tuple[int, ...]

    def output_shape(self, *inputs: Dims) -> Dims:
        if sorted(self.order) != list(range(len(inputs[0]))):
            raise ValueError(f"perm must be a permutation of the {len(inputs[0])} axes, but is {list(self.order)}")
        return tuple(inputs[0][axis] for axis in self.order)

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (apply(Transpose(tuple(int(i) for i in np.argsort(self.order))), x=upstream),)

    def kernel(self, *inputs: Any) -> Any:
        return np.asarray(np.transpose(inputs[0], self.order), order="C")


@final
@dataclass(frozen=True)
class Reverse(Op):
    """The elements along some axes in the opposite order"""

    type_name: ClassVar[str] = "ReverseV2"
    axes: tuple[int, ...]

    def output_shape(self, *inputs: Dims) -> Dims:
        for axis in self.axes:
            _axis(axis, len(inputs[0]))
        return inputs[0]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (apply(Reverse(self.axes), x=upstream),)

    def kernel(self, *inputs: Any) -> Any:
        return np.ascontiguousarray(np.flip(inputs[0], self.axes))


def concat(values: Any, axis: int, name: str = "concat") -> Tensor:
    """The tensors of a list one after another along `axis`."""
    if not isinstance(values, list | tuple):
        values = [values]
    dtype = dtype_of(*values)
    tensors = [convert_to_tensor(value, None if isinstance(value, Tensor) else dtype) for value in values]
    return apply(Concat(int(axis)), name, **{f"values_{i}": tensor for i, tensor in enumerate(tensors)})


def split(
    value: Any, num_or_size_splits: Any, axis: int = 0, num: int | None = None, name: str = "split"
) -> list[Tensor]:
    """`value` cut along `axis` into so many equal parts, or into parts of the sizes in a list."""
    sizes = (
        (0,) * num_or_size_splits
        if isinstance(num_or_size_splits, int)
        else tuple(int(size) for size in np.ravel(num_or_size_splits))
    )
    return list(operation(Split(int(axis), sizes), name, None, value=convert_to_tensor(value)).outputs)


def stack(values: Any, axis: int = 0, name: str = "stack") -> Tensor:
    """Tensors of one shape stacked along a new `axis`."""
    if not isinstance(values, list | tuple):
        return unstack_and_stack(values, axis, name)
    dtype = dtype_of(*values)
    tensors = [convert_to_tensor(value, None if isinstance(value, Tensor) else dtype) for value in values]
    return apply(Pack(int(axis)), name, **{f"values_{i}": tensor for i, tensor in enumerate(tensors)})


def unstack_and_stack(values: Any, axis: int, name: str) -> Tensor:
    """An array's or tensor's first axis moved to `axis`."""
    tensor = convert_to_tensor(values)
    return tensor if axis == 0 else stack(unstack(tensor), axis, name)


def unstack(value: Any, num: int | None = None, axis: int = 0, name: str = "unstack") -> list[Tensor]:
    """The slices of `value` along `axis`."""
    tensor = convert_to_tensor(value)
    if num is None:
        size = None if tensor.dims is None else tensor.dims[axis]
        if size is None or isinstance(size, Symbol):
            raise ValueError(f"Cannot infer num from shape {tensor.shape}")
        num = size
    return list(operation(Unpack(int(axis), num), name, None, value=tensor).outputs)


def transpose(a: Any, perm: Any = None, name: str = "transpose", conjugate: bool = False) -> Tensor:
    """`a` with its axes in the order `perm`, by default reversed."""
    tensor = convert_to_tensor(a)
    if perm is None:
        if tensor.dims is None:
            raise ValueError(f"tf.transpose of a tensor of unknown rank needs `perm`, got {tensor}")
        perm = range(len(tensor.dims))[::-1]
    elif isinstance(perm, Tensor):
        perm = perm.known_value
    return apply(Transpose(tuple(int(axis) for axis in perm)), name, a=tensor)


def reverse(tensor: Any, axis: Any, name: str | None = None) -> Tensor:
    """`tensor` with the order along the axes in `axis` reversed."""
    return apply(Reverse(tuple(int(item) for item in np.ravel(axis))), name, tensor=convert_to_tensor(tensor))


@final
class Tile(Op):
    """x repeated `multiples` times along each axis"""

    value_inputs: ClassVar[tuple[int, ...]] = (1,)

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0]

    def output_shape(self, *inputs: Any) -> Dims:
        dims, multiples = inputs
        if len(dims) != len(multiples):
            raise ValueError(f"multiples must have {len(dims)} elements, one for each axis, but has {len(multiples)}")
        return tuple(size * times for size, times in zip(dims, multiples, strict=True))

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        x, multiples = inputs
        sizes: list[Any] = []
        for times, size in zip(np.ravel(multiples.known_value), x.dims, strict=True):  # type: ignore[arg-type]
            sizes += [times, size if not isinstance(size, Symbol) else -1]
        if sizes.count(-1) > 1:
            raise LookupError("The gradient of tf.tile needs all sizes but one to be known when the graph is built")
        return reduce_sum(reshape(upstream, sizes), tuple(range(0, len(sizes), 2))), None

    def kernel(self, *inputs: Any) -> Any:
        return np.tile(inputs[0], tuple(int(times) for times in inputs[1]))


def tile(input: Any, multiples: Any, name: str | None = None) -> Tensor:
    """`input` repeated `multiples[i]` times along axis i."""
    return apply(Tile(), name, input=convert_to_tensor(input), multiples=convert_to_tensor(multiples))


@final
class Range(Op):
    """start, start + delta, ... up to but without limit"""

    value_inputs: ClassVar[tuple[int, ...]] = (0, 1, 2)

    def output_shape(self, *inputs: Any) -> Dims:
        start, limit, delta = (item[0] for item in inputs)
        if not any(isinstance(item, Symbol) for item in (start, limit, delta)):
            return (len(range(start, limit, delta)),)
        if not isinstance(delta, Symbol) and delta < 0:
            start, limit, delta = limit, start, -delta
        return (larger((limit - start + (delta - 1)) // delta, 0),)

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return None, None, None

    def kernel(self, *inputs: Any) -> Any:
        return np.arange(*(item.item() for item in map(np.asarray, inputs)), dtype=np.asarray(inputs[0]).dtype)


def range_(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, name: str = "range") -> Tensor:
    """start, start + delta, ... up to but without limit; with one argument, 0 up to but without it."""
    if limit is None:
        start, limit = 0, start
    if not any(isinstance(item, Tensor) for item in (start, limit, delta)):
        integers = all(isinstance(item, int | np.integer) for item in (start, limit, delta))
        return (
            convert_to_tensor(np.arange(start, limit, delta), dtype, name)
            if dtype or not integers
            else convert_to_tensor(np.arange(start, limit, delta, dtype=np.int32), name=name)
        )
    kind = dtype or dtype_of(start, limit, delta) or int32
    return apply(Range(), name, kind, start=start, limit=limit, delta=delta)


def _pack_list(value: Any, dtype: DType | None, name: str | None) -> Any:
    """Lists that hold tensors become one tensor."""
    if not any(_holds_tensor(item) for item in value):
        return NotImplemented
    kind = dtype or next(
        (item.dtype for item in _leaves(value) if hasattr(item, "dtype") and not isinstance(item, np.generic)), None
    )
    return stack(
        [convert_to_tensor(item, None if hasattr(item, "graph") else kind) for item in value], name=name or "packed"
    )


def _leaves(value: Any) -> Any:
    for item in value:
        if isinstance(item, list | tuple):
            yield from _leaves(item)
        else:
            yield item


def _holds_tensor(item: Any) -> bool:
    if isinstance(item, list | tuple):
        return any(map(_holds_tensor, item))
    return isinstance(item, Tensor) or hasattr(item, "graph_element")


register_conversion((list, tuple), _pack_list)
