"""Rounds of train, evaluate and predict without end: memory, file handles, threads and caches stay as they are.

$ESTIMATORS_ROUNDS says how many rounds; 60 by default.
"""

from __future__ import annotations

import contextlib
import gc
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.estimators.models import prediction_input, training_input
from tests.estimators.models import test_input as evaluation_input
from tests.robustness.attempts import estimator_in

ROUNDS = int(os.environ.get("ESTIMATORS_ROUNDS", "60"))
PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 0

needs_proc = pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="needs /proc")


def resident_bytes() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def open_files() -> list[str]:
    found = []
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):  # that of listdir itself is gone
            found.append(os.readlink(f"/proc/self/fd/{name}"))
    return sorted(found)


def compiled(estimator: Any) -> dict[str, int]:
    """How much each mode's session keeps."""
    return {
        f"{mode} {name}": len(getattr(built.session, name))
        for mode, built in estimator._graphs.built.items()
        for name in ("_prepared", "_inputs", "_iterators", "cursors")
    } | {
        f"{mode} {title}": len(things)
        for mode, built in estimator._graphs.built.items()
        for title, things in (("operations", built.graph.operations), ("staged", built.session._staged.given))
    }


@needs_proc
def test_nothing_grows(tmp_path: Path) -> None:
    estimator, sizes, kept = estimator_in(tmp_path / "model", every=5, log_step_count_steps=2), [], []
    files: list[list[str]] = []
    threads: list[int] = []
    cache = Path(os.environ["ESTIMATORS_CACHE"])
    entries: list[int] = []
    for _ in range(ROUNDS):
        estimator.train(training_input(), steps=5)
        estimator.evaluate(evaluation_input(), steps=2)
        for number, _ in enumerate(estimator.predict(prediction_input(30, 8))):
            if number == 10:
                break
        assert len(list(estimator.predict(prediction_input(5)))) == 5
        sizes.append(resident_bytes())
        files.append(open_files())
        threads.append(threading.active_count())
        kept.append(compiled(estimator))
        entries.append(sum(1 for _ in cache.rglob("*.o")))
    tenth = 9
    assert files[-1] == files[tenth]
    assert threads[-1] == threads[tenth]
    assert kept[-1] == kept[tenth]
    assert entries[-1] == entries[tenth]
    assert sizes[-1] < 1.02 * sizes[tenth], [round(size / 1e6, 1) for size in sizes]
    checkpoints = [path for path in (tmp_path / "model").iterdir() if path.suffix == ".safetensors"]
    assert len(checkpoints) == 5
    assert sum(1 for path in (tmp_path / "model").iterdir() if "tfevents" in path.name) <= 2


@needs_proc
def test_nothing_is_left_of_estimators_that_are_gone(tmp_path: Path) -> None:
    """A search over many models in one process: nothing of a model outlives it."""

    def use(number: int) -> None:
        estimator = estimator_in(tmp_path / str(number))
        estimator.train(training_input(), steps=3)
        estimator.evaluate(evaluation_input(), steps=1)
        next(estimator.predict(prediction_input()))

    sizes = []
    for number in range(max(15, ROUNDS // 4)):
        use(number)
        sizes.append(resident_bytes())
    assert sizes[-1] < 1.02 * sizes[9], [round(size / 1e6, 1) for size in sizes]
