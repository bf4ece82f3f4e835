"""Seat: a hook in the run loop, and when it is due."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, final

from estimators.hooks.session_run_hook import Noting, SessionRunHook, cadence


@final
class Seat:
    """A hook in the loop: in how many runs it is due, and how many there have been since its last call.

    `noting`: it need not be called in those runs that only its cadence asks for, but wants to be told of them.
    """

    def __init__(self, hook: SessionRunHook) -> None:
        self.hook = hook
        self.due: int | None = 1
        self.waited = 0
        self.noting: Noting | None = None
        kind: Any = type(hook)  # of a stand-in for a hook, which `isinstance` takes for one, a class without noting
        self.may_note = getattr(kind, "noting", SessionRunHook.noting) is not SessionRunHook.noting
        self.checks_every_run = getattr(hook, "checks_every_run", False)

    def ask(self) -> None:
        self.due, self.waited, self.noting = cadence(self.hook), 0, None

    def ask_for_notes(self) -> None:
        self.noting = self.hook.noting() if self.due and self.may_note else None

    def passed(self, runs: int) -> None:
        self.waited += runs
        if self.due:
            self.due -= runs

    def wants(self, runs: int, look: bool) -> bool:
        """Whether the hook must see the last of `runs` more runs. `look`: it is time for those without a cadence."""
        if not self.due:
            return self.due == 0 and look
        if self.noting is not None:
            return runs >= self.due and (runs - self.due) % self.noting.every == 0
        return self.due <= runs

    def noted(self, runs: int) -> range:
        """Which of the next `runs` runs the hook wants to be told of, counted from 1."""
        return range(self.due or 0, runs + 1, self.noting.every) if self.noting is not None else range(0)


def observers_of(seats: Iterable[Seat], runs: int, look: bool) -> list[Seat]:
    """Those whose hooks must see the last of `runs` more runs."""
    if runs > 1:
        return [seat for seat in seats if seat.wants(runs, look)]
    return [seat for seat in seats if seat.due == 1 or (seat.due == 0 and look)]


def one_passed(seats: Iterable[Seat]) -> None:
    """`passed` of one run, for all."""
    for seat in seats:
        seat.waited += 1
        if seat.due:
            seat.due -= 1
