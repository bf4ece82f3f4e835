"""Queues in which elements do not come out as they went in: in random order, by priority, padded to one size."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Sequence
from typing import Any, final

import numpy as np

from input_fns.queues.element_queue import Element, ElementQueue
from model_fns.errors import InvalidArgumentError
from model_fns.ops.queue import QueueOp, RandomShuffleQueueOp


@final
class RandomElementQueue(ElementQueue):
    """Any of the elements may come next, as long as `min_after_dequeue` others remain, or the queue is closed.

    Args:
      seed: for an operation without a seed of its own.
    """

    def __init__(self, definition: RandomShuffleQueueOp, name: str, seed: int) -> None:
        if definition.min_after_dequeue >= definition.capacity >= 0:
            raise InvalidArgumentError(
                message=f"min_after_dequeue {definition.min_after_dequeue} must be < capacity {definition.capacity}"
            )
        super().__init__(definition, name)
        self._elements = []
        self._remaining = definition.min_after_dequeue
        own = seed if definition.seed is None else definition.seed
        self._random = np.random.default_rng([own & 0xFFFFFFFF, definition.stream & 0xFFFFFFFF])

    def _take(self) -> Element:
        elements = self._elements
        place = int(self._random.integers(len(elements)))
        elements[place], elements[-1] = elements[-1], elements[place]
        return elements.pop()

    def _put_back(self, elements: Sequence[Element]) -> None:
        self._elements.extend(elements)

    def _may_take(self) -> bool:
        return len(self._elements) > self._remaining


@final
class PriorityElementQueue(ElementQueue):
    """The element with the least first component comes next; of equals, the one that came first."""

    def __init__(self, definition: QueueOp, name: str) -> None:
        super().__init__(definition, name)
        self._elements = []
        self._count = itertools.count()

    def _put(self, element: Element) -> None:
        heapq.heappush(self._elements, (int(element[0]), next(self._count), element))

    def _take(self) -> Element:
        return heapq.heappop(self._elements)[-1]

    def _put_back(self, elements: Sequence[Element]) -> None:
        for number, element in enumerate(elements):  # before those of the same priority that are there
            heapq.heappush(self._elements, (int(element[0]), number - len(elements), element))


@final
class PaddingElementQueue(ElementQueue):
    """First in, first out; the rows of a batch are filled up with zeros or empty strings to the longest one's size."""

    def _stacked(self, rows: Sequence[Any], dtype: Any, sizes: tuple[int | None, ...]) -> np.ndarray[Any, Any]:
        longest = [max((row.shape[axis] for row in rows), default=0) for axis in range(len(sizes))]
        full = [most if size is None else size for size, most in zip(sizes, longest, strict=True)]
        made = np.full((len(rows), *full), b"" if dtype is np.object_ else 0, dtype)
        for place, row in enumerate(rows):
            region: Any = (place, *map(slice, row.shape))
            made[region] = row[()]
        return made
