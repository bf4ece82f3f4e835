"""StopAtStepHook: ends the training at a step."""

from __future__ import annotations

from typing import Any

from estimators.hooks.global_step_pace import GlobalStepPace, required_global_step
from estimators.hooks.session_run_hook import (
    SessionRunArgs,
    SessionRunContext,
    SessionRunHook,
    SessionRunValues,
    runs_of,
)


class StopAtStepHook(SessionRunHook):
    """Requests a stop after `num_steps` more steps or when global_step is `last_step`. ValueError unless one is set."""

    def __init__(self, num_steps: int | None = None, last_step: int | None = None) -> None:
        if num_steps is None and last_step is None:
            raise ValueError("One of num_steps or last_step must be specified.")
        if num_steps is not None and last_step is not None:
            raise ValueError("Only one of num_steps or last_step can be specified.")
        self._num_steps = num_steps
        self._last_step = last_step
        self._pace = GlobalStepPace()

    def begin(self) -> None:
        self._global_step_tensor = required_global_step("StopAtStepHook")

    def after_create_session(self, session: Any, coord: Any) -> None:
        global_step = session.run(self._global_step_tensor)
        self._pace.start(global_step)
        if self._last_step is None:  # else it was settled before a recovery, which must not add steps
            self._last_step = int(global_step) + (self._num_steps or 0)

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs | None:
        return SessionRunArgs(self._global_step_tensor)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        global_step = run_values.results
        self._pace.observe(global_step, runs_of(run_context))
        if self._last_step is not None and global_step >= self._last_step:
            run_context.request_stop()

    def next_run(self) -> int | None:
        return self._pace.runs_until(self._last_step)
