"""GuardedSession: runs that make something that is not finite leave no trace (RunConfig's nan_policy).

A piece of the training runs as always, in machine code. Before it, all variables are copied; after it, they are looked
at. If one of them, or a loss on the way, is not finite, everything is put back, the runs up to the bad one are made
again - to the bit, as any run that is taken up - and the bad one's batch is passed over.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, final

import numpy as np

from estimators import logging
from estimators.first_nonfinite import first_nonfinite
from estimators.input_cursor import InputCursor
from estimators.session import Runnable, Session
from estimators.state import State
from model_fns.errors import NanLossDuringTrainingError
from model_fns.graph.graph import Graph
from model_fns.graph.keys import GraphKeys
from model_fns.graph.tensor import Tensor

if TYPE_CHECKING:
    from estimators.compiler.notes import Notes

_MOST_IN_A_ROW = 10  # runs that may be skipped; by then it is not the batch that is bad
_MOST_SECONDS = 10.0  # that the searches for the first tensor may take, all together


@final
class NonFiniteRun(Exception):
    """A run that was not finite ends the training; the variables are as before it.

    `values` are what the run before it fetched; nothing if that is long ago.
    """

    def __init__(self, values: list[Any]) -> None:
        super().__init__("The training step came to something that is not finite, and was taken back.")
        self.values = values


@final
class GuardedSession(Session):
    """A session that skips runs after which a watched loss is NaN or a variable is not finite.

    Args:
      graph, config, state: as of Session.
      skips: False raises NonFiniteRun at the first such run; True NanLossDuringTrainingError at the eleventh in a row.
    """

    def __init__(self, graph: Graph, config: Any, state: State, skips: bool) -> None:
        super().__init__(graph=graph, config=config, state=state)
        self._most_in_a_row = _MOST_IN_A_ROW if skips else 0
        self.begin()
        self._copies: dict[str, np.ndarray] = {}
        self._seconds_left = _MOST_SECONDS

    def begin(self) -> None:
        """To be called before a training: what was skipped before does not count."""
        self.skipped = self._in_a_row = 0

    def run_prepared(
        self,
        prepared: Runnable,
        steps: int = 1,
        feeds: Mapping[Tensor, np.ndarray] | None = None,
        fetch: bool = True,
        notes: Notes | None = None,
    ) -> tuple[int, list[Any], bool]:
        """As of Session. A run that is skipped counts as a run; what comes back is of the last that was not."""
        place = self._place()
        given = {} if prepared.inputs.gathered else self._given(prepared.inputs, feeds or {})
        done, values, nan = super().run_prepared(prepared, steps, feeds, fetch, notes)
        if not nan and self._is_finite():
            self._in_a_row = 0
            return done, values, False

        def again(runs: int, fetch: bool = False) -> tuple[list[Any], bool]:
            """Makes the first so many runs once more; what came of it, and whether all was finite."""
            self._put_back(place)
            if runs == 0:
                return [], True
            made, values, nan = Session.run_prepared(self, prepared, runs, feeds, fetch, notes)
            return values, made == runs and not nan and self._is_finite()

        good = _most_good(done, lambda runs: again(runs)[1])
        good_values, _ = again(good, fetch or not self._most_in_a_row)
        if good == 0 and notes is not None:
            notes.count = 0
        self._skip(prepared, given)
        self._in_a_row = self._in_a_row + 1 if good == 0 else 1
        if self._in_a_row > self._most_in_a_row:
            if not self._most_in_a_row:
                raise NonFiniteRun(good_values)
            logging.error("%d steps in a row came to something that is not finite.", self._in_a_row)
            raise NanLossDuringTrainingError
        if good or not fetch or self.alike(prepared.inputs) == 0:
            return good + 1, good_values or values, False
        more, values, _ = self.run_prepared(prepared, 1, feeds, fetch)
        return 1 + more, values, False

    # -- going back -------------------------------------------------------------------------------------------------

    def _place(self) -> tuple[dict[str, Any], dict[InputCursor, int]]:
        """Copies the variables; where everything else is."""
        for name, array in self.state.arrays.items():
            kept = self._copies.get(name)
            if kept is None or kept.shape != array.shape or kept.dtype != array.dtype:
                self._copies[name] = array.copy()
            else:
                np.copyto(kept, array)
        positions = {cursor: cursor.position for cursor in self.cursors.values() if isinstance(cursor, InputCursor)}
        return copy.deepcopy(self.state.resume), positions

    def _put_back(self, place: tuple[dict[str, Any], dict[InputCursor, int]]) -> None:
        resume, positions = place
        for name, array in self.state.arrays.items():
            np.copyto(array, self._copies[name])
        self.state.resume.update(copy.deepcopy(resume))
        for cursor, position in positions.items():
            cursor.position = position

    def _is_finite(self) -> bool:
        """Whether all variables are that were before: one may begin with infinity, and look for something smaller."""
        return all(
            array.dtype.kind != "f" or _is_finite(array) or not _is_finite(self._copies[name])
            for name, array in self.state.arrays.items()
        )

    def _skip(self, prepared: Runnable, given: Mapping[Tensor, Any]) -> None:
        """Passes over the next run, with a warning that says what would not have been finite in it."""
        step, found = int(self.state.arrays.get(GraphKeys.GLOBAL_STEP, 0)) + 1, None
        began = time.monotonic()
        if self._seconds_left > 0:
            if prepared.inputs.gathered:
                operation = prepared.inputs.sources[0]
                given = dict(zip(operation.outputs, self.cursor(operation).gather(), strict=True))
            found = first_nonfinite(prepared.fetches, given, _copy_of(self.state))
        self._seconds_left -= time.monotonic() - began
        what = "it is skipped and leaves no trace" if self._most_in_a_row else "it was taken back"
        first = f" The first tensor that is not finite is {found}" if found is not None else ""
        logging.warning("Step %d came to something that is not finite; %s.%s", step, what, first)
        self.skipped += 1
        self.state.ran(1)
        for operation in prepared.inputs.sources:
            cursor = self.cursor(operation)
            if isinstance(cursor, InputCursor):  # an iterator does not go back, and so has passed on already
                cursor.advance(1)
            self.state.resume["input"] = cursor.place(self.until)


def _most_good(done: int, is_good: Any) -> int:
    """How many of `done` runs there are before the first bad one, the last being bad at the latest."""
    if done <= 1 or is_good(done - 1):
        return done - 1
    good, bad = 0, done - 1
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if is_good(middle) else (good, middle)
    return good


def _is_finite(array: np.ndarray) -> bool:
    flat = array.reshape(-1)
    with np.errstate(all="ignore"):
        # The sum of squares is quick, and finite only if all elements are; it may overflow where they are.
        return bool(np.isfinite(np.dot(flat, flat)) or np.isfinite(flat).all())


def _copy_of(state: State) -> State:
    made = State(state.seed, {name: array.copy() for name, array in state.arrays.items()})
    made.resume.update(state.resume)
    return made
