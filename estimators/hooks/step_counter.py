"""StepCounterHook: logs how many steps a second are made."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimators import logging
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
from estimators.summaries.file_writer import FileWriterCache
from model_fns.protos.summary import Summary


class StepCounterHook(SessionRunHook):
    """Logs `global_step/sec: 22.1398`, and writes it as a summary if it is told where.

    Args:
      every_n_steps, every_n_secs: how often; exactly one of them.
      output_dir: the directory to write the summary into; or summary_writer: the FileWriter.
    Raises ValueError for both or neither of every_n_steps and every_n_secs.
    """

    def __init__(
        self,
        every_n_steps: int | None = 100,
        every_n_secs: float | None = None,
        output_dir: Any = None,
        summary_writer: Any = None,
    ) -> None:
        if (every_n_steps is None) == (every_n_secs is None):
            raise ValueError("exactly one of every_n_steps and every_n_secs should be provided.")
        self._timer = SecondOrStepTimer(every_steps=every_n_steps, every_secs=every_n_secs)
        self._output_dir = output_dir
        self._summary_writer = summary_writer
        self._last_global_step: int | None = None
        self._pace = GlobalStepPace()

    def begin(self) -> None:
        if self._summary_writer is None and self._output_dir:
            self._summary_writer = FileWriterCache.get(self._output_dir)
        self._global_step_tensor = required_global_step("StepCounterHook")
        self._summary_tag = f"{self._global_step_tensor.op.name}/sec"

    def after_create_session(self, session: Any, coord: Any) -> None:
        self._pace.start(session.run(self._global_step_tensor))

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs | None:
        return SessionRunArgs(self._global_step_tensor)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        global_step = int(run_values.results)
        self._pace.observe(global_step, runs_of(run_context))
        if self._timer.should_trigger_for_step(global_step):
            elapsed_time, elapsed_steps = self._timer.update_last_triggered_step(global_step)
            if elapsed_time is not None and elapsed_steps is not None:
                self._log_and_record(elapsed_steps, elapsed_time, global_step)
        if global_step == self._last_global_step:
            logging.log_first_n(
                logging.WARN,
                "It seems that global step (tf.train.get_global_step) has not been increased. Current value (could be "
                "stable): %s vs previous value: %s. You could increase the global step by passing "
                "tf.train.get_global_step() to Optimizer.apply_gradients or Optimizer.minimize.",
                5,
                global_step,
                self._last_global_step,
            )
        self._last_global_step = global_step

    def next_run(self) -> int | None:
        return self._pace.runs_until(self._timer.next_triggered_step())

    def noting(self) -> Noting | None:
        every = self._timer.every_steps
        if type(self) is not StepCounterHook or every is None or not self._pace.is_one:
            return None  # a subclass may record something else
        return Noting(every, (self._global_step_tensor,))

    def after_noted(self, noted: Noted) -> list[tuple[int, str]]:
        steps = noted.values[self._global_step_tensor]
        rates = np.empty(len(steps))
        for place, (step, at) in enumerate(zip(steps.tolist(), noted.times.tolist(), strict=True)):
            seconds, count = self._timer.triggered(step, at)
            rates[place] = count / seconds if seconds and count else float("inf")
        self._pace.observe(steps[-1], int(noted.runs[-1]))
        self._last_global_step = int(steps[-1])
        if self._summary_writer is not None:
            self._summary_writer.add_numbers([self._summary_tag], steps, rates[:, None], noted.times)
        if not logging.shows(logging.INFO):
            return []
        return [(place, f"{self._summary_tag}: {rate:g}") for place, rate in enumerate(rates.tolist())]

    def _log_and_record(self, elapsed_steps: int, elapsed_time: float, global_step: int) -> None:
        # A clock too coarse for the steps shows no time at all.
        steps_per_sec = elapsed_steps / elapsed_time if elapsed_time else float("inf")
        if self._summary_writer is not None:
            shown = Summary(value=[{"tag": self._summary_tag, "simple_value": steps_per_sec}])
            self._summary_writer.add_summary(shown, global_step)
        logging.info("%s: %g", self._summary_tag, steps_per_sec)
