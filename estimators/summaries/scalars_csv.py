"""scalars.csv: the numbers of an event file as a table anything can read, beside it.

Columns step, tag, value: one row for each number that was shown. A training that was interrupted and goes on appends,
so that steps may come twice; the later row is the one that counts.
"""

from __future__ import annotations

import csv
import io
import itertools
import os
from typing import Any, final

import numpy as np

from estimators.summaries.event_file import append
from model_fns.protos.event import Event

FILE_NAME = "scalars.csv"
_COLUMNS = ("step", "tag", "value")


@final
class ScalarsCsv:
    """The table in the directory `logdir`."""

    def __init__(self, logdir: Any) -> None:
        self._path = os.path.join(os.fspath(logdir), FILE_NAME)
        self._waiting: list[tuple[Any, ...]] = []

    def add(self, event: Event) -> None:
        """Adds the numbers of an event, which `flush` will write."""
        if not event.HasField("summary"):
            return
        values = event.summary.value
        self.add_numbers(event.step, [(v.tag, v.simple_value) for v in values if v.HasField("simple_value")])

    def add_numbers(self, step: int, numbers: list[tuple[str, float]]) -> None:
        """Adds (tag, number) of a step."""
        self._waiting += [(step, tag, np.float32(number)) for tag, number in numbers]

    def add_column(self, steps: np.ndarray, tag: str, numbers: np.ndarray) -> None:
        """Adds a tag's numbers [n] at steps [n]."""
        self._waiting += zip(steps.tolist(), itertools.repeat(tag), numbers.astype(np.float32))

    def flush(self) -> None:
        """Appends what was added. OSError, what was added being forgotten, if that fails."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        if not os.path.exists(self._path):
            writer.writerow(_COLUMNS)
        writer.writerows(waiting)
        append(self._path, text.getvalue().encode())
