"""Several elements as one: batch, padded_batch; and one as several: unbatch."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, final

import numpy as np

from input_fns.data.node import Node
from input_fns.data.opening import Element, Opening, Stream
from input_fns.data.structure import Structure, one_element_of
from model_fns.errors import DataLossError, InvalidArgumentError
from model_fns.graph.dimensions import Dim, Dims, named, unknown
from model_fns.graph.dtypes import DType
from model_fns.graph.op import TensorSpec

_numbers = itertools.count()


@dataclass(frozen=True, eq=False)
class _Grouping(Node):
    source: Node
    batch_size: Any
    drop_remainder: Any
    rows: Dim  # in a batch: a number if it is always the same, else the symbol of this grouping

    @property
    def inputs(self) -> tuple[Node, ...]:
        return (self.source,)

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (self.batch_size, self.drop_remainder)

    def sizes(self, opening: Opening) -> tuple[int, bool]:
        size = opening.number(self.batch_size)
        if size < 1:
            raise InvalidArgumentError(message="Batch size must be greater than zero.")
        return size, bool(opening.value(self.drop_remainder))


@final
@dataclass(frozen=True, eq=False)
class Batch(_Grouping):
    """`batch_size` elements of equal shapes stacked; the last batch has the rest, or is dropped."""

    @property
    def structure(self) -> Structure:
        return self.source.structure.with_specs(lambda spec: TensorSpec(spec.dtype, _rows_of(self.rows, spec.dims)))

    def open(self, opening: Opening) -> Stream:
        size, drop = self.sizes(opening)
        stream = self.source.open(opening)
        groups = _groups(stream.items, size, drop)
        if stream.arrays is not None:
            arrays = stream.arrays
            return Stream(tuple([array.take(rows, 0) for array in arrays]) for rows in groups)
        types = [spec.dtype for spec in self.source.structure.specs]
        return Stream(
            tuple([stacked([row[i] for row in rows], dtype, i) for i, dtype in enumerate(types)]) for rows in groups
        )


@final
@dataclass(frozen=True, eq=False)
class PaddedBatch(_Grouping):
    """As Batch, each element filled up to a size first: the largest in the batch where that is not given (None)."""

    shapes: tuple[tuple[int | None, ...], ...]
    padding: tuple[Any, ...]

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (*super().arguments, *self.padding)

    @property
    def structure(self) -> Structure:
        inner = self.source.structure
        padded = (tuple(unknown() if size is None else size for size in shape) for shape in self.shapes)
        both = zip(inner.specs, padded, strict=True)
        return Structure(inner.nest, tuple(TensorSpec(spec.dtype, (self.rows, *dims)) for spec, dims in both))

    def open(self, opening: Opening) -> Stream:
        size, drop = self.sizes(opening)
        fills = [opening.value(item) for item in self.padding]
        return Stream(
            tuple(
                _padded([row[i] for row in rows], spec.dtype, shape, fill)
                for i, (spec, shape, fill) in enumerate(
                    zip(self.source.structure.specs, self.shapes, fills, strict=True)
                )
            )
            for rows in _groups(self.source.open(opening).elements(), size, drop)
        )


@final
@dataclass(frozen=True, eq=False)
class Unbatch(Node):
    """The rows of every element, one by one."""

    source: Node

    @property
    def structure(self) -> Structure:
        return self.source.structure.with_specs(lambda spec: TensorSpec(spec.dtype, one_element_of(spec.dims)))

    @property
    def inputs(self) -> tuple[Node, ...]:
        return (self.source,)

    def open(self, opening: Opening) -> Stream:
        return Stream(row for element in self.source.open(opening).elements() for row in _rows(element))


def _rows(element: Element) -> Iterator[Element]:
    lengths = {len(value) for value in element}
    if len(lengths) > 1:
        raise InvalidArgumentError(
            message=f"Input element must have the same batch size in each component. Component sizes: {lengths}."
        )
    return zip(*element, strict=True)


def batch_rows(batch_size: Any, drop_remainder: Any) -> Dim:
    """The rows of a batch as far as they are known before anything runs: a symbol of their own, if not."""
    if isinstance(batch_size, int) and drop_remainder is True:
        return batch_size
    return named(f"batch_{next(_numbers)}")


def _rows_of(rows: Dim, dims: Dims | None) -> Dims | None:
    return None if dims is None else (rows, *dims)


def _groups(items: Iterator[Any], size: int, drop_remainder: bool) -> Iterator[list[Any]]:
    while True:
        group = list(islice(items, size))
        if not group or (drop_remainder and len(group) < size):
            return
        yield group


def _shape(value: Any) -> tuple[int, ...]:
    return getattr(value, "shape", ())  # bytes are single strings


def stacked(values: Sequence[Any], dtype: DType, component: int = 0) -> np.ndarray[Any, Any]:
    """Values of one shape as one array. InvalidArgumentError if their shapes differ."""
    shape = _shape(values[0])
    result = np.empty((len(values), *shape), dtype.as_numpy_dtype)
    for row, value in enumerate(values):
        if _shape(value) != shape:
            raise InvalidArgumentError(
                message=f"Cannot batch tensors with different shapes in component {component}. First element had "
                f"shape {_text(shape)} and element {row} had shape {_text(_shape(value))}."
            )
        result[row] = value[()] if isinstance(value, np.ndarray) else value  # an array of objects would be one of them
    return result


def _text(shape: tuple[int, ...]) -> str:
    return "[" + ",".join(map(str, shape)) + "]"


def _padded(values: Sequence[Any], dtype: DType, shape: tuple[int | None, ...], fill: Any) -> np.ndarray[Any, Any]:
    for value in values:
        if len(_shape(value)) != len(shape):
            raise InvalidArgumentError(
                message="All elements in a batch must have the same rank as the padded shape for component: expected "
                f"rank {len(shape)} but got element with rank {len(_shape(value))}"
            )
    largest = [max(sizes) for sizes in zip(*(_shape(value) for value in values), strict=True)] if shape else []
    target = [most if size is None else size for size, most in zip(shape, largest, strict=True)]
    if any(most > size for size, most in zip(target, largest, strict=True)):
        raise DataLossError(message="Attempted to pad to a smaller size than the input element.")
    result = np.empty((len(values), *target), dtype.as_numpy_dtype)
    result[...] = fill
    for row, value in enumerate(values):
        place: Any = (row, *map(slice, _shape(value)))
        result[place] = value[()] if isinstance(value, np.ndarray) else value
    return result
