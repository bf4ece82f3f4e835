"""Notes: what scalars of a step were after chosen steps of a long run, kept by the machine code while it goes on.

What wants to look at every hundredth step of a microsecond each - a summary, a line of the log - need not stop it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, final

import numpy as np

from estimators.compiler.program import Value

MOST_NOTES = 4096  # in one run


@final
@dataclass
class Notes:
    """To be handed to a run of a program that was compiled with `noted` values.

    Args:
      at: int64 [at most MOST_NOTES], the steps of the run to look after, counted from 0, in rising order.
    After the run: `count`, how many of them there were, and `values`, an array [count] for each noted value.
    """

    at: np.ndarray
    count: int = 0
    values: Mapping[Value, np.ndarray] = field(default_factory=dict)


@final
class NoteBook:
    """The memory that notes are kept in, and their places in a program's table."""

    def __init__(self, entries: Any, places: Mapping[str, int], columns: Sequence[tuple[int, Value]]) -> None:
        """`places`: of the header's entries. `columns`: the place of each noted value's array, with the value."""
        self._entries, self._places = entries, places
        self._at = np.full(MOST_NOTES + 1, -1, np.int64)
        self._columns = {value: np.zeros(MOST_NOTES, value.dtype.as_numpy_dtype) for _, value in columns}
        for place, value in columns:
            entries[place] = self._columns[value].ctypes.data
        entries[places["note_at"]] = self._at.ctypes.data

    def open(self, notes: Notes | None) -> None:
        """Before a run."""
        count = 0 if notes is None else len(notes.at)
        if notes is not None:
            self._at[:count] = notes.at
        self._at[count] = -1  # no step has that number
        self._entries[self._places["notes"]] = 0
        self._entries[self._places["next_note"]] = self._at[0]

    def close(self, notes: Notes) -> None:
        """After a run."""
        notes.count = self._entries[self._places["notes"]]
        notes.values = {value: column[: notes.count].copy() for value, column in self._columns.items()}
