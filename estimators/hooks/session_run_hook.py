"""SessionRunHook: what is called around the runs of a training, evaluation or prediction, and how often.

    begin()                                  the graph may still be changed
    after_create_session(session, coord)     the graph is finalized, variables have values; again after a recovery
    per run:  before_run(run_context)        may ask for tensors to be fetched and fed in this run
              after_run(run_context, values) gets what was fetched; not called if the run raised
    end(session)                             also when the input ended or a stop was requested, not after other
    exceptions

TensorFlow calls every hook at every run. Here the loop runs many steps in machine code; a hook may therefore say with
`next_run` when it is needed again, and is called for those runs only. One that does not say is called at every run.
One that only looks at numbers may say with `noting` that it is enough to be told of them later, many runs at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple, final

import numpy as np


class SessionRunHook:
    """Base of all hooks: five methods, each of which does nothing unless overridden, and a cadence."""

    def begin(self) -> None:
        """Called once before the session exists; operations may be added to the default graph."""

    def after_create_session(self, session: Any, coord: Any) -> None:
        """Called when a session was created. The graph can no longer be changed."""

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs | None:
        """Called before a run; returns what to fetch and feed in it, or None."""
        return None

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        """Called after a run, with the values of what `before_run` asked for."""

    def end(self, session: Any) -> None:
        """Called at the end, the session still being usable."""

    def next_run(self) -> int | None:
        """In how many runs this hook must be called again.

        1 is the very next run, n the n-th from now; 0 whenever the loop comes back to Python, which it does at least
        every 0.1 s; None never. The loop asks after `after_create_session` and after each `after_run` of this hook.
        """
        return 1

    def noting(self) -> Noting | None:
        """What this hook is content to be told afterwards of its next runs, instead of being called at each; or None.

        Asked with `next_run`, which says when the first of them is.
        """
        return None

    def after_noted(self, noted: Noted) -> Iterable[tuple[int, str]]:
        """Called, instead of `before_run` and `after_run` at each, after several runs that `noting` spoke of.

        Returns lines to log, each with the place of its run in `noted`, so that those of several hooks come in order.
        """
        return ()


class Noting(NamedTuple):
    """To look at `tensors`, numbers, in the run that is due next and in every `every`-th run after it."""

    every: int
    tensors: tuple[Any, ...]


class Noted(NamedTuple):
    """What a hook would have seen, of one or more runs [n].

    runs: int64 [n], how many runs there have been since the hook's last call, the noted one included, rising.
    times: float64 [n], when each was done, by time.time(), as if all runs of a chunk had taken alike.
    values: for each tensor of the Noting, an array [n].
    """

    runs: np.ndarray[Any, Any]
    times: np.ndarray[Any, Any]
    values: Mapping[Any, np.ndarray[Any, Any]]


class SessionRunArgs(NamedTuple):
    """What a hook adds to a run: tensors to fetch (one, or nested lists and dicts of them) and to feed."""

    fetches: Any
    feed_dict: Any = None
    options: Any = None


class SessionRunValues(NamedTuple):
    """What came of it: `results` in the shape of the fetches, None if the hook asked for nothing."""

    results: Any
    options: Any
    run_metadata: Any


@final
class SessionRunContext:
    """The run that is going on: what was asked for originally, the session, and the way to stop.

    `runs` says how many runs there have been since the hook that looks at it was last called, this one included.
    """

    def __init__(self, original_args: Any, session: Any, runs: int = 1) -> None:
        self.runs = runs
        self._original_args = original_args
        self._session = session
        self._stop_requested = False

    @property
    def original_args(self) -> Any:
        return self._original_args

    @property
    def session(self) -> Any:
        return self._session

    @property
    def stop_requested(self) -> bool:
        return self._stop_requested

    def request_stop(self) -> None:
        """Lets this run be the last. All hooks' `after_run` are still called."""
        self._stop_requested = True


def cadence(hook: Any) -> int | None:
    """In how many runs the loop must call `hook` again, as `next_run` counts; None for never.

    A class that overrides `before_run` or `after_run` below the class whose `next_run` it inherits wants TensorFlow's
    contract: it is called at every run. A hook that overrides neither is never called.
    """
    if not getattr(hook, "__dict__", {}).keys().isdisjoint(("before_run", "after_run")):
        return 1  # methods put onto the object
    kind: Any = type(hook)
    due = _cadence_of(kind)
    return hook.next_run() if due == _ASK else due


def runs_of(run_context: Any) -> int:
    """How many runs there have been since the hook's last call, this one included; 1 if the context does not say."""
    runs = getattr(run_context, "runs", 1)
    return runs if isinstance(runs, int) else 1


_ASK = 0


@cache
def _cadence_of(kind: type) -> int | None:
    """What is true of all hooks of a class: None (never), 1 (every run), or _ASK (its next_run says)."""
    if SessionRunHook not in kind.__mro__:
        return 1  # a stand-in
    overriding = {_defining_class(kind, name) for name in ("before_run", "after_run")} - {SessionRunHook}
    if not overriding:
        return None
    speaking = _defining_class(kind, "next_run")
    return _ASK if all(issubclass(speaking, cls) for cls in overriding) else 1


def _defining_class(kind: type, name: str) -> type:
    return next(cls for cls in kind.__mro__ if name in vars(cls))
