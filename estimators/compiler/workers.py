"""Workers: threads that wait to run the same compiled step side by side.

They are this process's own, made when first needed (again after a fork) and kept. A caller who finds them busy runs its
step alone: results do not depend on the number of workers.
"""

from __future__ import annotations

import ctypes
import os
import threading
from queue import SimpleQueue
from typing import final

import numpy as np

from estimators.compiler import posts
from estimators.compiler.binding import address, aligned
from estimators.compiler.load import Run


@final
class _Worker:
    """One thread that stands at its post while there is something to do, and else sleeps."""

    def __init__(self, number: int) -> None:
        self._memory = aligned(posts.LINE, np.uint8)
        self._memory[:] = 0
        self.post = address(self._memory)
        self._state = ctypes.c_int64.from_address(self.post)
        self._stand = posts.stand()  # here, so that the caller is told if it fails
        self._bell: SimpleQueue[None] = SimpleQueue()
        threading.Thread(target=self._work, name=f"estimators-worker-{number}", daemon=True).start()

    def _work(self) -> None:
        while True:
            self._bell.get()
            self._stand(self.post)

    def send_for(self) -> None:
        """Has it come to its post, unless it is there or on the way."""
        if self._state.value == posts.AWAY:
            self._state.value = posts.COMING
            self._bell.put(None)


@final
class _Team:
    """The workers of one process."""

    def __init__(self) -> None:
        self.busy = threading.Lock()
        self._workers: list[_Worker] = []
        self._posts = np.zeros(0, np.int64)  # where they are

    def run(self, run: Run, table: int, helpers: int) -> int:
        """What the caller, as worker 0, answers."""
        if helpers > len(self._workers):
            self._workers += [_Worker(number + 1) for number in range(len(self._workers), helpers)]
            self._posts = np.array([worker.post for worker in self._workers], np.int64)
        call, places = posts.call(), address(self._posts)
        while True:
            for worker in self._workers[:helpers]:
                worker.send_for()
            answer: int = call(places, helpers, run, table)
            if answer >= 0:
                return answer


_team = _Team()


def run_side_by_side(run: Run, table: int, workers: int) -> int:
    """run(table, worker, workers) for every worker, `table` being an address; the answer of worker 0, at least 0.

    The caller is worker 0. Ctrl-C comes out when all are done: what they do is one call of machine code.
    """
    team = _team
    if workers <= 1 or not team.busy.acquire(blocking=False):
        return run(table, 0, 1)
    try:
        return team.run(run, table, workers - 1)
    finally:
        team.busy.release()


def _new_team() -> None:
    global _team
    _team = _Team()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_new_team)  # the threads are the parent's
