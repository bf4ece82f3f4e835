"""FileWriter: writes summaries, graphs and what else happens into an event file (tf.summary.FileWriter)."""

from __future__ import annotations

import copy
import os
import threading
import time
import warnings
import weakref
from collections.abc import Sequence
from typing import Any, ClassVar, final

import numpy as np

from estimators import logging
from estimators.summaries.event_file import EventFile
from estimators.summaries.scalars_csv import ScalarsCsv
from model_fns.graph.graph import Graph
from model_fns.protos.event import Event, SessionLog, TaggedRunMetadata
from model_fns.protos.graph import GraphDef
from model_fns.protos.scalar_summary import scalars_of, summary_event, summary_events
from model_fns.protos.summary import Summary

_CLOSED = (
    "Attempting to use a closed FileWriter. The operation will be a noop unless the FileWriter is explicitly reopened."
)


@final
class FileWriter:
    """Writes an event file into a directory, and the numbers of it into `scalars.csv` beside it.

    Args:
      logdir: the directory; made if it is not there.
      graph: a graph to begin with.
      max_queue: write when so many events wait.
      flush_secs: write when the last time is so many seconds ago.
      graph_def: like `graph`, which is better.
      filename_suffix: appended to the file's name.
      session: accepted; summaries come as values here, never as operations.
    If the file cannot be written - disk full, read-only - a warning says so and the events are lost: summaries are not
    worth a training.
    """

    def __init__(
        self,
        logdir: Any,
        graph: Graph | None = None,
        max_queue: int = 10,
        flush_secs: float = 120,
        graph_def: GraphDef | None = None,
        filename_suffix: str | None = None,
        session: Any = None,
    ) -> None:
        self._logdir, self._suffix = logdir, filename_suffix
        self._max_queue, self._flush_secs = max_queue, flush_secs
        self._lock = threading.RLock()
        self._seen_tags: set[str] = set()
        self._open()
        if graph is not None or graph_def is not None:
            self.add_graph(graph, graph_def=graph_def)

    def _open(self) -> None:
        self._file, self._csv = EventFile(self._logdir, self._suffix), ScalarsCsv(self._logdir)
        self._closed, self._waiting, self._flushed = False, 0, time.time()
        # For those who forget to close it.
        existed = os.path.isdir(os.fspath(self._logdir))
        weakref.finalize(self, _write_the_rest, self._file, self._csv, self._logdir, os.getpid(), existed)

    def get_logdir(self) -> Any:
        """The directory."""
        return self._logdir

    # -- adding ------------------------------------------------------------------------------------------------------

    def add_summary(self, summary: Any, global_step: Any = None) -> None:
        """Adds a Summary, as a message or, as an operation evaluates to it, in bytes."""
        numbers = scalars_of(summary) if isinstance(summary, bytes) else None
        if numbers is not None:
            self._add_summary_of_numbers(summary, numbers, None if global_step is None else int(global_step))
            return
        shown = Summary.FromString(summary) if isinstance(summary, bytes) else summary
        described = [value.tag for value in shown.value if value.HasField("metadata")]
        if not self._seen_tags.isdisjoint(described):  # how to show a tag is said once
            shown = copy.deepcopy(shown)
            for value in shown.value:
                if value.tag in self._seen_tags:
                    value.ClearField("metadata")
        self._seen_tags.update(described)
        event = self._event(global_step)
        event.hold("summary", shown)
        self.add_event(event)

    def add_session_log(self, session_log: SessionLog, global_step: Any = None) -> None:
        """Adds that a training began, stopped, or wrote a checkpoint."""
        self._add(global_step, session_log=session_log)

    def add_graph(self, graph: Any, global_step: Any = None, graph_def: GraphDef | None = None) -> None:
        """Adds a graph, for TensorBoard to draw. ValueError for none or both, TypeError for something else."""
        if graph is not None and graph_def is not None:
            raise ValueError("Please pass only graph, or graph_def (deprecated), but not both.")
        if isinstance(graph, Graph):
            graph_def = graph.as_graph_def(add_shapes=True)
        elif isinstance(graph, GraphDef):
            graph_def = graph
        elif graph is not None or graph_def is None:
            raise TypeError("The passed graph must be an instance of `Graph` or the deprecated `GraphDef`")
        self._add(global_step, graph_def=graph_def.SerializeToString())

    def add_meta_graph(self, meta_graph_def: Any, global_step: Any = None) -> None:
        """Adds a MetaGraphDef."""
        self._add(global_step, meta_graph_def=meta_graph_def.SerializeToString())

    def add_run_metadata(self, run_metadata: Any, tag: str, global_step: Any = None) -> None:
        """Adds what was measured in a run. ValueError for a tag that was given before."""
        if tag in self._seen_tags:
            raise ValueError("The provided tag was already used for this event type")
        self._seen_tags.add(tag)
        content = run_metadata.SerializeToString()
        self._add(global_step, tagged_run_metadata=TaggedRunMetadata(tag=tag, run_metadata=content))

    def _add(self, global_step: Any, **what: Any) -> None:
        self.add_event(self._event(global_step, **what))

    def _event(self, global_step: Any, **what: Any) -> Event:
        step = None if global_step is None else int(global_step)
        return Event(wall_time=time.time(), step=step, **what)

    def add_event(self, event: Event) -> None:
        """Adds an event. With a warning does nothing if the writer is closed."""
        if self._closed:
            warnings.warn(_CLOSED, stacklevel=3)
            return
        with self._lock:
            self._file.add(event.SerializeToString())
            self._csv.add(event)
            self._added()

    def _add_summary_of_numbers(self, summary: bytes, numbers: list[tuple[str, float]], step: int | None) -> None:
        """`add_summary` for what most summaries are."""
        if self._closed:
            warnings.warn(_CLOSED, stacklevel=3)
            return
        with self._lock:
            self._file.add(summary_event(time.time(), step, summary))
            self._csv.add_numbers(step or 0, numbers)
            self._added()

    def add_numbers(self, tags: Sequence[str], steps: np.ndarray, numbers: np.ndarray, times: np.ndarray) -> None:
        """Adds many events at once: at steps [n] and times [n], in seconds, the numbers [n, tags]."""
        if self._closed:
            warnings.warn(_CLOSED, stacklevel=2)
            return
        with self._lock:
            self._file.add_alike(summary_events(tags, steps, numbers, times))
            for place, tag in enumerate(tags):
                self._csv.add_column(steps, tag, numbers[:, place])
            self._added(len(steps))

    def _added(self, events: int = 1) -> None:
        self._waiting += events
        if self._waiting >= self._max_queue or time.time() >= self._flushed + self._flush_secs:
            self.flush()

    # -- the file ----------------------------------------------------------------------------------------------------

    def flush(self) -> None:
        """Writes what was added."""
        if self._closed:
            warnings.warn(_CLOSED, stacklevel=2)
            return
        with self._lock:
            self._waiting, self._flushed = 0, time.time()
            _write(self._file, self._csv, self._logdir)

    def close(self) -> None:
        """Writes what was added; the writer cannot be used until it is reopened."""
        if not self._closed:
            self.flush()
            self._closed = True

    def reopen(self) -> None:
        """Goes on in a new file, if the writer is closed."""
        if self._closed:
            self._open()

    def __enter__(self) -> FileWriter:
        return self

    def __exit__(self, *exception: Any) -> None:
        self.close()


