"""Cursor: a place in an input. InputCursor: a place in the stream of batches of arrays."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol, final

import numpy as np

from estimators.host_stage import HostStage
from input_fns.source import ArraySource
from model_fns.errors import OutOfRangeError
from model_fns.graph.tensor import Tensor
from model_fns.random_bits import random_key, shuffle_order

if TYPE_CHECKING:
    from estimators.compiler.binding import Source

_MOST_ROWS_AHEAD = 200_000  # of more, looking at all rows before the first step would take too long
_COMPILED = ("float32", "float64", "int32", "int64", "bool", "uint8", "int8", "int16", "uint16")


class Cursor(Protocol):
    """What a session asks of a place in any input. Reading does not move it; `advance` does."""

    source: Any

    def can_gather(self, tensors: Sequence[Tensor], ahead: HostStage | None) -> bool:
        """Whether machine code can gather these outputs, and what is computed `ahead`; else `gather` does."""

    @property
    def endless(self) -> bool:
        """Whether it is certain that the batches never end."""

    def alike(self) -> int | None:
        """How many of the next batches are known to have the size of the next one; 0 at the end, None for no end."""

    def gather(self, ahead: int = 0) -> tuple[np.ndarray[Any, Any], ...]:
        """The next batch, or one further `ahead`. OutOfRangeError if there is none."""

    def advance(self, batches: int) -> None:
        """Moves past so many batches."""

    def place(self, until: int | None) -> dict[str, Any] | None:
        """What to save, to take up this input at this place again; None if it always begins anew."""


@final
class InputCursor:
    """Where a session has got to in a source.

    Args:
      source: the arrays and their batches.
      seed, stream: decide the order of each epoch.
      position: rows consumed so far.
    """

    def __init__(self, source: ArraySource, seed: int, stream: int = 0, position: int = 0) -> None:
        from estimators.compiler.binding import Source  # here: `import estimators` must not wait for numba

        self.source, self.seed, self.stream, self.position = source, seed, stream, position
        self.compiled = Source(source.arrays, source.plan.rows, source.shuffled, stream)
        self._with_ahead: dict[HostStage, Source] = {}

    def can_gather(self, tensors: Sequence[Tensor], ahead: HostStage | None) -> bool:
        if ahead is not None and self.source.plan.rows > _MOST_ROWS_AHEAD:
            return False
        read = [*tensors, *(() if ahead is None else ahead.results)]
        return bool(read) and all(tensor.dtype.name in _COMPILED for tensor in read)

    def compiled_with(self, ahead: HostStage | None) -> Any:
        """The arrays as machine code gathers them, followed by those that are computed ahead."""
        if ahead is None:
            return self.compiled
        if ahead not in self._with_ahead:
            results = ahead.program([self.source.arrays[tensor.value_index] for tensor in ahead.given])
            arrays = (*self.source.arrays, *map(np.ascontiguousarray, results))
            self._with_ahead[ahead] = dataclasses.replace(self.compiled, arrays=arrays)
        return self._with_ahead[ahead]

    def place(self, until: int | None) -> dict[str, Any]:
        """What to save, to take up this stream at this place again. `until`: the step at which this use of it ends."""
        return {"source": self.source.signature, "stream": self.stream, "position": self.position, "until": until}

    @property
    def endless(self) -> bool:
        return self.source.plan.num_epochs is None

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

    def rows_to_gather(self) -> int:
        """`size`, for machine code that is about to gather a batch. OutOfRangeError at the end."""
        size = self.size()
        if size == 0:
            raise OutOfRangeError(message="End of sequence: the input has no more batches.")
        return size

    def advance(self, batches: int) -> None:
        self.position += batches * self.size()

    def gather(self, ahead: int = 0) -> tuple[np.ndarray[Any, Any], ...]:
        """The next batch, or one further `ahead`, gathered by NumPy. OutOfRangeError if there is none."""
        plan = self.source.plan
        position = self.position
        for _ in range(ahead):
            position += plan.size_at(position)
        if plan.size_at(position) == 0:
            raise OutOfRangeError(message="End of sequence: the input has no more batches.")
        rows = plan.rows_at(position, self._order)
        return tuple(np.take(array, rows, 0) for array in self.source.arrays)

    def _order(self, epoch: int) -> np.ndarray[Any, Any]:
        if not self.source.shuffled:
            return np.arange(self.source.plan.rows)
        return _permutation(self.source.plan.rows, self.seed, self.stream, epoch)


def is_arrays(source: Any) -> bool:
    """Whether a source is arrays with a place that can be taken up again."""
    return isinstance(source, ArraySource)


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
