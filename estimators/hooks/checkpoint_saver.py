"""CheckpointSaverHook: saves checkpoints at the start, every N steps or seconds, and at the end; and its listeners."""

from __future__ import annotations

import os
from collections.abc import Iterable
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
from estimators.summaries.file_writer import FileWriterCache
from estimators.summaries.graph_file import show_graph
from model_fns.graph.graph import get_default_graph
from model_fns.graph.keys import GraphKeys
from model_fns.protos.event import SessionLog


class CheckpointSaverListener:
    """What is called around each checkpoint; methods do nothing unless overridden."""

    def begin(self) -> None:
        """Called once before the session exists."""

    def before_save(self, session: Any, global_step_value: int) -> None:
        """Called before each save."""

    def after_save(self, session: Any, global_step_value: int) -> bool | None:
        """Called after each save that succeeded. Returning True requests that training stop."""

    def end(self, session: Any, global_step_value: int) -> None:
        """Called at the end, after the last save."""


class CheckpointSaverHook(SessionRunHook):
    """Saves checkpoints, and at the start the graph, as `graph.pbtxt` and for TensorBoard.

    Args:
      checkpoint_dir: where; made if it is not there.
      save_secs, save_steps: how often; exactly one of them.
      saver: the Saver to use; or scaffold: whose saver to use; by default the one in the graph's collection SAVERS.
      checkpoint_basename: the checkpoints are named `<checkpoint_basename>-<step>`.
      listeners: CheckpointSaverListeners.
    Raises ValueError for both or neither of the two pairs' arguments.

    If a checkpoint cannot be written - disk full, directory read-only - a warning is logged, the earlier ones stay and
    the training goes on.
    """

    def __init__(
        self,
        checkpoint_dir: Any,
        save_secs: float | None = None,
        save_steps: int | None = None,
        saver: Any = None,
        checkpoint_basename: str = "model.ckpt",
        scaffold: Any = None,
        listeners: Iterable[CheckpointSaverListener] | None = None,
    ) -> None:
        logging.info("Create CheckpointSaverHook.")
        if saver is not None and scaffold is not None:
            raise ValueError("You cannot provide both saver and scaffold.")
        self._saver = saver
        self._checkpoint_dir = os.fspath(checkpoint_dir)
        self._save_path = os.path.join(self._checkpoint_dir, checkpoint_basename)
        self._scaffold = scaffold
        self._timer = SecondOrStepTimer(every_secs=save_secs, every_steps=save_steps)
        self._listeners = list(listeners or [])
        self._pace = GlobalStepPace()
        self._saved_step: int | None = None
        self.stop_reason: str | None = None  # who of its listeners requested a stop

    @property
    def checkpoint_dir(self) -> str:
        """The directory that it saves into."""
        return self._checkpoint_dir

    def add_listeners(self, listeners: Iterable[CheckpointSaverListener]) -> None:
        """Adds listeners that are not there yet, after those that are."""
        self._listeners += [listener for listener in listeners if listener not in self._listeners]

    def begin(self) -> None:
        self._saved_step = self.stop_reason = None
        self._summary_writer = FileWriterCache.get(self._checkpoint_dir)
        self._global_step_tensor = required_global_step("CheckpointSaverHook")
        for listener in self._listeners:
            listener.begin()

    def after_create_session(self, session: Any, coord: Any) -> None:
        global_step = int(session.run(self._global_step_tensor))
        show_graph(session.graph, self._checkpoint_dir, self._summary_writer)
        self._save(session, global_step)
        self._timer.update_last_triggered_step(global_step)
        self._pace.start(global_step)

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs | None:
        return SessionRunArgs(self._global_step_tensor)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        global_step = int(run_values.results)
        self._pace.observe(global_step, runs_of(run_context))
        if self._timer.should_trigger_for_step(global_step):
            self._timer.update_last_triggered_step(global_step)
            if self._save(run_context.session, global_step):
                run_context.request_stop()

    def next_run(self) -> int | None:
        return self._pace.runs_until(self._timer.next_triggered_step())

    def end(self, session: Any) -> None:
        last_step = int(session.run(self._global_step_tensor))
        if last_step != self._saved_step:
            self._save(session, last_step)
        for listener in self._listeners:
            listener.end(session, last_step)

    def save_early(self, session: Any) -> None:
        """Saves for a training that is interrupted. Listeners are not called: theirs is not to hold it up."""
        step = int(session.run(self._global_step_tensor))
        if step != self._saved_step:
            self._log_save(step)
            self._write(session, step)

    def _save(self, session: Any, step: int) -> bool:
        """Saves a checkpoint; returns whether a listener wants to stop."""
        self._log_save(step)
        for listener in self._listeners:
            listener.before_save(session, step)
        if not self._write(session, step):
            return False
        should_stop = False
        for listener in self._listeners:
            if listener.after_save(session, step):
                logging.info("A CheckpointSaverListener requested that training be stopped. listener: %s", listener)
                self.stop_reason = f"its listener {listener} did."
                should_stop = True
        return should_stop

    def _log_save(self, step: int) -> None:
        logging.info("Saving checkpoints for %d into %s.", step, self._save_path)

    def _write(self, session: Any, step: int) -> bool:
        """Writes a checkpoint; returns whether it could."""
        saver = self._get_saver()
        try:
            os.makedirs(self._checkpoint_dir, exist_ok=True)  # it may have been deleted since the last time
            saver.save(session, self._save_path, global_step=step)
        except OSError as error:
            logging.warning(
                "The checkpoint for step %d was not saved, and training goes on without it: %s", step, error
            )
            return False
        self._saved_step = step
        log = SessionLog(status=SessionLog.CHECKPOINT, checkpoint_path=self._save_path)
        self._summary_writer.add_session_log(log, step)
        return True

    def _get_saver(self) -> Any:
        if self._saver is not None:
            return self._saver
        if self._scaffold is not None:
            return self._scaffold.saver
        key = GraphKeys.SAVERS
        savers = get_default_graph().get_collection(key)
        if not savers:
            raise RuntimeError(
                f"No items in collection {key}. Please add a saver to the collection or provide a saver or scaffold."
            )
        if len(savers) > 1:
            raise RuntimeError(
                f"More than one item in collection {key}. "
                "Please indicate which one to use by passing it to the constructor."
            )
        self._saver = savers[0]
        return self._saver
