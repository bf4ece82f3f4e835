"""QueueRunner: threads that fill a queue, run by run of its enqueue operations, until its input ends or all stop."""

from __future__ import annotations

import logging
import threading
from typing import Any, final
from weakref import WeakKeyDictionary

from model_fns.errors import OutOfRangeError
from model_fns.graph.graph import get_default_graph
from model_fns.graph.keys import GraphKeys
from model_fns.graph.tensor import Operation

_LOGGER = logging.getLogger("tensorflow")


@final
class QueueRunner:
    """Keeps a list of enqueue operations, each to be run by a thread of its own.

    Args:
      queue: a queue.
      enqueue_ops: operations that fill it.
      close_op: run when all threads have found the end of their input; by default closes the queue.
      cancel_op: run when the coordinator asks for a stop; by default closes it and cancels what waits to enqueue.
      queue_closed_exception_types: the errors that mean the end of the input; by default OutOfRangeError.
    Raises ValueError without a queue or operations, TypeError for types that are no exceptions.
    """

    def __init__(
        self,
        queue: Any = None,
        enqueue_ops: Any = None,
        close_op: Operation | None = None,
        cancel_op: Operation | None = None,
        queue_closed_exception_types: Any = None,
        queue_runner_def: Any = None,
        import_scope: str | None = None,
    ) -> None:
        if queue_runner_def is not None:
            raise ValueError(
                "queue_runner_def: a QueueRunner is made of a queue and enqueue_ops here, not of a message."
            )
        if not queue or not enqueue_ops:
            raise ValueError("Must provide queue and enqueue_ops.")
        types = (OutOfRangeError,) if queue_closed_exception_types is None else queue_closed_exception_types
        if not (isinstance(types, tuple) and types and all(_is_exception(kind) for kind in types)):
            raise TypeError(
                f"queue_closed_exception_types, when provided, must be a tuple of tf.error types, but got: {types}"
            )
        self._queue, self._enqueue_ops, self._types = queue, enqueue_ops, types
        self._close_op = queue.close() if close_op is None else close_op
        self._cancel_op = queue.close(cancel_pending_enqueues=True) if cancel_op is None else cancel_op
        self._lock = threading.Lock()
        self._running: WeakKeyDictionary[Any, int] = WeakKeyDictionary()  # threads, by session
        self._exceptions: list[BaseException] = []

    @property
    def queue(self) -> Any:
        return self._queue

    @property
    def enqueue_ops(self) -> Any:
        return self._enqueue_ops

    @property
    def close_op(self) -> Operation:
        return self._close_op

    @property
    def cancel_op(self) -> Operation:
        return self._cancel_op

    @property
    def queue_closed_exception_types(self) -> tuple[type[BaseException], ...]:
        return self._types

    @property
    def exceptions_raised(self) -> list[BaseException]:
        """The errors that threads without a coordinator ended with."""
        return self._exceptions

    @property
    def name(self) -> str:
        """The name of the queue."""
        return self._queue.name

    def create_threads(
        self, sess: Any, coord: Any = None, daemon: bool = False, start: bool = False
    ) -> list[threading.Thread]:
        """The threads that fill the queue in a session; none if they run already.

        With `coord` errors are reported to it, and one more thread waits for a stop. `daemon` ones end with the
        program; `start` starts them, too.
        """
        with self._lock:
            if self._running.get(sess, 0) > 0:
                return []
            self._running[sess] = len(self._enqueue_ops)
            self._exceptions = []
        threads = [
            threading.Thread(
                target=self._run, args=(sess, item, coord), name=f"QueueRunnerThread-{self.name}-{item.name}"
            )
            for item in self._enqueue_ops
        ]
        if coord is not None:
            name = f"QueueRunnerThread-{self.name}-close_on_stop"
            threads.append(threading.Thread(target=self._close_on_stop, args=(sess, coord), name=name))
        for thread in threads:
            if coord is not None:
                coord.register_thread(thread)
            if daemon:
                thread.daemon = True
            if start:
                thread.start()
        return threads

    def _run(self, session: Any, enqueue: Operation, coord: Any) -> None:
        ended = False
        try:
            while coord is None or not coord.should_stop():
                try:
                    session.run(enqueue)
                except self._types:
                    ended = True
                    if self._ended(session) == 0:
                        self._run_quietly(session, self._close_op)
                    return
        except Exception as error:
            if coord is not None:
                coord.request_stop(error)
                return
            _LOGGER.error("Exception in QueueRunner: %s", error)
            with self._lock:
                self._exceptions.append(error)
            raise
        finally:
            if not ended:
                self._ended(session)

    def _ended(self, session: Any) -> int:
        """Counts a thread as ended; how many there are still."""
        with self._lock:
            self._running[session] -= 1
            return self._running[session]

    def _close_on_stop(self, session: Any, coord: Any) -> None:
        coord.wait_for_stop()
        self._run_quietly(session, self._cancel_op)

    def _run_quietly(self, session: Any, operation: Operation) -> None:
        """Closing what is closed, or in a closed session, is no error."""
        try:
            session.run(operation)
        except Exception as error:
            _LOGGER.debug("Ignored exception: %s", error)


def add_queue_runner(qr: QueueRunner, collection: Any = GraphKeys.QUEUE_RUNNERS) -> None:
    """Adds a QueueRunner to a collection of the default graph, for `start_queue_runners`."""
    get_default_graph().add_to_collection(collection, qr)


def _is_exception(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Exception)
