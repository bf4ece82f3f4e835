"""Workers: threads that wait to run the same compiled step side by side.

They are this process's own, made when first needed (again after a fork) and kept. A caller who finds them busy runs its
step alone: results do not depend on the number of workers.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, final

THREADS_VARIABLE = "ESTIMATORS_NUM_THREADS"


def available_threads() -> int:
    """How many threads to use: $ESTIMATORS_NUM_THREADS, else $OMP_NUM_THREADS, else the processors at its disposal."""
    for variable in (THREADS_VARIABLE, "OMP_NUM_THREADS"):
        text = os.environ.get(variable, "")
        if text.isdigit() and int(text) > 0:
            return int(text)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@final
class _Worker:
    """One thread that does what it is given."""

    def __init__(self, number: int) -> None:
        self._jobs: SimpleQueue[Any] = SimpleQueue()
        self._done = threading.Semaphore(0)
        self._error: BaseException | None = None
        threading.Thread(target=self._work, name=f"estimators-worker-{number}", daemon=True).start()

    def _work(self) -> None:
        while True:
            function, arguments = self._jobs.get()
            try:
                function(*arguments)
            except BaseException as error:  # handed to the caller, who waits in `wait`
                self._error = error
            self._done.release()

    def give(self, function: Callable[..., Any], *arguments: Any) -> None:
        self._jobs.put((function, arguments))

    def wait(self) -> None:
        self._done.acquire()
        error, self._error = self._error, None
        if error is not None:
            raise error


_pool: list[_Worker] = []
_owner = 0
_busy = threading.Lock()


def run_side_by_side(run: Callable[[Any, int, int], int], table: Any, workers: int) -> int:
    """run(table, worker, workers) for every worker; the answer of worker 0, which is the calling thread."""
    if workers <= 1 or not _busy.acquire(blocking=False):
        return run(table, 0, 1)
    try:
        helpers = _helpers(workers - 1)
        for number, helper in enumerate(helpers, start=1):
            helper.give(run, table, number, workers)
        done = run(table, 0, workers)
        for helper in helpers:
            helper.wait()
        return done
    finally:
        _busy.release()


def _helpers(count: int) -> list[_Worker]:
    global _owner
    if _owner != os.getpid():  # after a fork the threads are the parent's
        _pool.clear()
        _owner = os.getpid()
    while len(_pool) < count:
        _pool.append(_Worker(len(_pool) + 1))
    return _pool[:count]


def _new_lock_after_fork() -> None:
    global _busy
    _busy = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_new_lock_after_fork)
