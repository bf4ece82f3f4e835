"""A function for every element: map, filter, flat_map, interleave."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, final

from input_fns.data.function import Function
from input_fns.data.node import Node, Passing
from input_fns.data.opening import Element, Opening, Stream
from input_fns.data.structure import Structure
from model_fns.errors import InvalidArgumentError
from model_fns.graph.dtypes import bool_


@final
@dataclass(frozen=True, eq=False)
class Map(Node):
    """The function's result for each element."""

    source: Node
    function: Function

    @property
    def structure(self) -> Structure:
        return self.function.structure

    @property
    def inputs(self) -> tuple[Node, ...]:
        return (self.source,)

    @property
    def arguments(self) -> tuple[Any, ...]:
        return self.function.from_outside

    def open(self, opening: Opening) -> Stream:
        return Stream(map(self.function.runner(opening), self.source.open(opening).elements()))


@final
@dataclass(frozen=True, eq=False)
class Scan(Node):
    """What the function makes of a state and an element: the next state, and the element to hand on."""

    source: Node
    function: Function
    initial_state: tuple[Any, ...]

    @property
    def structure(self) -> Structure:
        found = self.function.structure
        return Structure(found.nest[1], found.specs[len(self.initial_state) :])

    @property
    def inputs(self) -> tuple[Node, ...]:
        return (self.source,)

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (*self.initial_state, *self.function.from_outside)

    def open(self, opening: Opening) -> Stream:
        return Stream(self._elements(self.source.open(opening).elements(), opening))

    def _elements(self, source: Iterator[Element], opening: Opening) -> Iterator[Element]:
        run, state = self.function.runner(opening), tuple(map(opening.value, self.initial_state))
        for element in source:
            made = tuple(run((*state, *element)))
            state = made[: len(state)]
            yield made[len(state) :]


@final
@dataclass(frozen=True, eq=False)
class Filter(Passing):
    """The elements for which the predicate is True."""

    predicate: Function

    def __post_init__(self) -> None:
        outputs = self.predicate.outputs
        if len(outputs) != 1 or outputs[0].dtype != bool_ or outputs[0].dims not in (None, ()):
            found = ", ".join(f"TensorSpec(shape={t.shape}, dtype={t.dtype!r}, name=None)" for t in outputs)
            raise ValueError(
                f"`predicate` return type must be convertible to a scalar boolean tensor. Was {found or 'a dataset'}."
            )

    @property
    def arguments(self) -> tuple[Any, ...]:
        return self.predicate.from_outside

    @property
    def endless(self) -> bool:
        return False  # no more elements may pass, though it would look for them for ever

    def open(self, opening: Opening) -> Stream:
        holds = self.predicate.runner(opening)
        return Stream(element for element in self.source.open(opening).elements() if holds(element)[0])


@dataclass(frozen=True, eq=False)
class _Flattening(Node):
    """A dataset for each element, all of them as one."""

    source: Node
    function: Function

    def __post_init__(self) -> None:
        if self.function.node is None:
            found = self.function.outputs[0] if len(self.function.outputs) == 1 else self.function.outputs
            raise TypeError(f"`map_func` must return a `Dataset` object. Got {type(found)}")

    @property
    def structure(self) -> Structure:
        assert self.function.node is not None
        return self.function.node.structure

    @property
    def inputs(self) -> tuple[Node, ...]:
        return (self.source,)

    @property
    def arguments(self) -> tuple[Any, ...]:
        return self.function.from_outside


@final
@dataclass(frozen=True, eq=False)
class FlatMap(_Flattening):
    """One dataset after the other."""

    def open(self, opening: Opening) -> Stream:
        elements = self.function.dataset(opening)
        return Stream(item for element in self.source.open(opening).elements() for item in elements(element))


@final
@dataclass(frozen=True, eq=False)
class Interleave(_Flattening):
    """`cycle_length` datasets in turn, `block_length` elements of each at a time."""

    cycle_length: Any
    block_length: Any

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (*super().arguments, self.cycle_length, self.block_length)

    def open(self, opening: Opening) -> Stream:
        cycle, block = opening.number(self.cycle_length), opening.number(self.block_length)
        for name, number in (("cycle_length", cycle), ("block_length", block)):
            if number < 1:
                raise InvalidArgumentError(message=f"{name} must be greater than zero.")
        return Stream(_in_turn(self.source.open(opening).elements(), self.function.dataset(opening), cycle, block))


def _in_turn(
    source: Iterator[Element], dataset: Callable[[Element], Iterator[Element]], cycle: int, block: int
) -> Iterator[Element]:
    places: list[Iterator[Element] | None] = [None] * cycle
    place, exhausted = 0, False
    while not exhausted or any(item is not None for item in places):
        current = places[place]
        if current is None and not exhausted:
            element = next(source, None)
            exhausted = element is None
            places[place] = None if element is None else dataset(element)
            continue
        if current is not None:
            for _ in range(block):
                item = next(current, None)
                if item is None:
                    places[place] = None
                    break
                yield item
        place = (place + 1) % cycle
