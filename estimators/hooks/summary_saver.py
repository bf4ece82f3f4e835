"""SummarySaverHook: writes the graph's summaries every N steps or seconds."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimators.hooks.global_step_pace import GlobalStepPace, required_global_step
from estimators.hooks.second_or_step_timer import SecondOrStepTimer
from estimators.hooks.session_run_hook import (
    Noted,
    Noting,
    SessionRunArgs,
    SessionRunContext,
    SessionRunHook,
    SessionRunValues,
    runs_of,
)
from estimators.reports import numbers_shown
from estimators.summaries.file_writer import FileWriterCache
from model_fns.graph.tensor import Tensor
from model_fns.protos.event import SessionLog


class SummarySaverHook(SessionRunHook):
    """Writes summaries at the first step and then every so often.

    Args:
      save_steps, save_secs: how often; exactly one of them.
      output_dir: the directory to write into; or summary_writer: the FileWriter.
      scaffold: whose summary_op is written; or summary_op: a string tensor, or a list of them.
    Raises ValueError unless exactly one of scaffold and summary_op is given.
    """

    def __init__(
        self,
        save_steps: int | None = None,
        save_secs: float | None = None,
        output_dir: Any = None,
        summary_writer: Any = None,
        scaffold: Any = None,
        summary_op: Any = None,
    ) -> None:
        if (scaffold is None) == (summary_op is None):
            raise ValueError("Exactly one of scaffold or summary_op must be provided.")
        self._summary_op = summary_op
        self._summary_writer = summary_writer
        self._output_dir = output_dir
        self._scaffold = scaffold
        self._timer = SecondOrStepTimer(every_secs=save_secs, every_steps=save_steps)
        self._pace = GlobalStepPace()
        self._numbers: dict[str, Tensor] | None = None  # by tag, if the summaries are of nothing else

    def begin(self) -> None:
        if self._summary_writer is None and self._output_dir:
            self._summary_writer = FileWriterCache.get(self._output_dir)
        self._is_first, self._numbers = True, None
        self._global_step_tensor = required_global_step("SummarySaverHook")

    def after_create_session(self, session: Any, coord: Any) -> None:
        self._step = int(session.run(self._global_step_tensor))
        self._pace.start(self._step)

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs | None:
        before = self._pace.step_after(runs_of(run_context) - 1)
        self._is_requested = self._is_first or self._timer.should_trigger_for_step(before + 1)
        fetches: dict[str, Any] = {"global_step": self._global_step_tensor}
        summaries = self._summaries()
        if self._is_requested and summaries:
            fetches["summary"] = summaries
        return SessionRunArgs(fetches)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        self._step = int(run_values.results["global_step"])
        self._pace.observe(self._step, runs_of(run_context))
        if self._summary_writer is not None:
            if self._is_first:
                self._summary_writer.add_session_log(SessionLog(status=SessionLog.START), self._step)
            if self._is_requested:
                self._timer.update_last_triggered_step(self._step)
                for summary in run_values.results.get("summary", ()):
                    self._summary_writer.add_summary(summary, self._step)
        self._is_first = False

    def next_run(self) -> int | None:
        if self._summary_writer is None:
            return None
        due = self._timer.next_triggered_step()
        if due is None:
            return 0
        # A run is due that begins one step before.
        return 1 if self._is_first or self._step >= due - 1 else self._pace.runs_until(due - 1) + 1

    def noting(self) -> Noting | None:
        every = self._timer.every_steps
        if type(self) is not SummarySaverHook or self._is_first or every is None or not self._pace.is_one:
            return None
        if self._numbers is None:
            self._numbers = numbers_shown(self._summaries()) or {}
        return Noting(every, (self._global_step_tensor, *self._numbers.values())) if self._numbers else None

    def after_noted(self, noted: Noted) -> list[tuple[int, str]]:
        assert self._numbers is not None
        steps = noted.values[self._global_step_tensor]
        self._step = int(steps[-1])
        self._pace.observe(self._step, int(noted.runs[-1]))
        self._timer.triggered(self._step, float(noted.times[-1]))
        numbers = np.stack([noted.values[tensor] for tensor in self._numbers.values()], 1)
        self._summary_writer.add_numbers(list(self._numbers), steps, numbers, noted.times)
        return []

    def end(self, session: Any = None) -> None:
        if self._summary_writer is not None:
            self._summary_writer.flush()

    def _summaries(self) -> list[Any]:
        found = self._scaffold.summary_op if self._summary_op is None else self._summary_op
        if found is None:
            return []
        return list(found) if isinstance(found, list | tuple) else [found]
