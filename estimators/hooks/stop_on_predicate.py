"""StopOnPredicateHook: ends the training when a function says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from estimators import logging
from estimators.hooks.global_step_pace import GlobalStepPace, required_global_step
from estimators.hooks.second_or_step_timer import SecondOrStepTimer
from estimators.hooks.session_run_hook import (
    SessionRunArgs,
    SessionRunContext,
    SessionRunHook,
    SessionRunValues,
    runs_of,
)


class StopOnPredicateHook(SessionRunHook):
    """Calls `should_stop_fn` every so many seconds or steps, and requests a stop when it returns True.

    With `restore_best`, an Estimator that stops for it goes back to the best weights (RunConfig's keep_best).
    `stop_reason` is then what `should_stop_fn.reason` says, if it says something.
    TypeError if it is no function.
    """

    def __init__(
        self,
        should_stop_fn: Callable[[], bool],
        run_every_secs: float | None = 60,
        run_every_steps: int | None = None,
        restore_best: bool = False,
    ) -> None:
        if not callable(should_stop_fn):
            raise TypeError("`should_stop_fn` must be callable.")
        self._should_stop_fn = should_stop_fn
        self.restore_best = restore_best
        self.stop_reason: str | None = None
        self._timer = SecondOrStepTimer(every_secs=run_every_secs, every_steps=run_every_steps)
        self._pace = GlobalStepPace()

    def begin(self) -> None:
        self.stop_reason = None
        self._global_step_tensor = required_global_step("StopOnPredicateHook")

    def after_create_session(self, session: Any, coord: Any) -> None:
        self._pace.start(session.run(self._global_step_tensor))

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs | None:
        return SessionRunArgs(self._global_step_tensor)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        global_step = int(run_values.results)
        self._pace.observe(global_step, runs_of(run_context))
        if self._timer.should_trigger_for_step(global_step):
            self._timer.update_last_triggered_step(global_step)
            if self._should_stop_fn():
                self.stop_reason = getattr(self._should_stop_fn, "reason", None)
                logging.info("Requesting early stopping at global step %d", global_step)
                run_context.request_stop()

    def next_run(self) -> int | None:
        return self._pace.runs_until(self._timer.next_triggered_step())
