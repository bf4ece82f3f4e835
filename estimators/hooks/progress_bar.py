"""ProgressBarHook: how far a training has come, on a terminal."""

from __future__ import annotations

import sys
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from typing import Any, TextIO

from estimators.hooks.global_step_pace import required_global_step
from estimators.hooks.session_run_hook import SessionRunArgs, SessionRunContext, SessionRunHook, SessionRunValues


class ProgressBarHook(SessionRunHook):
    """A bar that follows global_step; lines that are printed or logged meanwhile appear above it.

    Args:
      last_step: the global step at which the training ends; None if that is not known.
      file: where to draw; by default standard error. What is no terminal is left alone: nothing is written to it.

    A training that fails or is interrupted does not call `end`: whoever made the hook then calls `close`.
    """

    def __init__(self, last_step: int | None = None, file: TextIO | None = None) -> None:
        self._last_step = last_step
        self._file = file
        self._bar: Any = None
        self._above = ExitStack()

    def begin(self) -> None:
        self._global_step_tensor = required_global_step("ProgressBarHook")

    def after_create_session(self, session: Any, coord: Any) -> None:
        file = sys.stderr if self._file is None else self._file
        if not file.isatty():
            return
        from tqdm import tqdm  # here: a program that draws no bar need not wait for it
        from tqdm.contrib import DummyTqdmFile

        self.close()
        step = int(session.run(self._global_step_tensor))
        self._bar = tqdm(total=self._last_step, initial=step, unit="step", file=file, dynamic_ncols=True)
        self._above.enter_context(redirect_stdout(DummyTqdmFile(sys.stdout)))
        self._above.enter_context(redirect_stderr(DummyTqdmFile(sys.stderr)))

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs | None:
        return None if self._bar is None else SessionRunArgs(self._global_step_tensor)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        if self._bar is not None:
            self._bar.update(int(run_values.results) - self._bar.n)

    def next_run(self) -> int | None:
        return None if self._bar is None else 0

    def end(self, session: Any) -> None:
        self.close()

    def close(self) -> None:
        """Leaves the bar as it stands, and the terminal to others."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
        self._above.close()
