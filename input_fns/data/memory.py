"""Elements kept: cache."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, final

from input_fns.data.node import Passing
from input_fns.data.opening import Opening, Stream


@final
@dataclass(frozen=True, eq=False)
class Cache(Passing):
    """Remembers all items of the first whole pass; the passes after it read nothing."""

    def open(self, opening: Opening) -> Stream:
        if self in opening.memory:
            kept, arrays = opening.memory[self]
            return Stream(iter(kept), arrays)
        stream = self.source.open(opening)
        return stream.over(self._remembered(stream, opening))

    def _remembered(self, stream: Stream, opening: Opening) -> Iterator[Any]:
        kept = []
        for item in stream.items:
            kept.append(item)
            yield item
        opening.memory[self] = kept, stream.arrays
