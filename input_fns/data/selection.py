"""Which elements, and how often: take, skip, shard, repeat, concatenate, zip, enumerate, ignore_errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, final

import numpy as np

from input_fns.data.node import Node, Passing
from input_fns.data.opening import Element, Opening, Stream
from input_fns.data.structure import Structure, most_specific
from model_fns.errors import InvalidArgumentError, OpError, OutOfRangeError
from model_fns.graph.dtypes import int64
from model_fns.graph.op import TensorSpec


@final
@dataclass(frozen=True, eq=False)
class Take(Passing):
    """At most the first `count` elements; all if it is -1."""

    count: Any

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (self.count,)

    @property
    def endless(self) -> bool:
        return self.count == -1 and self.source.endless

    def open(self, opening: Opening) -> Stream:
        stream, count = self.source.open(opening), opening.number(self.count)
        return stream if count < 0 else stream.over(islice(stream.items, count))


@final
@dataclass(frozen=True, eq=False)
class Skip(Passing):
    """All but the first `count` elements; none if it is -1."""

    count: Any

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (self.count,)

    @property
    def endless(self) -> bool:
        return self.count != -1 and self.source.endless

    def open(self, opening: Opening) -> Stream:
        stream, count = self.source.open(opening), opening.number(self.count)
        return stream.over(islice(stream.items, 0) if count < 0 else islice(stream.items, count, None))


@final
@dataclass(frozen=True, eq=False)
class Shard(Passing):
    """Every `num_shards`-th element, beginning with number `index`."""

    num_shards: Any
    index: Any

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (self.num_shards, self.index)

    def open(self, opening: Opening) -> Stream:
        shards, index = opening.number(self.num_shards), opening.number(self.index)
        if shards < 1:
            raise InvalidArgumentError(
                message=f"Number of shards must be greater than zero (currently num_shards = {shards})."
            )
        if not 0 <= index < shards:
            raise InvalidArgumentError(message=f"Index must be between 0 and {shards - 1} (currently index = {index}).")
        stream = self.source.open(opening)
        return stream.over(islice(stream.items, index, None, shards))


@final
@dataclass(frozen=True, eq=False)
class Repeat(Passing):
    """All elements, `count` times over; for ever if it is negative."""

    count: Any

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (self.count,)

    @property
    def endless(self) -> bool:
        return (isinstance(self.count, int) and self.count < 0) or self.source.endless

    def open(self, opening: Opening) -> Stream:
        count = opening.number(self.count)
        if count == 0:
            stream = self.source.open(opening)
            return stream.over(iter(()))
        first = self.source.open(opening)
        return first.over(self._passes(first, opening, count))

    def _passes(self, stream: Stream, opening: Opening, count: int) -> Iterator[Any]:
        number = 0
        while True:
            empty = True
            for item in stream.items:
                empty = False
                yield item
            number += 1
            if number == count or (empty and count < 0):
                return
            stream = self.source.open(opening)


@final
@dataclass(frozen=True, eq=False)
class Concatenate(Node):
    """The elements of one dataset, then those of another."""

    first: Node
    second: Node

    def __post_init__(self) -> None:
        a, b = self.first.structure, self.second.structure
        if not a.has_form_of(b):
            raise TypeError(f"Two datasets to concatenate have different types {a.types} and {b.types}")

    @property
    def structure(self) -> Structure:
        a, b = self.first.structure, self.second.structure
        both = zip(a.specs, b.specs, strict=True)
        return Structure(a.nest, tuple(TensorSpec(x.dtype, most_specific(x.dims, y.dims)) for x, y in both))

    @property
    def inputs(self) -> tuple[Node, ...]:
        return (self.first, self.second)

    def open(self, opening: Opening) -> Stream:
        return Stream(self._elements(opening))

    def _elements(self, opening: Opening) -> Iterator[Element]:
        yield from self.first.open(opening).elements()
        yield from self.second.open(opening).elements()


@final
@dataclass(frozen=True, eq=False)
class Zip(Node):
    """One element of every dataset, side by side, until one of them ends."""

    form: Any  # the structure of datasets, each with its own structure's form in its place
    sources: tuple[Node, ...]

    @property
    def structure(self) -> Structure:
        return Structure(self.form, tuple(spec for node in self.sources for spec in node.structure.specs))

    @property
    def inputs(self) -> tuple[Node, ...]:
        return self.sources

    @property
    def endless(self) -> bool:
        return all(node.endless for node in self.sources)

    def open(self, opening: Opening) -> Stream:
        streams = [node.open(opening).elements() for node in self.sources]
        joined = (tuple([value for part in parts for value in part]) for parts in zip(*streams, strict=False))
        return Stream(joined)


@final
@dataclass(frozen=True, eq=False)
class Enumerate(Node):
    """(number, element), the numbers from `start` on."""

    source: Node
    start: Any = 0

    @property
    def structure(self) -> Structure:
        inner = self.source.structure
        return Structure((None, inner.nest), (TensorSpec(int64, ()), *inner.specs))

    @property
    def inputs(self) -> tuple[Node, ...]:
        return (self.source,)

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (self.start,)

    def open(self, opening: Opening) -> Stream:
        numbered = enumerate(self.source.open(opening).elements(), opening.number(self.start))
        return Stream((np.int64(number), *element) for number, element in numbered)


@final
@dataclass(frozen=True, eq=False)
class IgnoreErrors(Passing):
    """The elements that can be computed. What a source that failed itself, such as a file, still had is lost."""

    @property
    def endless(self) -> bool:
        return False  # no element may be left, though it would look for one for ever

    def open(self, opening: Opening) -> Stream:
        return Stream(self._whole(self.source.open(opening).elements()))

    @staticmethod
    def _whole(elements: Iterator[Element]) -> Iterator[Element]:
        while True:
            try:
                yield next(elements)
            except (StopIteration, OutOfRangeError):
                return
            except OpError:
                continue
