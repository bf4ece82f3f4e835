"""Slices whose bounds are tensors, or of a tensor whose rank is not known yet; and their adjoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.graph.dimensions import Dim, Dims, Symbol, unknown
from model_fns.graph.dtypes import DType
from model_fns.graph.op import Op, TensorSpec
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.slicing import check_index, length

Bounds = tuple[Any, ...] | None


@final
@dataclass(frozen=True)
class ComputedSlice(Op):
    """x[...] as `entries` say, one for each item of an index, with the bounds in the vectors begin, end and strides.

    An entry is `a:b`, `a:`, `:b` or `:`, a slice with the bounds that it has; `index`, one element, at begin; `new`, an
    axis of size 1; `rest`, all axes that no other entry stands for, at most once.
    """

    type_name: ClassVar[str] = "StridedSlice"
    entries: tuple[str, ...]
    value_inputs: ClassVar[tuple[int, ...]] = (1, 2, 3)

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0]

    def copes_without(self, position: int) -> bool:
        return True

    def output_shape(self, *inputs: Any) -> Dims | None:
        dims, begin, end, strides = inputs
        if dims is None:
            return None
        result: list[Dim] = []
        axis = 0
        for number, entry in enumerate(full_entries(self.entries, len(dims))):
            if entry is None:
                result.append(dims[axis])
            elif entry[1] == "new":
                result.append(1)
                continue
            elif entry[1] == "index":
                index = None if begin is None else begin[entry[0]]
                if isinstance(index, int):
                    check_index(dims[axis], number, index)
            else:
                result.append(_length(dims[axis], *entry, begin, end, strides))
            axis += 1
        return tuple(result)

    def known_value(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> Any:
        """Of sizes, those at bounds that are numbers."""
        if any(value is None for value in values) or any(isinstance(b, Symbol) for v in values[1:] for b in v.flat):
            return None
        return self.kernel(*values)

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        x, begin, end, strides = inputs
        made = apply(ComputedSliceGrad(self.entries), dy=upstream, like=x, begin=begin, end=end, strides=strides)
        return made, None, None, None

    def kernel(self, *inputs: Any) -> Any:
        x, begin, end, strides = inputs
        return np.array(x[_key(self.entries, np.shape(x), begin, end, strides)], order="C")


@final
@dataclass(frozen=True)
class ComputedSliceGrad(Op):
    """Zeros in the shape of y, with x put where ComputedSlice takes from: its adjoint"""

    type_name: ClassVar[str] = "StridedSliceGrad"
    entries: tuple[str, ...]
    shape_inputs: ClassVar[tuple[int, ...]] = (1,)

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0]

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[1]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        _, _, begin, end, strides = inputs
        made = apply(ComputedSlice(self.entries), x=upstream, begin=begin, end=end, strides=strides)
        return made, None, None, None, None

    def kernel(self, *inputs: Any) -> Any:
        dy, like, begin, end, strides = inputs
        result = np.zeros(np.shape(like), dy.dtype)
        result[_key(self.entries, result.shape, begin, end, strides)] = dy
        return result


def full_entries(entries: Sequence[str], rank: int) -> list[tuple[int, str] | None]:
    """For each axis of the result, and each that is dropped, its entry with its number; None for an axis not named.

    ValueError for more entries than axes.
    """
    named = sum(entry not in ("new", "rest") for entry in entries)
    if named > rank:
        raise ValueError(f"Index out of range using input dim {rank}; input has only {rank} dims")
    result: list[tuple[int, str] | None] = []
    for number, entry in enumerate(entries if "rest" in entries else (*entries, "rest")):
        result += [None] * (rank - named) if entry == "rest" else [(number, entry)]
    return result


def _length(size: Dim, number: int, entry: str, begin: Bounds, end: Bounds, strides: Bounds) -> Dim:
    """How many elements a slice takes from an axis; an unknown size if the bounds do not tell."""
    first, last = _bounds(entry)
    ends = [begin[number] if begin and first else None, end[number] if end and last else None]
    step = 1 if strides is None else strides[number]
    if (first and begin is None) or (last and end is None) or strides is None or not isinstance(step, int):
        return unknown()
    if step == 0:
        raise ValueError(f"strides[{number}] must be non-zero")
    if isinstance(ends[1], Symbol) and not ends[0] and step == 1 and ends[1] == size:
        return size
    if not all(bound is None or isinstance(bound, int) for bound in ends):
        return unknown()
    return length(size, ends[0], ends[1], step)


def _bounds(entry: str) -> tuple[bool, bool]:
    """Whether a slice begins, and whether it ends, somewhere."""
    return entry.startswith("a"), entry.endswith("b")


def _key(entries: Sequence[str], shape: Sequence[int], begin: Any, end: Any, strides: Any) -> tuple[Any, ...]:
    """What NumPy takes as an index. InvalidArgumentError for an element that is not there."""
    key: list[Any] = []
    axis = 0
    for entry in full_entries(entries, len(shape)):
        if entry is None:
            key.append(slice(None))
        else:
            number, kind = entry
            if kind == "new":
                key.append(None)
                continue
            if kind == "index":
                index = int(begin[number])
                if not -shape[axis] <= index < shape[axis]:
                    raise InvalidArgumentError(message=f"slice index {index} of dimension {axis} out of bounds.")
                key.append(index)
            else:
                first, last = _bounds(kind)
                ends = (int(begin[number]) if first else None, int(end[number]) if last else None)
                key.append(slice(*ends, int(strides[number])))
        axis += 1
    return tuple(key)
