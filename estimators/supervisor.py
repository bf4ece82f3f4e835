"""Supervisor: what programs had around their sessions before there was MonitoredTrainingSession."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, final

from estimators.checkpoint.saver import Saver
from estimators.checkpoint.state_file import latest_checkpoint
from estimators.coordinator import Coordinator
from estimators.queue_runners import start_queue_runners
from estimators.session import Session
from estimators.summaries.file_writer import FileWriter
from model_fns.errors import OutOfRangeError
from model_fns.global_step import get_global_step
from model_fns.graph.graph import get_default_graph
from model_fns.ops.control import group
from model_fns.summary import merge_all
from model_fns.variables import global_variables_initializer, local_variables_initializer, tables_initializer

_LOGGER = logging.getLogger("tensorflow")


@final
class Supervisor:
    """Makes a session that is initialized or restored from `logdir`, and saves it there when it ends.

    Args:
      logdir: the directory of checkpoints and summaries; None for neither.
      init_op, local_init_op, summary_op, global_step, saver: by default those of all variables, of all summaries, and
        of the graph; None for none.
      init_feed_dict: what `init_op` is fed.
      init_fn: called with the session when there was no checkpoint, after `init_op`.
      checkpoint_basename: the name of the checkpoints.
    The other arguments are of no effect: nothing is written by threads in the background, but at the end, and when the
    program calls `saver.save` or `summary_computed`.
    """

    USE_DEFAULT: Any = 0

    def __init__(
        self,
        graph: Any = None,
        ready_op: Any = USE_DEFAULT,
        ready_for_local_init_op: Any = USE_DEFAULT,
        is_chief: bool = True,
        init_op: Any = USE_DEFAULT,
        init_feed_dict: Any = None,
        local_init_op: Any = USE_DEFAULT,
        logdir: str | None = None,
        summary_op: Any = USE_DEFAULT,
        saver: Any = USE_DEFAULT,
        global_step: Any = USE_DEFAULT,
        save_summaries_secs: float = 120,
        save_model_secs: float = 600,
        recovery_wait_secs: float = 30,
        stop_grace_secs: float = 120,
        checkpoint_basename: str = "model.ckpt",
        session_manager: Any = None,
        summary_writer: Any = USE_DEFAULT,
        init_fn: Callable[[Any], None] | None = None,
        local_init_run_options: Any = None,
    ) -> None:
        usual = self.USE_DEFAULT
        self.graph, self.is_chief, self.coord = graph or get_default_graph(), is_chief, Coordinator()
        with self.graph.as_default():
            self.init_op = global_variables_initializer() if init_op is usual else init_op
            self.local_init_op = local_init_op
            if local_init_op is usual:
                self.local_init_op = group(local_variables_initializer(), tables_initializer())
            self.summary_op = merge_all() if summary_op is usual else summary_op
            self.global_step = get_global_step() if global_step is usual else global_step
            self.saver = Saver(allow_empty=True) if saver is usual else saver
        self.init_feed_dict, self.init_fn, self._logdir = init_feed_dict, init_fn, logdir
        self.save_path = os.path.join(logdir, checkpoint_basename) if logdir else None
        self.summary_writer = summary_writer
        if summary_writer is usual:
            self.summary_writer = FileWriter(logdir, self.graph) if logdir else None
        self.session: Any = None

    def prepare_or_wait_for_session(
        self,
        master: str = "",
        config: Any = None,
        wait_for_checkpoint: bool = False,
        max_wait_secs: float = 7200,
        start_standard_services: bool = True,
    ) -> Session:
        """A session whose variables are restored from the latest checkpoint, or initialized. Queues are running."""
        self.coord.clear_stop()
        self.session = session = Session(graph=self.graph, config=config)
        checkpoint = latest_checkpoint(self._logdir) if self._logdir else None
        if checkpoint and self.saver is not None:
            self.saver.restore(session, checkpoint)
        else:
            if self.init_op is not None:
                session.run(self.init_op, self.init_feed_dict)
            if self.init_fn is not None:
                self.init_fn(session)
        if self.local_init_op is not None:
            session.run(self.local_init_op)
        if start_standard_services:
            start_queue_runners(session, self.coord)
            _LOGGER.info("Starting queue runners.")
        return session

    @contextmanager
    def managed_session(
        self,
        master: str = "",
        config: Any = None,
        start_standard_services: bool = True,
        close_summary_writer: bool = True,
    ) -> Iterator[Session]:
        """A session as above; at the end it is saved and closed. The end of the input ends it in peace."""
        session = self.prepare_or_wait_for_session(master, config, start_standard_services=start_standard_services)
        try:
            with session.as_default():
                yield session
        except OutOfRangeError:
            self.request_stop()
        finally:
            try:
                self._save()
            finally:
                self.stop(close_summary_writer=close_summary_writer)
                session.close()

    def summary_computed(self, sess: Any, summary: Any, global_step: Any = None) -> None:
        """Writes a summary. RuntimeError without a summary writer."""
        if self.summary_writer is None:
            raise RuntimeError("Writing a summary requires a summary writer.")
        if global_step is None and self.global_step is not None:
            global_step = sess.run(self.global_step)
        self.summary_writer.add_summary(summary, global_step)

    def should_stop(self) -> bool:
        """Whether someone asked to stop."""
        return bool(self.coord.should_stop())

    def request_stop(self, ex: Any = None) -> None:
        """Asks to stop, because of the error `ex` if there is one."""
        self.coord.request_stop(ex)

    def stop(self, threads: Any = None, close_summary_writer: bool = True, ignore_live_threads: bool = False) -> None:
        """Stops the threads, and closes the summary writer."""
        self.coord.request_stop()
        self.coord.join(threads, ignore_live_threads=True)
        if close_summary_writer and self.summary_writer is not None:
            self.summary_writer.close()

    def _save(self) -> None:
        if self.save_path and self.is_chief and self.saver is not None and self.saver.variables:
            _LOGGER.info("Saving checkpoint to path %s", self.save_path)
            self.saver.save(self.session, self.save_path, global_step=self.global_step)
