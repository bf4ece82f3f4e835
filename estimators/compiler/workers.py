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
class _Job:
    """A worker's part of a run. Giving it twice does no harm, waiting for it can be interrupted and begun again."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self._function, self._arguments = function, arguments
        self._begun = False
        self.done = threading.Event()
        self.result: Any = None
        self.error: BaseException | None = None

    def run(self) -> None:
        if self._begun:
            return
        self._begun = True
        try:
            self.result = self._function(*self._arguments)
        except BaseException as error:  # handed to the caller, who waits
            self.error = error
        self.done.set()


@final
class _Worker:
    """One thread that does what it is given."""

    def __init__(self, number: int) -> None:
        self._jobs: SimpleQueue[_Job] = SimpleQueue()
        threading.Thread(target=self._work, name=f"estimators-worker-{number}", daemon=True).start()

    def _work(self) -> None:
        while True:
            self._jobs.get().run()

    def give(self, job: _Job) -> None:
        self._jobs.put(job)


_pool: list[_Worker] = []
_owner = 0
_busy = threading.Lock()


def run_side_by_side(run: Callable[[int, int, int], int], table: int, workers: int) -> int:
    """run(table, worker, workers) for every worker, `table` being an address; the answer of worker 0.

    Ctrl-C waits until all are done: one that were left alone would wait for the others at its next barrier for ever.
    """
    if workers <= 1 or not _busy.acquire(blocking=False):
        return run(table, 0, 1)
    try:
        return _finished([_Job(run, table, number, workers) for number in range(workers)])
    finally:
        _busy.release()


def _finished(jobs: list[_Job]) -> int:
    """The answer of the first of the jobs, once all are done, whatever interrupts come in between."""
    interrupt: BaseException | None = None
    while not all(job.done.is_set() for job in jobs):
        try:
            for helper, job in zip(_helpers(len(jobs)), jobs, strict=True):
                helper.give(job)
            for job in jobs:
                job.done.wait()
        except BaseException as error:
            interrupt = interrupt or error
    for problem in (interrupt, *(job.error for job in jobs)):
        if problem is not None:
            raise problem
    return int(jobs[0].result)


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
