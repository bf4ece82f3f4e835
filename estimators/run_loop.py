"""The run loop: a session's runs with hooks around them, as many runs as possible between two hooks in machine code.

Each hook says in how many runs it has to be called again (`SessionRunHook.next_run`). The loop runs up to the run
before the next such call without hooks, then that one with them. Chunks stay under a tenth of a second, so that Ctrl-C,
clocks and progress bars live.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any, final

from estimators.coordinator import Coordinator
from estimators.hooks.noted_runs import NotedRuns
from estimators.hooks.seat import Seat, observers_of, one_passed
from estimators.hooks.session_run_hook import SessionRunArgs, SessionRunContext, SessionRunHook, SessionRunValues
from estimators.observed_runs import ObservedRuns
from estimators.queue_runners import start_queue_runners
from estimators.session import Runnable, Session
from model_fns.graph.keys import GraphKeys
from model_fns.graph.tensor import Tensor

_CHUNK_SECONDS = 0.1
_MOST_STEPS = 1_000_000
_MANY = 8  # runs whose pace is worth remembering


@final
class RunLoop:
    """Runs `targets` in `session` again and again.

    Args:
      targets: tensors and operations that every run computes.
      hooks: in the order in which they are called; `begin` was called before, while the graph could change.
      watched: a loss; a run in which it is NaN ends the chunk, and hooks that look for NaN are called.
      title: what the compiled code is for.
    """

    def __init__(
        self,
        session: Session,
        targets: Sequence[Any],
        hooks: Iterable[SessionRunHook] = (),
        watched: Tensor | None = None,
        title: str = "",
    ) -> None:
        self.session, self.targets, self.watched, self.title = session, list(targets), watched, title
        self._stopping = False
        self.exhausted = False
        self.runs = 0
        self._seats = [Seat(hook) for hook in hooks]
        self._coordinator = Coordinator() if self._seats else None  # which nobody else knows
        self._noted = NotedRuns(session.graph, self._seats)
        self._observed = ObservedRuns(session, self.targets, self._compute)
        self._ran: Runnable | None = None  # the program of the last quiet run
        self._steady: Runnable | None = None  # what serves every run, until a hook asks for more
        pace = session.paces.get(tuple(self.targets))
        self._seconds_per_run = _CHUNK_SECONDS if pace is None else pace  # until measured: one run at a time
        self._looked = 0.0  # when hooks without a cadence were called
        self._longest = 1 if pace is None else _MOST_STEPS
        self._nan = False  # in the last run that hooks were called at

    def beside(self, session: Session) -> RunLoop:
        """A loop without hooks in another session of the same graph, of the same compiled program."""
        other = RunLoop(session, self.targets, (), self.watched, self.title)
        other._observed.fetched.update(self._observed.fetched)
        return other

    @property
    def should_stop(self) -> bool:
        """Whether the input has ended or a hook, or a thread that has its coordinator, has asked for a stop."""
        return self._stopping or (self._coordinator is not None and self._coordinator.should_stop())

    @property
    def stopped_by(self) -> list[SessionRunHook]:
        """The hooks that asked for a stop in the last run, but for those told of a NaN after it."""
        return self._observed.stopped_by

    def start(self) -> None:
        """Starts the threads that fill queues, if the graph has any, and calls every hook's after_create_session."""
        if self.session.graph.get_collection(GraphKeys.QUEUE_RUNNERS):
            self._coordinator = self._coordinator or Coordinator()
            start_queue_runners(self.session, self._coordinator)
        for seat in self._seats:
            seat.hook.after_create_session(self.session, self._coordinator)
            seat.ask()

    def end(self) -> None:
        """Calls every hook's end, as TensorFlow does: also when a stop was requested or the input ended.

        Then stops the threads that hooks have registered with the coordinator.
        """
        for seat in self._seats:
            seat.hook.end(self.session)
        if self._coordinator is not None:
            self._coordinator.request_stop()
            self._coordinator.join(ignore_live_threads=True)

    @property
    def prepared(self) -> Runnable:
        """The compiled program of all that was ever fetched."""
        fetched = self._observed.fetched
        if self._steady is not None and len(self._steady.fetches) == len(fetched):  # which only ever grows
            return self._steady
        prepared = self.session.prepare(list(fetched), {}, self.watched, self.title, noting=bool(self._seats))
        self._steady = prepared if prepared.is_steady else None
        return prepared

    def advance(self, most: int = _MOST_STEPS) -> list[Any] | None:
        """Runs a chunk of up to `most` runs; the targets' values after its last, or None if the input has ended."""
        runs = self._chunk(most)
        if runs == 0:
            self._end_of_input()
            return None
        started = time.perf_counter()
        now = time.time()  # the clock that hooks look at
        look = runs > 1 or not 0 <= now - self._looked < _CHUNK_SECONDS / 2
        if look:
            self._looked = now
        observers = observers_of(self._seats, runs, look)
        quiet = runs - 1 if observers else runs
        done, nan = 0, False
        values: list[Any] = []
        if quiet:
            done, values, nan = self._run_quietly(quiet, fetch=not observers)
        if nan and done <= quiet:
            self._measure(started, done)
            return self._report_nan()
        if observers:
            values, seen = self._run_observed(observers)
            done += seen
        self._measure(started, done)
        return values

    # -- how long a chunk may be --------------------------------------------------------------------------------------

    def _chunk(self, most: int) -> int:
        runs = min(most, self._longest, max(1, int(_CHUNK_SECONDS / self._seconds_per_run)))
        if self._seats:
            runs = self._noted.runs_without_call(runs, self._steady)
        # Without `prepared`: before the first run, hooks have not said yet what is to be compiled along.
        if self._steady is not None:
            alike = self.session.alike(self._steady.inputs)
        else:
            alike = self.session.runs_alike(list(self._observed.fetched))
        return runs if alike is None else min(runs, alike)

    def _measure(self, started: float, runs: int) -> None:
        if runs and self.runs > 1:  # the first run compiled
            self._seconds_per_run = max((time.perf_counter() - started) / runs, 1e-9)
            if runs >= _MANY:
                self.session.paces[tuple(self.targets)] = self._seconds_per_run
        self._longest = min(self._longest * 8, _MOST_STEPS)

    # -- running ------------------------------------------------------------------------------------------------------

    def _run_quietly(self, runs: int, fetch: bool) -> tuple[int, list[Any], bool]:
        self._ran, before = self.prepared, self.session.state.draws
        if not self._seats:
            done, values, nan = self.session.run_prepared(self._ran, runs, fetch=fetch)
            self.runs += done
            return done, values[: len(self.targets)], nan
        notes = self._noted.notes(runs)
        nan = False
        try:
            _, values, nan = self.session.run_prepared(self._ran, runs, fetch=fetch, notes=notes)
        finally:  # also of the runs before one that failed
            done = self.session.state.draws - before
            self.runs += done
            self._noted.tell(self._ran, notes, done, unless_last=nan)
        return done, values[: len(self.targets)], nan

    def _run_observed(self, observers: list[Seat]) -> tuple[list[Any], int]:
        """One run with hooks: what they ask for is fetched along with the targets."""
        arguments = SessionRunArgs(self.targets)
        contexts = [SessionRunContext(arguments, self.session, seat.waited + 1) for seat in observers]
        asked = self._observed.ask([seat.hook for seat in observers], contexts)
        self._nan = False
        results = self._observed.run(asked)
        self.runs += 1
        one_passed(self._seats)
        self._stopping |= self._observed.tell(asked, results)
        if self._nan:
            self._tell_of_nan([seat for seat in self._seats if seat not in observers], results[self.watched])
        for seat in observers:
            seat.ask()
        return [results[item] for item in self.targets], 1

    def _compute(self, items: list[Any], feeds: dict[Tensor, Any]) -> dict[Any, Any]:
        prepared = self.session.prepare(items, feeds, self.watched, self.title) if feeds else self.prepared
        _, values, self._nan = self.session.run_prepared(prepared, feeds=feeds)
        return dict(zip(prepared.fetches, values, strict=True))

    def _report_nan(self) -> list[Any]:
        """The loss of the last quiet run is NaN: the hooks that look for it see it."""
        assert self.watched is not None and self._ran is not None
        values = self._ran.current([item for item in self.targets if isinstance(item, Tensor)])
        rest = iter(values)
        results = {item: next(rest) if isinstance(item, Tensor) else None for item in self.targets}
        loss = self._ran.current([self.watched])[0]
        self._tell_of_nan(self._seats, loss)
        return [results[item] for item in self.targets]

    def _tell_of_nan(self, seats: Iterable[Seat], loss: Any) -> None:
        """Calls those hooks that look for a NaN, after a run in which the watched loss was one."""
        for seat in seats:
            if seat.checks_every_run:
                context = SessionRunContext(SessionRunArgs(self.targets), self.session, seat.waited)
                seat.hook.before_run(context)
                seat.hook.after_run(context, SessionRunValues(loss, None, None))
                self._stopping |= context.stop_requested

    def _end_of_input(self) -> None:
        """As in TensorFlow, hooks are told of a run that then finds no input: before_run without after_run."""
        self.exhausted = self._stopping = True
        for seat in self._seats:
            if seat.due == 1:
                seat.hook.before_run(SessionRunContext(SessionRunArgs(self.targets), self.session, seat.waited + 1))