def _write(file: EventFile, scalars: ScalarsCsv, logdir: Any) -> None:
    try:
        try:
            file.flush()
        finally:  # what one of them could not write, the other shall not say again later
            scalars.flush()
    except OSError as error:
        logging.warning("Summaries were not written to %s, and what they said is lost: %s", logdir, error)


def _write_the_rest(file: EventFile, scalars: ScalarsCsv, logdir: Any, process: int, existed: bool) -> None:
    if os.getpid() != process:  # what waits in a forked child waits in its parent, too
        return
    if (existed or file.is_begun) and not os.path.isdir(os.fspath(logdir)):
        return  # it was deleted on purpose: nobody asks for what is still to be said, nor for a new directory
    _write(file, scalars, logdir)


@final
class FileWriterCache:
    """One FileWriter for each directory, so that all who write there write one file."""

    _writers: ClassVar[dict[Any, FileWriter]] = {}
    _lock: ClassVar[threading.RLock] = threading.RLock()

    @staticmethod
    def get(logdir: Any) -> FileWriter:
        """The directory's writer."""
        with FileWriterCache._lock:
            if logdir not in FileWriterCache._writers:
                FileWriterCache._writers[logdir] = FileWriter(logdir)
            return FileWriterCache._writers[logdir]

    @staticmethod
    def clear() -> None:
        """Closes all writers and forgets them."""
        with FileWriterCache._lock:
            for writer in FileWriterCache._writers.values():
                writer.close()
            FileWriterCache._writers.clear()
