"""ProfilerHook: where the time of a step went, as a file that chrome://tracing shows."""

from __future__ import annotations

import json
import os
import time
from typing import Any

from estimators import logging
from estimators.checkpoint.atomic_file import replace_file
from estimators.hooks.global_step_pace import GlobalStepPace, required_global_step
from estimators.hooks.second_or_step_timer import SecondOrStepTimer
from estimators.hooks.session_run_hook import (
    SessionRunArgs,
    SessionRunContext,
    SessionRunHook,
    SessionRunValues,
    runs_of,
)

_MICROSECONDS = 1e6


class ProfilerHook(SessionRunHook):
    """Writes `timeline-<step>.json` every so many steps or seconds, first that long after the start.

    Args:
      save_steps, save_secs: how often; exactly one of them.
      output_dir: the directory; made if it is not there.
      show_dataflow, show_memory: accepted, without effect.
    A step is one piece of machine code, so a file shows two bars: the steps since the one before, run in one go, with
    what a step took on average, and the step at which it was written, with the hooks around it.
    """

    def __init__(
        self,
        save_steps: int | None = None,
        save_secs: float | None = None,
        output_dir: Any = "",
        show_dataflow: bool = True,
        show_memory: bool = False,
    ) -> None:
        self._output_dir = os.fspath(output_dir)
        self._timer = SecondOrStepTimer(every_secs=save_secs, every_steps=save_steps)
        self._pace = GlobalStepPace()

    def begin(self) -> None:
        self._global_step_tensor = required_global_step("ProfilerHook")

    def after_create_session(self, session: Any, coord: Any) -> None:
        step = int(session.run(self._global_step_tensor))
        self._timer.update_last_triggered_step(step)
        self._pace.start(step)
        self._origin = self._last_seen = time.perf_counter()
        self._last_step = step

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs | None:
        self._started = time.perf_counter()
        return SessionRunArgs(self._global_step_tensor)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        step = int(run_values.results)
        self._pace.observe(step, runs_of(run_context))
        if self._timer.should_trigger_for_step(step):
            self._timer.update_last_triggered_step(step)
            self._write(step, time.perf_counter())

    def next_run(self) -> int | None:
        return self._pace.runs_until(self._timer.next_triggered_step())

    def _write(self, step: int, now: float) -> None:
        before = step - 1 - self._last_step
        bars = [self._bar(f"step {step}", self._started, now, {"global_step": step})]
        if before > 0:
            average = (self._started - self._last_seen) / before * _MICROSECONDS
            facts = {"steps": before, "microseconds per step": average}
            bars.insert(
                0, self._bar(f"steps {self._last_step + 1} to {step - 1}", self._last_seen, self._started, facts)
            )
        self._last_seen, self._last_step = now, step
        path = os.path.join(self._output_dir, f"timeline-{step}.json")
        logging.info("Saving timeline for %d into '%s'.", step, path)
        try:
            os.makedirs(self._output_dir or os.curdir, exist_ok=True)
            replace_file(path, json.dumps({"traceEvents": bars}, indent=1).encode())
        except OSError as error:
            logging.warning("The timeline was not written, and training goes on without it: %s", error)

    def _bar(self, name: str, start: float, end: float, facts: dict[str, Any]) -> dict[str, Any]:
        """One bar of the format: begin and duration in microseconds."""
        start, duration = (start - self._origin) * _MICROSECONDS, (end - start) * _MICROSECONDS
        return {"name": name, "ph": "X", "pid": os.getpid(), "tid": 0, "ts": start, "dur": duration, "args": facts}
