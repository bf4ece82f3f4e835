"""Putting tensors together and taking them apart: concat and split, stack and unstack, tile, transpose, reverse."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.graph.constant import convert_to_tensor, register_conversion
from model_fns.graph.dimensions import Dim, Dims, Symbol, is_known, larger, may_equal, merged, text, unknown
from model_fns.graph.dtypes import DType, int32
from model_fns.graph.op import Op, TensorSpec
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply, dtype_of, operation
from model_fns.ops.reduction import reduce_sum
from model_fns.ops.shaping import rank, reshape, shape

_FEW = 64  # numbers that may be known to be a shape, or axes


def _axis(axis: int, rank: int) -> int:
    if not -rank <= axis < rank:
        raise ValueError(f"Expected axis in the range [{-rank}, {rank}), but got {axis}")
    return axis % rank


def _partly_known(specs: Sequence[TensorSpec], values: Sequence[Any], rank: int) -> list[Any] | None:
    """The values, with unknown sizes in place of those not known; None unless it is numbers of `rank` of which one is.

    So the shape made of [n, 28], n being computed, is known to be (?, 28).
    """
    if all(value is not None for value in values):
        return list(values)
    if all(value is None for value in values) or not all(spec.dtype.is_integer for spec in specs):
        return None
    parts = []
    for spec, value in zip(specs, values, strict=True):
        if value is None:
            if spec.dims is None or len(spec.dims) != rank or not all(map(is_known, spec.dims)):
                return None
            count: Any = math.prod(spec.dims)
            sizes: list[Any] = [unknown() for _ in range(count)]
            value = np.array(sizes, object).reshape(spec.dims)
        parts.append(value)
    return parts


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

    def known_value(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> Any:
        parts = _partly_known(specs, values, 1)
        return None if parts is None else self.kernel(*parts)

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

    def known_value(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> Any:
        parts = _partly_known(specs, values, 0)
        return None if parts is None else self.kernel(*parts)

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

    def copes_without(self, position: int) -> bool:
        return True

    def output_shape(self, *inputs: Any) -> Dims:
        if inputs[0] is None:
            return tuple(unknown() for _ in self.order)
        if sorted(self.order) != list(range(len(inputs[0]))):
            raise ValueError(f"perm must be a permutation of the {len(inputs[0])} axes, but is {list(self.order)}")
        return tuple(inputs[0][axis] for axis in self.order)

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (apply(Transpose(tuple(int(i) for i in np.argsort(self.order))), x=upstream),)

    def kernel(self, *inputs: Any) -> Any:
        return np.asarray(np.transpose(inputs[0], self.order), order="C")


@final
class ComputedTranspose(Op):
    """The axes of x in the order that the vector y says"""

    type_name: ClassVar[str] = "Transpose"
    value_inputs: ClassVar[tuple[int, ...]] = (1,)

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0]

    def copes_without(self, position: int) -> bool:
        return True

    def output_shape(self, *inputs: Any) -> Dims | None:
        dims, order = inputs
        if dims is None or order is None or any(isinstance(axis, Symbol) for axis in order):
            known = order if dims is None else dims
            return None if known is None else tuple(unknown() for _ in known)
        return Transpose(order).output_shape(dims)

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return apply(ComputedTranspose(), x=upstream, perm=apply(InvertPermutation(), x=inputs[1])), None

    def kernel(self, *inputs: Any) -> Any:
        return np.asarray(np.transpose(inputs[0], [int(axis) for axis in inputs[1]]), order="C")


@final
class InvertPermutation(Op):
    """The places at which 0, 1, 2, ... stand in a permutation"""

    handles_sizes: ClassVar[bool] = True

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[0]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,)

    def kernel(self, *inputs: Any) -> Any:
        order = np.asarray(inputs[0])
        return np.argsort(order.astype(np.int64)).astype(order.dtype)


@final
@dataclass(frozen=True)
class Reverse(Op):
    """The elements along some axes in the opposite order"""

    type_name: ClassVar[str] = "ReverseV2"
    axes: tuple[int, ...]

    def output_shape(self, *inputs: Dims) -> Dims:
        rank = len(inputs[0])
        for number, axis in enumerate(self.axes):
            if not -rank <= axis < rank:
                raise ValueError(f"'axis'[{number}] = {axis} is out of valid range [0, {rank - 1}]")
            if axis % rank in [other % rank for other in self.axes[:number]]:
                raise ValueError(f"axis {axis % rank} specified more than once.")
        return inputs[0]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (apply(Reverse(self.axes), x=upstream),)

    def kernel(self, *inputs: Any) -> Any:
        return np.asarray(np.flip(inputs[0], self.axes), order="C")


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
    """`value` cut along `axis` into so many equal parts, or into parts of the sizes in a list or a vector.

    `num` is the length of a vector whose length is not known.
    """
    if isinstance(num_or_size_splits, list | tuple) and any(isinstance(size, Tensor) for size in num_or_size_splits):
        num_or_size_splits = stack(num_or_size_splits)
    if isinstance(num_or_size_splits, Tensor) and num_or_size_splits.dims != () and _is_computed(num_or_size_splits):
        return _computed_split(convert_to_tensor(value), num_or_size_splits, int(axis), num, name)
    definition = Split(int(axis), _part_sizes(num_or_size_splits))
    return list(operation(definition, name, None, value=convert_to_tensor(value)).outputs)


def _is_computed(sizes: Tensor) -> bool:
    known = sizes.known_value
    return known is None or any(isinstance(size, Symbol) for size in np.ravel(known).tolist())


def _computed_split(value: Tensor, sizes: Tensor, axis: int, num: int | None, name: str) -> list[Tensor]:
    """Parts of sizes that only show when the graph runs. ValueError if not even their number is known."""
    count = num if num is not None else None if sizes.dims is None else sizes.shape[0].value
    if count is None:
        raise ValueError(f"Cannot infer num from shape {sizes.shape}")
    before: tuple[Any, ...] = (slice(None),) * axis if axis >= 0 else (Ellipsis,)
    after = (slice(None),) * (-1 - axis) if axis < 0 else ()
    with value.graph.as_default(), value.graph.name_scope(name):
        ends = [reduce_sum(sizes[:number]) for number in range(count + 1)]
        keys = [(*before, slice(ends[number], ends[number + 1]), *after) for number in range(count)]
        return [value[key] for key in keys]


def _part_sizes(number_or_sizes: Any) -> tuple[int, ...]:
    """What `split` is told: so many equal parts (0 each), or their sizes."""
    if isinstance(number_or_sizes, int | np.integer):
        if number_or_sizes < 1:
            raise ValueError(f"Attr 'num_split' of 'Split' Op passed {number_or_sizes} less than minimum 1.")
        return (0,) * int(number_or_sizes)
    if isinstance(number_or_sizes, Tensor):
        if number_or_sizes.dims == ():
            raise ValueError(
                "Rank-0 tensors are not supported as the num_or_size_splits argument to split. "
                f"Argument provided: {number_or_sizes}"
            )
        if number_or_sizes.known_value is None:
            raise ValueError(f"Cannot infer num from shape {number_or_sizes}")
        number_or_sizes = number_or_sizes.taken_value()
    return tuple(int(size) for size in np.ravel(number_or_sizes))


def stack(values: Any, axis: int = 0, name: str = "stack") -> Tensor:
    """Tensors of one shape stacked along a new `axis`."""
    if not isinstance(values, list | tuple):
        return unstack_and_stack(values, axis, name)
    return apply(Pack(int(axis)), name, **{str(number): value for number, value in enumerate(values)})


def unstack_and_stack(values: Any, axis: int, name: str) -> Tensor:
    """An array's or tensor's first axis moved to `axis`."""
    tensor = convert_to_tensor(values)
    return tensor if axis == 0 else stack(unstack(tensor), axis, name)


def unstack(value: Any, num: int | None = None, axis: int = 0, name: str = "unstack") -> list[Tensor]:
    """The slices of `value` along `axis`."""
    tensor = convert_to_tensor(value)
    if num is None:
        rank = None if tensor.dims is None else len(tensor.dims)
        if rank is not None and not -rank <= axis < rank:
            raise ValueError(f"axis = {axis} not in [{-rank}, {rank})")
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
            return apply(ComputedTranspose(), name, a=tensor, perm=range_(rank(tensor))[::-1])
        perm = range(len(tensor.dims))[::-1]
    elif isinstance(perm, Tensor):
        if perm.known_value is None:
            return apply(ComputedTranspose(), name, a=tensor, perm=perm)
        perm = perm.taken_value()
    if np.ndim(perm) != 1:
        raise ValueError(f"Shape must be rank 1 but is rank {np.ndim(perm)}: perm is {perm}")
    return apply(Transpose(tuple(int(axis) for axis in perm)), name, a=tensor)


def reverse(tensor: Any, axis: Any, name: str | None = None) -> Tensor:
    """`tensor` with the order along the axes in `axis` reversed."""
    if isinstance(axis, Tensor):
        if axis.known_value is None:
            raise ValueError(f"axis must be known when the graph is built, got {axis}")
        axis = axis.taken_value()
    return apply(Reverse(tuple(int(item) for item in np.ravel(axis))), name, tensor=convert_to_tensor(tensor))


@final
class Tile(Op):
    """x repeated `multiples` times along each axis"""

    value_inputs: ClassVar[tuple[int, ...]] = (1,)

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0]

    def copes_without(self, position: int) -> bool:
        return True

    def output_shape(self, *inputs: Any) -> Dims | None:
        dims, multiples = inputs
        if dims is None or multiples is None:
            known = multiples if dims is None else dims
            return None if known is None else tuple(unknown() for _ in known)
        if len(dims) != len(multiples):
            raise ValueError(f"multiples must have {len(dims)} elements, one for each axis, but has {len(multiples)}")
        return tuple(size * times for size, times in zip(dims, multiples, strict=True))

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        x, multiples = inputs
        if output.dims is None:
            raise LookupError("The gradient of tf.tile needs the rank to be known when the graph is built")
        sizes: Any = []
        for number, size in enumerate(x.dims or [unknown()] * len(output.dims)):
            times = None if multiples.known_value is None else np.ravel(multiples.known_value)[number]
            sizes += [-1 if item is None or isinstance(item, Symbol) else item for item in (times, size)]
        if sizes.count(-1) > 1:
            sizes = reshape(stack([multiples, shape(x, out_type=multiples.dtype)], 1), [-1])
        return reduce_sum(reshape(upstream, sizes), tuple(range(0, 2 * len(output.dims), 2))), None

    def kernel(self, *inputs: Any) -> Any:
        return np.tile(inputs[0], tuple(int(times) for times in inputs[1]))


def tile(input: Any, multiples: Any, name: str | None = None) -> Tensor:
    """`input` repeated `multiples[i]` times along axis i."""
    return apply(Tile(), name, input=convert_to_tensor(input), multiples=convert_to_tensor(multiples))


@final
class Range(Op):
    """start, start + delta, ... up to but without limit"""

    value_inputs: ClassVar[tuple[int, ...]] = (0, 1, 2)

    def copes_without(self, position: int) -> bool:
        return True

    def output_shape(self, *inputs: Any) -> Dims:
        if any(item is None for item in inputs):
            return (unknown(),)
        start, limit, delta = (item[0] for item in inputs)
        if not any(isinstance(item, Symbol) for item in (start, limit, delta)):
            return (len(range(start, limit, delta)),)
        if not isinstance(delta, Symbol) and delta < 0:
            start, limit, delta = limit, start, -delta
        return (larger((limit - start + (delta - 1)) // delta, 0),)

    def known_value(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> Any:
        """The numbers, if they are few: axes, say."""
        bounds = [None if value is None else np.ravel(value)[0] for value in values]
        if not specs[0].dtype.is_integer or any(bound is None or isinstance(bound, Symbol) for bound in bounds):
            return None
        numbers = range(*map(int, bounds))  # type: ignore[arg-type]  # none is None
        return np.array(numbers, specs[0].dtype.as_numpy_dtype) if len(numbers) <= _FEW else None

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return None, None, None

    def kernel(self, *inputs: Any) -> Any:
        return np.arange(*(item.item() for item in map(np.asarray, inputs)), dtype=np.asarray(inputs[0]).dtype)


def range_(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None, name: str = "range") -> Tensor:
    """start, start + delta, ... up to but without limit; with one argument, 0 up to but without it."""
    if limit is None:
        start, limit = 0, start
    if not any(isinstance(item, Tensor) for item in (start, limit, delta)):
        _verify_range(start, limit, delta)
        integers = all(isinstance(item, int | np.integer) for item in (start, limit, delta))
        return (
            convert_to_tensor(np.arange(start, limit, delta), dtype or _kind_of(start, limit, delta), name)
            if dtype or not integers
            else convert_to_tensor(np.arange(start, limit, delta, dtype=np.int32), name=name)
        )
    kind = dtype or dtype_of(start, limit, delta) or int32
    return apply(Range(), name, kind, start=start, limit=limit, delta=delta)


def _verify_range(start: Any, limit: Any, delta: Any) -> None:
    for what, item in (("start", start), ("limit", limit), ("delta", delta)):
        if np.ndim(item):
            raise ValueError(f"Shape must be rank 0 but is rank {np.ndim(item)} for '{what}' of a range")
    if delta == 0:
        raise ValueError("Requires delta != 0 of a range")
    if (limit - start) * delta < 0:
        order, sign = ("<=", ">") if delta > 0 else (">=", "<")
        raise ValueError(f"Requires start {order} limit when delta {sign} 0: {start}/{limit}")


def _kind_of(*items: Any) -> Any:
    """float64 if there is one of NumPy's among the numbers; Python's own are float32."""
    return np.float64 if any(isinstance(item, np.float64 | np.ndarray) for item in items) else np.float32


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
