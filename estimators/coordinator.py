"""Coordinator: lets several threads stop together, TF1's `tf.train.Coordinator`."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, final

from estimators import logging
from model_fns.errors import OutOfRangeError

_SECONDS_BETWEEN_LOOKS = 1.0


@final
class Coordinator:
    """Any thread may ask for a stop, with or without an exception; all look whether they should, and `join` waits.

    Args:
      clean_stop_exception_types: exceptions that `join` does not raise again; by default the end of the input.
    """

    def __init__(self, clean_stop_exception_types: tuple[type[BaseException], ...] | None = None) -> None:
        self._clean = (OutOfRangeError,) if clean_stop_exception_types is None else tuple(clean_stop_exception_types)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._error: tuple[BaseException, TracebackType | None] | None = None
        self._threads: list[threading.Thread] = []
        self._joined = False

    def request_stop(self, ex: Any = None) -> None:
        """Asks all threads to stop. The first exception given (itself, or as of `sys.exc_info()`) is kept for join."""
        error = ex[1] if isinstance(ex, tuple) else ex
        with self._lock:
            if self._joined:
                if error is not None and not isinstance(error, self._clean):
                    raise error
                return
            if self._stop.is_set():
                return
            if error is not None and not isinstance(error, self._clean):
                logging.info("Error reported to Coordinator: %s, %s", type(error), error)
                self._error = error, error.__traceback__
            self._stop.set()

    def should_stop(self) -> bool:
        """Whether a stop was asked for."""
        return self._stop.is_set()

    def wait_for_stop(self, timeout: float | None = None) -> bool:
        """Waits until a stop is asked for, at most `timeout` seconds. Whether it was."""
        return self._stop.wait(timeout)

    def clear_stop(self) -> None:
        """Forgets that a stop was asked for, and its exception."""
        with self._lock:
            self._joined, self._error = False, None
            self._stop.clear()

    @contextmanager
    def stop_on_exception(self) -> Iterator[None]:
        """Inside, an exception ends up in `request_stop` instead of in the caller."""
        try:
            yield
        except BaseException:
            self.request_stop(sys.exc_info())

    def register_thread(self, thread: threading.Thread) -> None:
        """Adds a thread for `join` to wait for."""
        with self._lock:
            self._threads.append(thread)

    def join(
        self,
        threads: Iterable[threading.Thread] | None = None,
        stop_grace_period_secs: float = 120,
        ignore_live_threads: bool = False,
    ) -> None:
        """Waits for the threads to end: as long as they like, and once a stop is asked for, so many seconds.

        Raises the exception given to `request_stop`, or RuntimeError if threads are still running then.
        """
        with self._lock:
            waited_for = list(dict.fromkeys([*self._threads, *(threads or ())]))
        while any(thread.is_alive() for thread in waited_for) and not self._stop.wait(_SECONDS_BETWEEN_LOOKS):
            pass
        end = time.monotonic() + stop_grace_period_secs
        for thread in waited_for:
            thread.join(max(0.0, end - time.monotonic()))
        alive = [thread.name for thread in waited_for if thread.is_alive()]
        with self._lock:
            self._joined, self._threads = True, []
        self.raise_requested_exception()
        if alive and not ignore_live_threads:
            raise RuntimeError(f"Coordinator stopped with threads still running: {' '.join(alive)}")
        if alive:
            logging.info("Coordinator stopped with threads still running: %s", " ".join(alive))

    @property
    def joined(self) -> bool:
        return self._joined

    def raise_requested_exception(self) -> None:
        """Raises the exception that was given to `request_stop`, if any."""
        with self._lock:
            error = self._error
        if error is not None:
            raise error[0].with_traceback(error[1])
