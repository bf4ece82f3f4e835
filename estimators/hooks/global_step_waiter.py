"""GlobalStepWaiterHook: delays this process until global_step has come far enough."""

from __future__ import annotations

import time

from estimators import logging
from estimators.hooks.global_step_pace import required_global_step
from estimators.hooks.session_run_hook import SessionRunArgs, SessionRunContext, SessionRunHook

_SECONDS_BETWEEN_LOOKS = 0.5
_STEPS_BETWEEN_LINES = 1000


class GlobalStepWaiterHook(SessionRunHook):
    """Blocks before the first run until global_step, which other processes advance, is `wait_until_step`."""

    def __init__(self, wait_until_step: int) -> None:
        self._wait_until_step = wait_until_step
        self._worker_is_started = False

    def begin(self) -> None:
        self._worker_is_started = False
        self._global_step_tensor = required_global_step("_GlobalStepWaiterHook")

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs | None:
        if not self._worker_is_started and self._wait_until_step > 0:
            self._wait(run_context)
        self._worker_is_started = True
        return None

    def next_run(self) -> int | None:
        return None if self._worker_is_started else 1

    def _wait(self, run_context: SessionRunContext) -> None:
        logging.info("Waiting for global step %d before starting training.", self._wait_until_step)
        last_logged_step = 0
        while True:
            current_step = run_context.session.run(self._global_step_tensor)
            if current_step >= self._wait_until_step:
                return
            if current_step - last_logged_step > _STEPS_BETWEEN_LINES:
                logging.info(
                    "Waiting for global step %d before starting training. Current step is %d.",
                    self._wait_until_step,
                    current_step,
                )
                last_logged_step = current_step
            time.sleep(_SECONDS_BETWEEN_LOOKS)
