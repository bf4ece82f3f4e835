"""Workers: all run once, whoever slept, left or was interrupted in between."""

from __future__ import annotations

import ctypes
import os
import signal
import threading
import time
from collections.abc import Callable

import pytest

from estimators.compiler.load import Run, RunType
from estimators.compiler.workers import run_side_by_side


def machine_code(function: Callable[[int, int], int]) -> Run:
    """function(worker, workers), to be called like a compiled step."""
    return RunType(lambda table, worker, workers: function(worker, workers))


ANSWER = machine_code(lambda worker, workers: 10 * workers + worker)


def test_every_worker_runs_once_and_worker_0_answers() -> None:
    seen: list[tuple[int, int]] = []

    def run(worker: int, workers: int) -> int:
        seen.append((worker, workers))
        return 10 + worker

    assert run_side_by_side(machine_code(run), 0, 3) == 10
    assert sorted(seen) == [(0, 3), (1, 3), (2, 3)]


@pytest.mark.parametrize("workers", [1, 2, 5, 3])
@pytest.mark.parametrize("asleep", [0.0, 0.01], ids=["at their posts", "asleep"])
def test_workers_come_again(workers: int, asleep: float) -> None:
    for _ in range(30 if asleep else 3000):
        assert run_side_by_side(ANSWER, 0, workers) == 10 * workers
        time.sleep(asleep)


@pytest.mark.skipif(os.name == "nt", reason="needs the C library's usleep")
def test_an_interrupt_waits_until_all_are_done() -> None:
    """Whoever is left alone waits at the barrier for ever; so Ctrl-C comes out only when all are done."""
    sleep = ctypes.cast(ctypes.CDLL(None).usleep, RunType)  # of the "table": microseconds
    interrupt = threading.Timer(0.05, signal.raise_signal, (signal.SIGINT,))
    start = time.monotonic()
    interrupt.start()
    with pytest.raises(KeyboardInterrupt):
        run_side_by_side(sleep, 300_000, 2)
    assert time.monotonic() - start >= 0.3
    assert run_side_by_side(ANSWER, 0, 2) == 20  # nothing is left over


def test_who_finds_the_workers_busy_runs_alone() -> None:
    begun, enough = threading.Event(), threading.Event()

    def run(worker: int, workers: int) -> int:
        begun.set()
        return int(enough.wait(20))

    other = threading.Thread(target=run_side_by_side, args=(machine_code(run), 0, 2))
    other.start()
    assert begun.wait(20)
    assert run_side_by_side(ANSWER, 0, 2) == 10
    enough.set()
    other.join(20)
    assert run_side_by_side(ANSWER, 0, 2) == 20


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")
def test_a_forked_child_has_workers_of_its_own() -> None:
    assert run_side_by_side(ANSWER, 0, 3) == 30
    child = os.fork()
    if child == 0:
        os._exit(0 if run_side_by_side(ANSWER, 0, 3) == 30 else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert run_side_by_side(ANSWER, 0, 3) == 30
