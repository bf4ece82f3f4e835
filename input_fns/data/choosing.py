"""One element from one of several datasets: by chance, or as another dataset says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from input_fns.data.node import Node
from input_fns.data.opening import Element, Opening, Stream
from input_fns.data.structure import Structure, most_specific
from model_fns.errors import InvalidArgumentError
from model_fns.graph.op import TensorSpec

_STREAM = 7  # of random numbers


@dataclass(frozen=True, eq=False)
class _Choosing(Node):
    sources: tuple[Node, ...]

    def __post_init__(self) -> None:
        first = self.sources[0].structure
        for other in (node.structure for node in self.sources[1:]):
            if not first.has_form_of(other):
                raise TypeError(f"The datasets must have the same type, but they have {first.types} and {other.types}")

    @property
    def structure(self) -> Structure:
        structures = [node.structure for node in self.sources]
        specs = list(structures[0].specs)
        for structure in structures[1:]:
            both = zip(specs, structure.specs, strict=True)
            specs = [TensorSpec(a.dtype, most_specific(a.dims, b.dims)) for a, b in both]
        return Structure(structures[0].nest, tuple(specs))

    @property
    def inputs(self) -> tuple[Node, ...]:
        return self.sources


@final
@dataclass(frozen=True, eq=False)
class Sampled(_Choosing):
    """From a dataset drawn each time with probabilities that go as `weights`; from those that have elements left."""

    weights: Any = None
    seed: int | None = None

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (self.weights,)

    @property
    def endless(self) -> bool:
        return all(node.endless for node in self.sources)

    def open(self, opening: Opening) -> Stream:
        weights = opening.value(self.weights)
        shares = np.ones(len(self.sources)) if weights is None else np.array(weights, float)
        if shares.shape != (len(self.sources),):
            raise InvalidArgumentError(
                message=f"There must be a weight for each of the {len(self.sources)} datasets, but there are "
                f"{shares.size}."
            )
        random = np.random.Generator(np.random.Philox(int(opening.key(self.seed, _STREAM, opening.passes(self)))))
        return Stream(_drawn([node.open(opening).elements() for node in self.sources], shares, random))


def _drawn(
    streams: list[Iterator[Element]], weights: np.ndarray[Any, Any], random: np.random.Generator
) -> Iterator[Element]:
    while weights.sum() > 0:
        choice = int(random.choice(len(streams), p=weights / weights.sum()))
        element = next(streams[choice], None)
        if element is None:
            weights[choice] = 0
        else:
            yield element


@final
@dataclass(frozen=True, eq=False)
class Chosen(_Choosing):
    """From the dataset whose number the next element of `choices` is; nothing where that one has ended."""

    choices: Node

    @property
    def inputs(self) -> tuple[Node, ...]:
        return (*self.sources, self.choices)

    @property
    def endless(self) -> bool:
        return all(node.endless for node in self.inputs)

    def open(self, opening: Opening) -> Stream:
        streams = [node.open(opening).elements() for node in self.sources]
        return Stream(self._elements(streams, self.choices.open(opening).elements()))

    @staticmethod
    def _elements(streams: list[Iterator[Element]], choices: Iterator[Element]) -> Iterator[Element]:
        left = len(streams)
        ended = [False] * left
        for (number,) in choices:
            if not 0 <= int(number) < len(streams):
                raise InvalidArgumentError(message=f"Selector index out of range: {int(number)} >= {len(streams)}")
            element = None if ended[number] else next(streams[number], None)
            if element is not None:
                yield element
            elif not ended[number]:
                ended[number], left = True, left - 1
                if not left:
                    return
