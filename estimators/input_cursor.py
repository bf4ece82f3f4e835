"""InputCursor: a place in the stream of batches of one source."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, final

import numpy as np

from input_fns.source import ArraySource
from model_fns.random_bits import random_key, shuffle_order

_COMPILED = ("float32", "float64", "int32", "int64", "bool", "uint8", "int8", "int16", "uint16")


@final
class InputCursor:
    """Where a session has got to in a source.

    Args:
      source: the arrays and their batches.
      seed, stream: decide the order of each epoch.
      position: rows consumed so far.
    """

    def __init__(self, source: ArraySource, seed: int, stream: int = 0, position: int = 0) -> None:
        from estimators.compiler.executable import Source  # here: `import estimators` must not wait for numba

        self.source, self.seed, self.stream, self.position = source, seed, stream, position
        self.compiled = Source(source.arrays, source.plan.rows, source.shuffled, stream)

    @property
    def is_compiled(self) -> bool:
        """Whether machine code can gather the batches; else they are gathered here and fed."""
        return all(array.dtype.name in _COMPILED for array in self.source.arrays)

    def place(self, until: int | None) -> dict[str, Any]:
        """What to save, to take up this stream at this place again. `until`: the step at which this use of it ends."""
        return {"source": self.source.signature, "stream": self.stream, "position": self.position, "until": until}

    def batches_left(self) -> int | None:
        return self.source.plan.batches_left(self.position)

    def size(self) -> int:
        """Rows in the next batch; 0 at the end."""
        return self.source.plan.size_at(self.position)

    def alike(self) -> int | None:
        """How many batches from here on have the size of the next one; None for no end."""
        left = self.batches_left()
        if left is None or left <= 1:
            return left
        total = self.source.plan.total_rows
        assert total is not None
        whole = (total - self.position) % self.source.plan.batch_size == 0
        return left if whole else left - 1

    def advance(self, batches: int) -> None:
        self.position += batches * self.size()

    def gather(self) -> tuple[np.ndarray[Any, Any], ...]:
        """The next batch, gathered by NumPy."""
        rows = self.source.plan.rows_at(self.position, self._order)
        return tuple(np.take(array, rows, 0) for array in self.source.arrays)

    def _order(self, epoch: int) -> np.ndarray[Any, Any]:
        if not self.source.shuffled:
            return np.arange(self.source.plan.rows)
        return _permutation(self.source.plan.rows, self.seed, self.stream, epoch)


def taken_up(source: ArraySource, seed: int, place: dict[str, Any] | None, step: int, draws: int) -> InputCursor:
    """A cursor for a training that begins at global step `step`: at the saved `place`, if it is one in this source.

    An endless stream is always gone on with. A finite one only if the call that read it was interrupted: a call that
    had come to its end is followed by one that begins anew, with another order.
    """
    endless = source.plan.num_epochs is None
    if place is not None and place["source"] == source.signature:
        interrupted = place["until"] is None or step < place["until"]
        cursor = InputCursor(source, seed, place["stream"], place["position"])
        if endless or (interrupted and cursor.batches_left()):
            return cursor
    return InputCursor(source, seed, 0 if endless else draws)


@lru_cache(maxsize=2)
def _permutation(rows: int, seed: int, stream: int, epoch: int) -> np.ndarray[Any, Any]:
    return shuffle_order(rows, random_key(seed, stream, epoch))
