"""Workers: what becomes of a run that is interrupted, and of one whose worker fails."""

from __future__ import annotations

import signal
import threading
import time
from typing import Any

import pytest

from estimators.compiler.workers import run_side_by_side


def test_every_worker_runs_once_and_worker_0_answers() -> None:
    seen: list[tuple[int, int]] = []

    def run(table: Any, worker: int, workers: int) -> int:
        seen.append((worker, workers))
        return 10 + worker

    assert run_side_by_side(run, None, 3) == 10
    assert sorted(seen) == [(0, 3), (1, 3), (2, 3)]


def test_an_interrupt_waits_until_all_have_met() -> None:
    """Whoever is left alone waits at the barrier for ever; so Ctrl-C comes out only when all are done."""
    barrier = threading.Barrier(2, timeout=20)
    finished: list[int] = []

    def run(table: Any, worker: int, workers: int) -> int:
        if worker == 0:
            time.sleep(0.05)
            signal.raise_signal(signal.SIGINT)
        barrier.wait()
        time.sleep(0.1)
        finished.append(worker)
        return worker

    with pytest.raises(KeyboardInterrupt):
        run_side_by_side(run, None, 2)
    assert sorted(finished) == [0, 1]
    assert run_side_by_side(lambda table, worker, workers: worker, None, 2) == 0  # nothing is left over


def test_what_a_worker_raises_comes_out() -> None:
    def run(table: Any, worker: int, workers: int) -> int:
        if worker == 1:
            raise ZeroDivisionError("in worker 1")
        return worker

    with pytest.raises(ZeroDivisionError, match="in worker 1"):
        run_side_by_side(run, None, 2)
    assert run_side_by_side(lambda table, worker, workers: 5, None, 2) == 5
