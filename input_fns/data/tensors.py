"""Datasets of values at hand: one element, the rows of arrays, a range of integers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from input_fns.data.node import Node
from input_fns.data.opening import Opening, Stream
from input_fns.data.structure import Structure, flatten, one_element_of
from model_fns.errors import InvalidArgumentError
from model_fns.graph.constant import as_array
from model_fns.graph.dimensions import merged
from model_fns.graph.dtypes import as_dtype, int64
from model_fns.graph.op import TensorSpec
from model_fns.graph.tensor import Tensor


def components_of(nest: Any) -> tuple[Any, ...]:
    """The components of a structure as tensors, where they are, or else as arrays that cannot change any more."""
    found = []
    for item in flatten(nest):
        item = getattr(item, "graph_element", item)
        found.append(item if isinstance(item, Tensor) else _array(item))
    return tuple(found)


def _array(value: Any) -> Any:
    if isinstance(value, list) and any(isinstance(item, Tensor) for item in value):
        from model_fns.ops.joining import stack  # here: only lists of tensors need it

        return stack(value)
    if hasattr(value, "__array__"):  # a pandas column, too, keeps its element type
        value = np.asarray(value)
    array = as_array(value, None).view()
    array.flags.writeable = False
    return array


def _spec(value: Any) -> TensorSpec:
    return value.spec if isinstance(value, Tensor) else TensorSpec(as_dtype(value.dtype), value.shape)


@final
@dataclass(frozen=True, eq=False)
class One(Node):
    """A single element."""

    nest: Any
    components: tuple[Any, ...]

    @property
    def structure(self) -> Structure:
        return Structure(self.nest, tuple(map(_spec, self.components)))

    @property
    def arguments(self) -> tuple[Any, ...]:
        return self.components

    def open(self, opening: Opening) -> Stream:
        return Stream(iter([tuple(opening.value(item) for item in self.components)]))


@final
@dataclass(frozen=True, eq=False)
class Slices(Node):
    """The rows of arrays that have the same number of them."""

    nest: Any
    components: tuple[Any, ...]

    def __post_init__(self) -> None:
        if not self.components:
            raise ValueError("from_tensor_slices needs at least one array, but the structure is empty.")
        rows: Any = None
        for item in self.components:
            dims = _spec(item).dims
            if dims == ():
                raise ValueError(
                    f"Value {item if isinstance(item, Tensor) else repr(item)} has insufficient rank for batching."
                )
            if dims is not None:
                if isinstance(rows, int) and isinstance(dims[0], int) and rows != dims[0]:
                    raise ValueError(f"Dimensions {rows} and {dims[0]} are not compatible")
                rows = dims[0] if rows is None else merged(rows, dims[0])

    @property
    def structure(self) -> Structure:
        specs = (_spec(item) for item in self.components)
        return Structure(self.nest, tuple(TensorSpec(spec.dtype, one_element_of(spec.dims)) for spec in specs))

    @property
    def arguments(self) -> tuple[Any, ...]:
        return self.components

    def open(self, opening: Opening) -> Stream:
        arrays = tuple(np.asarray(opening.value(item)) for item in self.components)
        lengths = sorted({len(array) for array in arrays})
        if len(lengths) > 1:
            raise InvalidArgumentError(message=f"Dimensions {lengths[0]} and {lengths[1]} are not compatible")
        return Stream(iter(range(lengths[0])), arrays)


@final
@dataclass(frozen=True, eq=False)
class Range(Node):
    """start, start + step, ... up to `stop`, exclusive."""

    start: Any
    stop: Any
    step: Any

    @property
    def structure(self) -> Structure:
        return Structure(None, (TensorSpec(int64, ()),))

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (self.start, self.stop, self.step)

    def open(self, opening: Opening) -> Stream:
        start, stop, step = map(opening.number, self.arguments)
        if step == 0:
            raise InvalidArgumentError(message="step must be a non-zero integer.")
        return Stream(_integers(start, stop, step))


def _integers(start: int, stop: int, step: int) -> Iterator[Any]:
    return ((np.int64(number),) for number in range(start, stop, step))
