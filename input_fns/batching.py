"""How rows become batches: TensorFlow 1's numpy_input_fn, as arithmetic.

The rows of all epochs, one epoch after the other, are ONE stream that is cut every `batch_size` rows. So batches cross
the border between epochs, and only the very last one may be short: 5 rows in batches of 4 for 2 epochs are
[0 1 2 3] [4 0 1 2] [3 4].

Nothing here remembers anything. A place in the stream is one integer, the number of rows consumed before it, so that it
can be written into a checkpoint and taken up again; the order of the rows within an epoch is the caller's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy

Rows: TypeAlias = numpy.ndarray[Any, numpy.dtype[numpy.int64]]


@dataclass(frozen=True)
class Span:
    """A stretch of one epoch: the rows at `start` to `stop` (exclusive) of that epoch's order."""

    epoch: int
    start: int
    stop: int


@dataclass(frozen=True)
class BatchPlan:
    """The batches of `rows` rows, `num_epochs` times over; `num_epochs` None never ends.

    Every `position` below counts the rows consumed since the start of the first epoch.

    Raises:
        ValueError: `rows` is negative, `batch_size` or `num_epochs` is below 1, or no rows are to be repeated for ever.
    """

    rows: int
    batch_size: int
    num_epochs: int | None = 1

    def __post_init__(self) -> None:
        if self.rows < 0:
            raise ValueError(f"rows must be at least 0, got {self.rows}.")
        if self.batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, got {self.batch_size}.")
        if self.num_epochs is not None and self.num_epochs < 1:
            raise ValueError(f"num_epochs must be at least 1, or None to go on for ever, got {self.num_epochs}.")
        if self.num_epochs is None and self.rows == 0:
            raise ValueError("num_epochs is None, which repeats the rows for ever, but there are no rows.")

    @property
    def total_rows(self) -> int | None:
        """The rows of all epochs together, None for no end."""
        return None if self.num_epochs is None else self.rows * self.num_epochs

    def batches_left(self, position: int) -> int | None:
        """The number of batches from `position` to the end, a short one included; None for no end."""
        if self.num_epochs is None and position >= 0:
            return None
        return -(-self._rows_left(position) // self.batch_size)

    def size_at(self, position: int) -> int:
        """The number of rows in the batch that begins at `position`; 0 at the end."""
        if self.num_epochs is None and position >= 0:
            return self.batch_size
        return min(self.batch_size, self._rows_left(position))

    def spans_at(self, position: int) -> Iterator[Span]:
        """The stretches, in order, that make up the batch at `position`: one, or more where it crosses epochs."""
        end = position + self.size_at(position)
        while position < end:
            epoch, start = divmod(position, self.rows)
            stop = min(self.rows, start + end - position)
            yield Span(epoch, start, stop)
            position += stop - start

    def rows_at(self, position: int, order_of_epoch: Callable[[int], Rows]) -> Rows:
        """The row numbers, int64 [size_at(position)], of the batch that begins at `position`.

        Args:
            order_of_epoch: from the number of an epoch, 0 and up, to its permutation of the rows, int64 [rows]. It is
                asked once for each epoch the batch touches, and may want to remember its answer.
        """
        pieces = [order_of_epoch(span.epoch)[span.start : span.stop] for span in self.spans_at(position)]
        return numpy.concatenate([numpy.empty(0, numpy.int64), *pieces])

    def _rows_left(self, position: int) -> int:
        total = self.total_rows
        if total is None or not 0 <= position <= total:
            length = "no end" if total is None else f"{total} rows"
            raise ValueError(f"position {position} is not in the stream, which has {length}.")
        return total - position
