"""NotedRuns: hooks that only look at numbers now and then are told of many runs at once, and stop none."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any, final

import numpy as np

from estimators import logging
from estimators.compiler.notes import MOST_NOTES, Notes
from estimators.hooks.seat import Seat
from estimators.hooks.session_run_hook import Noted
from estimators.session import Runnable
from model_fns.graph.graph import Graph


@final
class NotedRuns:
    """The part of the run loop that takes notes for the hooks that `seats` say want them."""

    def __init__(self, graph: Graph, seats: Sequence[Seat]) -> None:
        self._graph, self._seats = graph, seats
        self._began = 0.0

    def runs_without_call(self, most: int, prepared: Runnable | None) -> int:
        """How many runs, of at most `most`, there are until a hook must be called. `prepared` serves them all."""
        at_once = most == 1
        for seat in self._seats:
            seat.noting = None
            at_once = at_once or (seat.due == 1 and not seat.may_note)
        if at_once:
            return 1
        for seat in self._seats:
            seat.ask_for_notes()
            if seat.noting is not None and not self._can_note(prepared, seat.noting.tensors):
                seat.noting = None
        most = min([most, *(seat.due for seat in self._seats if seat.due and seat.noting is None)])
        every = [seat.noting.every for seat in self._seats if seat.noting is not None]
        return max(1, min([most, *(MOST_NOTES // len(every) * each for each in every)]))

    def _can_note(self, prepared: Runnable | None, tensors: Iterable[Any]) -> bool:
        return prepared is not None and all(self._graph.as_graph_element(item) in prepared.noted for item in tensors)

    def notes(self, runs: int) -> Notes | None:
        """What is to be kept of the next `runs` runs."""
        self._began = time.time()
        ranges = [seat.noted(runs) for seat in self._seats if seat.noting is not None]
        at = sorted(set().union(*ranges)) if ranges else []
        return Notes(np.array(at, np.int64) - 1) if at else None

    def tell(self, prepared: Runnable, notes: Notes | None, runs: int, unless_last: bool) -> None:
        """Tells the hooks of what was kept of `runs` runs, of the last not if it is `unless_last`."""
        every = {} if notes is None else {int(step) + 1: place for place, step in enumerate(notes.at[: notes.count])}
        pace = (time.time() - self._began) / max(runs, 1)
        lines: list[tuple[int, str]] = []
        for seat in self._seats:
            seen = [number for number in seat.noted(runs - unless_last) if number in every]
            last = 0
            if notes is not None and seat.noting is not None and seen:
                rows = [every[number] for number in seen]
                values = {
                    tensor: notes.values[prepared.noted[self._graph.as_graph_element(tensor)]][rows]
                    for tensor in seat.noting.tensors
                }
                last, numbers = seen[-1], np.array(seen)
                noted = Noted(numbers + seat.waited, self._began + pace * numbers, values)
                lines += [(seen[place], line) for place, line in seat.hook.after_noted(noted)]
                seat.ask()
            seat.passed(runs - last)
        for _, line in sorted(lines, key=_run_of):
            logging.info("%s", line)


def _run_of(line: tuple[int, Any]) -> int:
    return line[0]
