"""Shuffle: a buffer from which elements are drawn at random."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, final

import numpy as np

from input_fns.data.node import Passing
from input_fns.data.opening import Opening, Stream
from model_fns.errors import InvalidArgumentError
from model_fns.graph.graph import get_default_graph, get_seeds
from model_fns.random_bits import random_bits, random_key

_SHUFFLES = "shuffles"  # the key under which a graph keeps the seeds of those made in it
_BLOCK = 1024  # random numbers made at once


@final
@dataclass(frozen=True, eq=False)
class Shuffle(Passing):
    """Holds `buffer_size` elements; each one handed out is a random one of them, replaced by the next of the input.

    `seed` None: from the session. With `reshuffle`, each pass has an order of its own.
    """

    buffer_size: Any
    seed: int | None
    stream: int
    reshuffle: bool

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (self.buffer_size,)

    def open(self, opening: Opening) -> Stream:
        size = opening.number(self.buffer_size)
        if size < 1:
            raise InvalidArgumentError(message="buffer_size must be greater than zero.")
        epoch = opening.passes(self) if self.reshuffle else 0
        stream = self.source.open(opening)
        return stream.over(shuffled(stream.items, size, opening.key(self.seed, self.stream, epoch)))


def shuffle_seed(seed: int | None) -> tuple[int | None, int]:
    """(seed, stream) of a new shuffle in the default graph: equal seeds give equal orders, no seed one of its own."""
    graph = get_default_graph()
    made = graph.by_key.setdefault(_SHUFFLES, [])
    made.append(seed)
    graph_seed, stream = get_seeds(seed)
    return graph_seed, stream if seed is not None else stream + (len(made) << 32)


def shuffled(items: Iterator[Any], size: int, key: np.uint64) -> Iterator[Any]:
    """`items` in the order in which a buffer of `size` lets them go."""
    numbers = _below(key)
    next(numbers)
    buffer = list(islice(items, size))
    for item in items:
        place = numbers.send(len(buffer))
        chosen, buffer[place] = buffer[place], item
        yield chosen
    while buffer:
        place = numbers.send(len(buffer))
        chosen, buffer[place] = buffer[place], buffer[-1]
        buffer.pop()
        yield chosen


def _below(key: np.uint64) -> Any:
    """A generator to which bounds are sent; it answers with a random number below each.

    The upper half of bits * bound: with 64 bits, the bias is below 2^-40 for any buffer that fits into memory.
    """
    bound, block = (yield 0), 0
    while True:
        for bits in random_bits(random_key(int(key), block, 0), _BLOCK).tolist():
            bound = yield bits * bound >> 64
        block += 1
