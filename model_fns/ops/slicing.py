"""Slices and their adjoint: taking boxes out of tensors, putting them into zeros."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.graph.constant import as_array, convert_to_tensor
from model_fns.graph.dimensions import Dim, Dims, Symbol, larger, smaller, unknown
from model_fns.graph.dtypes import DType, string
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.nest import flatten
from model_fns.ops.apply import apply
from model_fns.ops.mirror_pad import MirrorPad, Paddings, verify_rank
from model_fns.ops.shaping import reshape_like, shape

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
        cut = tuple(length(size, *piece) for size, piece in zip(dims, self.slices, strict=False))
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


def length(size: Dim, start: int | None, stop: int | None, step: int) -> Dim:
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
        return True

    def output_shape(self, *inputs: Any) -> Dims | None:
        dims, begin, size = inputs
        if dims is None or size is None:
            known = size if dims is None else dims
            return None if known is None else tuple(unknown() if size is None or n == -1 else n for n in known)
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

    def copes_without(self, position: int) -> bool:
        return True

    def output_shape(self, *inputs: Any) -> Dims:
        if inputs[0] is None:
            return tuple(unknown() for _ in self.paddings)
        verify_rank(self.paddings, inputs[0])
        return tuple(size + (before + after) for size, (before, after) in zip(inputs[0], self.paddings, strict=True))

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        pieces = tuple((before, -after if after else None, 1) for before, after in self.paddings)
        return (reshape_like(apply(StridedSlice(pieces), x=upstream), inputs[0]),)

    def kernel(self, *inputs: Any) -> Any:
        if not self.paddings:  # of a scalar
            return np.asarray(inputs[0])
        return np.pad(inputs[0], self.paddings, constant_values=self.value)


@final
@dataclass(frozen=True)
class ComputedPad(Op):
    """x with `value` around it, as many before and after along each axis as the matrix y says"""

    type_name: ClassVar[str] = "Pad"
    value: float = 0
    value_inputs: ClassVar[tuple[int, ...]] = (1,)

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0]

    def copes_without(self, position: int) -> bool:
        return True

    def output_shape(self, *inputs: Any) -> Dims | None:
        dims, amounts = inputs
        if dims is None or amounts is None:
            rank = len(amounts) // 2 if dims is None and amounts is not None else None if dims is None else len(dims)
            return None if rank is None else tuple(unknown() for _ in range(rank))
        if len(amounts) != 2 * len(dims):
            raise ValueError(f"paddings must have {len(dims)} rows, one for each axis, but has {len(amounts) // 2}")
        return tuple(size + (amounts[2 * axis] + amounts[2 * axis + 1]) for axis, size in enumerate(dims))

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        x, amounts = inputs
        begin = amounts[:, 0]
        return apply(Slice(), input=upstream, begin=begin, size=shape(x, out_type=begin.dtype)), None

    def kernel(self, *inputs: Any) -> Any:
        x, amounts = inputs
        if np.shape(amounts) != (np.ndim(x), 2):
            raise InvalidArgumentError(
                message=f"The first dimension of paddings must be the rank of inputs {list(np.shape(amounts))} "
                f"{list(np.shape(x))}"
            )
        if (np.asarray(amounts) < 0).any():
            raise InvalidArgumentError(message=f"Paddings must be non-negative: {np.asarray(amounts).tolist()}")
        return np.pad(x, amounts, constant_values=self.value)


def check_index(size: Dim, axis: int, index: int) -> None:
    """ValueError for an index that is known to be none of an axis."""
    if not isinstance(size, Symbol) and not -size <= index < size:
        raise ValueError(f"slice index {index} of dimension {axis} out of bounds.")


def slice_(input_: Any, begin: Any, size: Any, name: str | None = None) -> Tensor:
    """The box of `size` elements (-1: all that remain) at `begin`."""
    return apply(
        Slice(), name, input=convert_to_tensor(input_), begin=convert_to_tensor(begin), size=convert_to_tensor(size)
    )


def pad(
    tensor: Any, paddings: Any, mode: str = "CONSTANT", name: str | None = None, constant_values: Any = 0
) -> Tensor:
    """`tensor` with `constant_values` around it; `paddings` is [rank, 2]: how many before and after along each axis."""
    mode = mode.upper()
    if mode not in ("CONSTANT", "REFLECT", "SYMMETRIC"):
        raise ValueError(f"Unknown padding mode: {mode}")
    tensor = convert_to_tensor(tensor)
    if any(isinstance(item, Tensor) for item in flatten(paddings)):
        amounts = convert_to_tensor(paddings, None, "paddings")
        if amounts.known_value is None or any(isinstance(item, Symbol) for item in np.ravel(amounts.known_value)):
            return _computed_pad(tensor, amounts, mode, name, constant_values)
        paddings = amounts.taken_value()
    pairs = _pairs(np.asarray(paddings))
    if mode != "CONSTANT":
        return apply(MirrorPad(pairs, mode), name, tensor=tensor)
    name = name or ("PadV2" if constant_values else "Pad")  # TensorFlow has two ops
    if tensor.dtype == string:
        constant_values = as_array(constant_values or b"", string).item()
    return apply(Pad(pairs, constant_values), name, tensor=tensor)


def _computed_pad(tensor: Tensor, amounts: Tensor, mode: str, name: str | None, constant_values: Any) -> Tensor:
    if not amounts.dtype.is_integer:
        raise TypeError(f"paddings must be int32 or int64, got {amounts.dtype.name}")
    if mode != "CONSTANT":
        raise NotImplementedError(f"tf.pad: with mode {mode} paddings must be known when the graph is built.")
    filler = as_array(constant_values or b"", string).item() if tensor.dtype == string else constant_values
    return apply(ComputedPad(filler), name or "Pad", tensor=tensor, paddings=amounts)


def _pairs(paddings: np.ndarray) -> Paddings:
    if paddings.ndim != 2:
        raise ValueError(f"Shape must be rank 2 but is rank {paddings.ndim}: paddings are {paddings.tolist()}")
    if paddings.shape[1] != 2:
        raise ValueError(f"Dimension must be 2 but is {paddings.shape[1]}: paddings are {paddings.tolist()}")
    if (paddings < 0).any():
        raise ValueError(f"Paddings must be non-negative, but they are {paddings.tolist()}")
    return tuple((int(before), int(after)) for before, after in paddings)
