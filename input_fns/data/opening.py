"""Opening: what a dataset is given when an iterator starts on it. Stream: what it then yields.

A dataset is a description. It may depend on tensors of the graph it was made in (a placeholder with file names);
whoever opens it brings their values, the seed, and a way to run the functions that were handed to `map` and its like.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, final

import numpy as np

from model_fns.graph.constant import as_bytes
from model_fns.graph.tensor import Tensor
from model_fns.random_bits import random_key

Element = tuple[Any, ...]  # a value for each component: an array, a NumPy scalar, or bytes
Runner = Callable[[Sequence[Any], int], list[Any]]  # from the values of the given tensors and a step, to the wanted's
Evaluator = Callable[[Sequence[Tensor], Sequence[Tensor], int], Runner]  # of (wanted tensors, given tensors, seed)


@final
@dataclass(frozen=True, eq=False)
class Opening:
    """One start of an iterator.

    Args:
      values: of the tensors that the dataset depends on, and the elements of those `Gathered` in it.
      evaluator: makes functions on tensors runnable.
      seed: of random numbers whose graph has no seed of its own.
      start: how many iterators were started before: such random numbers differ from start to start.
      memory: what a dataset keeps from one pass over it to the next; by the dataset's node.
    """

    values: Mapping[Any, Any]
    evaluator: Evaluator
    seed: int
    start: int = 0
    memory: dict[Any, Any] = field(default_factory=dict)

    def value(self, argument: Any) -> Any:
        """An argument of a dataset: itself, or its value if it is a tensor."""
        return self.values[argument] if isinstance(argument, Tensor) else argument

    def number(self, argument: Any) -> int:
        return int(self.value(argument))

    def texts(self, argument: Any) -> list[str]:
        """File names, one or several, as text."""
        flat = np.ravel(as_bytes(np.asarray(self.value(argument), object))).tolist()
        return [item.decode() if isinstance(item, bytes) else str(item) for item in flat]

    def inside(self, values: Mapping[Any, Any]) -> Opening:
        """For a dataset that a function returned: it depends on the function's tensors too, and remembers nothing."""
        return Opening({**self.values, **values}, self.evaluator, self.seed, self.start)

    def key(self, seed: int | None, stream: int, epoch: int) -> np.uint64:
        """A key of random numbers. Without a seed (None), every start has another."""
        if seed is None:
            return random_key(int(random_key(self.seed, stream, self.start)), stream, epoch)
        return random_key(seed, stream, epoch)

    def passes(self, node: Any) -> int:
        """How many passes over `node` were begun before this one, which is counted."""
        count = self.memory.get(node, 0)
        self.memory[node] = count + 1
        return count


@final
@dataclass(frozen=True, eq=False)
class Stream:
    """Elements; or, with `arrays`, the numbers of the rows of these arrays, so that batches are gathered at once."""

    items: Iterator[Any]
    arrays: tuple[np.ndarray[Any, Any], ...] | None = None

    def elements(self) -> Iterator[Element]:
        arrays = self.arrays
        if arrays is None:
            return self.items
        if len(arrays) == 1:
            only = arrays[0]
            return ((only[row],) for row in self.items)
        return (tuple([array[row] for array in arrays]) for row in self.items)

    def over(self, items: Iterator[Any]) -> Stream:
        """Other items of the same kind."""
        return Stream(items, self.arrays)
