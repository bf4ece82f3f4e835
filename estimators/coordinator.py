"""Coordinator: lets several threads stop together, TF1's `tf.train.Coordinator`."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
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


class LooperThread(threading.Thread):
    """Calls `target` again and again, every `timer_interval_secs` (None: without a pause), until a stop is asked for.

    An exception in it asks for a stop, and `coord.join` raises it. Subclasses may override `start_loop`, `run_loop` and
    `stop_loop`.
    """

    def __init__(
        self,
        coord: Coordinator,
        timer_interval_secs: float | None,
        target: Callable[..., Any] | None = None,
        args: Iterable[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        if not isinstance(coord, Coordinator):
            raise ValueError(f"'coord' argument must be a Coordinator: {coord}")
        super().__init__(daemon=True)
        self._coord, self._timer_interval_secs = coord, timer_interval_secs
        self._looped, self._loop_args, self._loop_kwargs = target, tuple(args or ()), dict(kwargs or {})
        coord.register_thread(self)

    @staticmethod
    def loop(
        coord: Coordinator,
        timer_interval_secs: float | None,
        target: Callable[..., Any],
        args: Iterable[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
    ) -> LooperThread:
        """Makes one and starts it."""
        looper = LooperThread(coord, timer_interval_secs, target, args, kwargs)
        looper.start()
        return looper

    def run(self) -> None:
        with self._coord.stop_on_exception():
            self.start_loop()
            pause, due = self._timer_interval_secs, time.time()
            while not (self._coord.should_stop() if pause is None else self._coord.wait_for_stop(due - time.time())):
                due += pause or 0
                self.run_loop()
            self.stop_loop()

    def start_loop(self) -> None:
        """Called when the thread starts."""

    def stop_loop(self) -> None:
        """Called when the thread stops."""

    def run_loop(self) -> None:
        """Called at each turn: calls `target`."""
        if self._looped is not None:
            self._looped(*self._loop_args, **self._loop_kwargs)
