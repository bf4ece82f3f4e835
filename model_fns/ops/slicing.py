"""Slices and their adjoint: taking boxes out of tensors, putting them into zeros."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dim, Dims, Symbol, larger, smaller, unknown
from model_fns.graph.dtypes import DType
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.control import Identity
from model_fns.ops.shaping import ExpandDims, Squeeze, reshape_like

newaxis = None  # in an index: a new axis of size 1

Slice3 = tuple[int | None, int | None, int]


@final
@dataclass(frozen=True)
class StridedSlice(Op):
    """x[start:stop:step, ...], one slice for each of the first axes; the rank stays"""

    slices: tuple[Slice3, ...]
    handles_sizes: ClassVar[bool] = True

    def output_shape(self, *inputs: Dims) -> Dims:
        dims = inputs[0]
        if len(self.slices) > len(dims):
            raise ValueError(f"Index out of range using input dim {len(dims)}; input has only {len(dims)} dims")
        cut = tuple(_length(size, *piece) for size, piece in zip(dims, self.slices, strict=False))
        return cut + dims[len(cut) :]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (apply(StridedSliceGrad(self.slices), dy=upstream, like=inputs[0]),)

    def kernel(self, *inputs: Any) -> Any:
        return np.asarray(inputs[0][tuple(slice(*piece) for piece in self.slices)], order="C")


@final
@dataclass(frozen=True)
class StridedSliceGrad(Op):
    """Zeros in the shape of y, with x put where the slices point: the adjoint of StridedSlice"""

    slices: tuple[Slice3, ...]
    shape_inputs: ClassVar[tuple[int, ...]] = (1,)

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0]

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[1]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return apply(StridedSlice(self.slices), x=upstream), None

    def kernel(self, *inputs: Any) -> Any:
        result = np.zeros(np.shape(inputs[1]), inputs[0].dtype)
        result[tuple(slice(*piece) for piece in self.slices)] = inputs[0]
        return result


def _length(size: Dim, start: int | None, stop: int | None, step: int) -> Dim:
    """How many elements start:stop:step takes from an axis."""
    if not isinstance(size, Symbol):
        return len(range(*slice(start, stop, step).indices(size)))
    if stop is None and (start is None or (start == 0 and step > 0)):
        span: Dim = size
    elif stop is None and start is not None and step > 0:  # the same symbol as of [:-start]
        span = larger(size - start, 0) if start > 0 else smaller(size, -start)
    else:
        first, end = ends(size, start, stop, step)
        span = end if step > 0 and first == 0 else larger(end - first if step > 0 else first - end, 0)
    return (span + (abs(step) - 1)) // abs(step)


def ends(size: Dim, start: int | None, stop: int | None, step: int) -> tuple[Dim, Dim]:
    """Where start:stop:step begins, and where it has ended, as `slice.indices` says, for a size that may be unknown."""
    low, high = (0, size) if step > 0 else (-1, size - 1)

    def inside(index: int) -> Dim:
        return larger(size + index, low) if index < 0 else smaller(high, index)

    first, last = (low, high) if step > 0 else (high, low)
    return (first if start is None else inside(start)), (last if stop is None else inside(stop))


@final
class Slice(Op):
    """The box of `size` (-1: to the end) elements at `begin`; both may depend on sizes known when the program runs"""

    value_inputs: ClassVar[tuple[int, ...]] = (1, 2)

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0]

    def copes_without(self, position: int) -> bool:
        return position == 1

    def output_shape(self, *inputs: Any) -> Dims:
        dims, begin, size = inputs
        begin = begin or tuple(unknown() for _ in size)
        if not len(dims) == len(begin) == len(size):
            raise ValueError(f"begin and size must have {len(dims)} elements, one for each axis")
        result = []
        for axis, (whole, first, count) in enumerate(zip(dims, begin, size, strict=True)):
            length = whole - first if count == -1 else count
            known = not any(isinstance(item, Symbol) for item in (whole, first, length))
            if known and (first < 0 or length < 0 or first + length > whole):
                raise ValueError(f"Expected size[{axis}] in [0, {whole - first}], but got {length}")
            result.append(length)
        return tuple(result)

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return apply(SliceGrad(), dy=upstream, like=inputs[0], begin=inputs[1]), None, None

    def kernel(self, *inputs: Any) -> Any:
        x, begin, size = inputs
        pieces = tuple(slice(int(b), None if s == -1 else int(b) + int(s)) for b, s in zip(begin, size, strict=True))
        return np.asarray(x[pieces], order="C")


@final
class SliceGrad(Op):
    """Zeros in the shape of y, with x put at `begin`: the adjoint of Slice"""

    shape_inputs: ClassVar[tuple[int, ...]] = (1,)
    value_inputs: ClassVar[tuple[int, ...]] = (2,)

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0]

    def copes_without(self, position: int) -> bool:
        return position == 2

    def output_shape(self, *inputs: Any) -> Dims:
        return inputs[1]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        raise LookupError("No gradient defined for operation type SliceGrad.")

    def kernel(self, *inputs: Any) -> Any:
        dy, like, begin = inputs
        result = np.zeros(np.shape(like), dy.dtype)
        result[tuple(slice(int(b), int(b) + n) for b, n in zip(begin, dy.shape, strict=True))] = dy
        return result


@final
@dataclass(frozen=True)
class Pad(Op):
    """x with `value` around it: (before, after) for each axis"""

    paddings: tuple[tuple[int, int], ...]
    value: float = 0

    def output_shape(self, *inputs: Dims) -> Dims:
        if len(inputs[0]) != len(self.paddings):
            raise ValueError(
                f"paddings must have {len(inputs[0])} rows, one for each axis, but has {len(self.paddings)}"
            )
        return tuple(size + (before + after) for size, (before, after) in zip(inputs[0], self.paddings, strict=True))

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        pieces = tuple((before, -after if after else None, 1) for before, after in self.paddings)
        return (reshape_like(apply(StridedSlice(pieces), x=upstream), inputs[0]),)

    def kernel(self, *inputs: Any) -> Any:
        return np.pad(inputs[0], self.paddings, constant_values=self.value)


def getitem(tensor: Any, key: Any) -> Tensor:
    """`tensor[key]` with integers, slices, `...` and `tf.newaxis`; an integer tensor of rank 0 chooses one element."""
    tensor = convert_to_tensor(tensor)
    keys = list(key) if isinstance(key, tuple) else [key]
    if tensor.dims is None:
        raise ValueError(f"Cannot index {tensor}: its rank is not known.")
    position = next((i for i, item in enumerate(keys) if item is Ellipsis), None)
    missing = len(tensor.dims) - sum(item is not None and item is not Ellipsis for item in keys)
    if missing < 0:
        raise ValueError(
            f"Index out of range using input dim {len(tensor.dims)}; input has only {len(tensor.dims)} dims: {tensor}"
        )
    if position is not None:
        keys[position : position + 1] = [slice(None)] * missing
    slices: list[Slice3] = []
    shape: list[str] = []  # what becomes of each axis: kept, dropped, or new
    for item in keys:
        if item is None:
            shape.append("new")
        elif isinstance(item, slice):
            slices.append((_plain(item.start), _plain(item.stop), 1 if item.step is None else int(item.step)))
            shape.append("kept")
        else:
            index = _plain(item)
            assert index is not None
            _check_index(tensor, len(slices), index)
            slices.append((index, index + 1 if index != -1 else None, 1))
            shape.append("dropped")
    trivial = all(piece == (None, None, 1) for piece in slices)
    definitions = [*([] if trivial else [StridedSlice(tuple(slices))]), *_reshaping(shape)]
    with tensor.graph.as_default(), tensor.graph.name_scope("strided_slice") as scope:
        # TensorFlow has one op for them all: the last gets its name.
        for number, definition in enumerate(definitions, start=1):
            tensor = apply(definition, scope if number == len(definitions) else None, x=tensor)
    return tensor


def _plain(item: Any) -> int | None:
    if item is None:
        return None
    if isinstance(item, Tensor):
        if item.known_value is None or isinstance(np.ravel(item.known_value)[0], Symbol):
            raise NotImplementedError(
                f"An index must be known when the graph is built, but {item} is not. Use tf.gather or tf.slice."
            )
        return int(item.known_value)
    return int(getattr(item, "value", item))


def _check_index(tensor: Tensor, axis: int, index: int) -> None:
    size = tensor.dims[axis]  # type: ignore[index]
    if not isinstance(size, Symbol) and not -size <= index < size:
        raise ValueError(f"slice index {index} of dimension {axis} out of bounds: {tensor}")


def _reshaping(shape: list[str]) -> list[Op]:
    """What makes the axes that are `kept`, `dropped` or `new` out of all that were sliced."""
    sliced = [item for item in shape if item != "new"]
    dropped = tuple(axis for axis, item in enumerate(sliced) if item == "dropped")
    left = [item for item in shape if item != "dropped"]
    new = [ExpandDims(axis) for axis, item in enumerate(left) if item == "new"]
    return [*([Squeeze(dropped)] if dropped else []), *new]


def slice_(input_: Any, begin: Any, size: Any, name: str | None = None) -> Tensor:
    """The box of `size` elements (-1: all that remain) at `begin`."""
    return apply(
        Slice(), name, input=convert_to_tensor(input_), begin=convert_to_tensor(begin), size=convert_to_tensor(size)
    )


def strided_slice(
    input_: Any,
    begin: Any,
    end: Any,
    strides: Any = None,
    begin_mask: int = 0,
    end_mask: int = 0,
    ellipsis_mask: int = 0,
    new_axis_mask: int = 0,
    shrink_axis_mask: int = 0,
    var: Any = None,
    name: str | None = None,
) -> Tensor:
    """input_[begin:end:strides] along the first axes.

    Bit i of a mask says of entry i: begin there at the start, end at the end, stand for all axes not named, make a new
    axis, or take the one element at `begin` and drop the axis.
    """
    steps = strides if strides is not None else [1] * len(begin)
    if not (begin_mask or end_mask or ellipsis_mask or new_axis_mask or shrink_axis_mask):
        pieces = tuple((int(b), int(e), int(s)) for b, e, s in zip(begin, end, steps, strict=True))
        return apply(StridedSlice(pieces), name, input=convert_to_tensor(input_))
    keys: list[Any] = []
    for i, (first, last, step) in enumerate(zip(begin, end, steps, strict=True)):
        bit = 1 << i
        if ellipsis_mask & bit:
            keys.append(Ellipsis)
        elif new_axis_mask & bit:
            keys.append(newaxis)
        elif shrink_axis_mask & bit:
            keys.append(first)
        else:
            keys.append(slice(None if begin_mask & bit else first, None if end_mask & bit else last, step))
    sliced = getitem(input_, tuple(keys))
    return sliced if name is None else apply(Identity(), name, input=sliced)


def pad(
    tensor: Any, paddings: Any, mode: str = "CONSTANT", name: str | None = None, constant_values: Any = 0
) -> Tensor:
    """`tensor` with `constant_values` around it; `paddings` is [rank, 2]: how many before and after along each axis."""
    if mode.upper() != "CONSTANT":
        raise NotImplementedError(f"tf.pad: mode {mode} is not available; CONSTANT is.")
    if isinstance(paddings, Tensor):
        if paddings.known_value is None:
            raise ValueError(f"paddings must be known when the graph is built, got {paddings}")
        paddings = paddings.known_value
    pairs = tuple((int(before), int(after)) for before, after in np.asarray(paddings))
    name = name or ("PadV2" if constant_values else "Pad")  # TensorFlow has two ops
    return apply(Pad(pairs, constant_values), name, tensor=convert_to_tensor(tensor))
