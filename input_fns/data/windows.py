"""Datasets inside of functions: the elements of one key, or of one window, as a dataset of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, final

from input_fns.data.function import Function
from input_fns.data.node import Node, Passing
from input_fns.data.opening import Element, Opening, Stream
from input_fns.data.structure import Structure
from model_fns.errors import InvalidArgumentError


@final
@dataclass(frozen=True, eq=False)
class Gathered(Node):
    """Elements that whoever opens it brings: they are the value of this node."""

    form: Structure

    @property
    def structure(self) -> Structure:
        return self.form

    def open(self, opening: Opening) -> Stream:
        return Stream(iter(opening.values[self]))


@final
@dataclass(frozen=True, eq=False)
class GroupByWindow(Node):
    """What `reduce` makes of the elements of one key, whenever there are as many as the size for it, and of the rest.

    `gathered` stands for those elements in what `reduce` returns.
    """

    source: Node
    key: Function
    reduce: Function
    size: Function
    gathered: Gathered

    @property
    def structure(self) -> Structure:
        assert self.reduce.node is not None
        return self.reduce.node.structure

    @property
    def inputs(self) -> tuple[Node, ...]:
        return (self.source,)

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (*self.key.from_outside, *self.reduce.from_outside, *self.size.from_outside)

    @property
    def endless(self) -> bool:
        return False  # a window of which nothing is made may follow the other

    def open(self, opening: Opening) -> Stream:
        return Stream(self._elements(self.source.open(opening).elements(), opening))

    def _elements(self, source: Iterator[Element], opening: Opening) -> Iterator[Element]:
        key_of, size_of = self.key.runner(opening), self.size.runner(opening)
        windows: dict[int, list[Element]] = {}
        sizes: dict[int, int] = {}
        for element in source:
            (key,) = key_of(element)
            number = int(key)
            if number not in windows:
                windows[number] = []
                sizes[number] = int(size_of((key,))[0])
                if sizes[number] < 1:
                    raise InvalidArgumentError(
                        message=f"Window size must be greater than zero, but got {sizes[number]}."
                    )
            windows[number].append(element)
            if len(windows[number]) == sizes[number]:
                yield from self._reduced(key, windows.pop(number), opening)
        for number in sorted(windows):
            yield from self._reduced(self.key.outputs[0].dtype.as_numpy_dtype(number), windows[number], opening)

    def _reduced(self, key: Any, window: list[Element], opening: Opening) -> Iterator[Element]:
        return self.reduce.dataset(opening.inside({self.gathered: window}))((key,))


@final
@dataclass(frozen=True, eq=False)
class Windows(Node):
    """For each window, the elements in it: for every component a list of elements of that one component.

    Windows begin every `shift` elements and hold `size` of them, each `stride` after the one before; what is shorter at
    the end is left out, or not.
    """

    source: Node
    size: Any
    shift: Any
    stride: Any
    drop_remainder: Any

    @property
    def structure(self) -> Structure:
        return self.source.structure

    @property
    def inputs(self) -> tuple[Node, ...]:
        return (self.source,)

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (self.size, self.shift, self.stride, self.drop_remainder)

    def open(self, opening: Opening) -> Stream:
        numbers = {name: opening.number(getattr(self, name)) for name in ("size", "shift", "stride")}
        for name, number in numbers.items():
            if number < 1:
                raise InvalidArgumentError(message=f"Window {name} must be greater than zero.")
        source = self.source.open(opening).elements()
        return Stream(_windows(source, **numbers, drop_remainder=bool(opening.value(self.drop_remainder))))


def _windows(
    source: Iterator[Element], size: int, shift: int, stride: int, drop_remainder: bool
) -> Iterator[tuple[list[Element], ...]]:
    span = (size - 1) * stride + 1
    buffer: list[Element] = []
    while True:
        buffer += islice(source, max(0, span - len(buffer)))
        window = buffer[:span:stride]
        if not window or (drop_remainder and len(window) < size):
            return
        yield tuple([(value,) for value in values] for values in zip(*window, strict=True))
        if len(buffer) < shift:
            skipped = shift - len(buffer)
            if len(list(islice(source, skipped))) < skipped:
                return
        del buffer[:shift]


def windows_behind(node: Node) -> Windows | None:
    """The windows that the elements of `node` are, if they are."""
    while isinstance(node, Passing):
        node = node.source
    return node if isinstance(node, Windows) else None


@final
@dataclass(frozen=True, eq=False)
class FlatMapWindows(Node):
    """The datasets that the function makes of every window, one after the other.

    `gathered` stand for the components of a window in what the function returns.
    """

    source: Node
    function: Function
    gathered: tuple[Gathered, ...]

    def __post_init__(self) -> None:
        if self.function.node is None:
            raise TypeError("`map_func` must return a `Dataset` object.")

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

    def open(self, opening: Opening) -> Stream:
        return Stream(
            item
            for window in self.source.open(opening).elements()
            for item in self.function.dataset(opening.inside(dict(zip(self.gathered, window, strict=True))))(())
        )
