"""How many threads a compiled step may use."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath

THREADS_VARIABLE = "ESTIMATORS_NUM_THREADS"


def available_threads() -> int:
    """$ESTIMATORS_NUM_THREADS, else $OMP_NUM_THREADS, else the processors at this process's disposal.

    Those are the ones that it may run on, but no more than its control group's share of time: in a container that has
    two of 64 processors' time, 64 threads would wait for each other most of the time.
    """
    for variable in (THREADS_VARIABLE, "OMP_NUM_THREADS"):
        text = os.environ.get(variable, "")
        if text.isdigit() and int(text) > 0:
            return int(text)
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(processors, _processors_of_control_groups(Path("/"))))


@cache
def _processors_of_control_groups(root: Path) -> int:
    """The least that the control groups this process is in, of Linux's version 1 or 2, are given; many if no limit."""
    shares = [share for group in _groups(root) if (share := _share(group)) is not None]
    return min((math.ceil(share) for share in shares), default=1 << 20)


def _groups(root: Path) -> Iterator[Path]:
    """The directories of the groups that may limit processor time, from this process's own up to the outermost."""
    mounted = root / "sys/fs/cgroup"
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            base = mounted
        elif "cpu" in controllers.split(","):
            base = mounted / "cpu"
        else:
            continue
        inner = PurePosixPath(path.lstrip("/"))
        for group in (inner, *inner.parents):
            yield base / group


def _share(group: Path) -> float | None:
    """How many processors' time a group may use; None if it is not limited."""
    numbers = _text(group / "cpu.max").split()  # version 2: quota and period in microseconds
    if not numbers:
        numbers = [*_text(group / "cpu.cfs_quota_us").split(), *_text(group / "cpu.cfs_period_us").split()]
    if len(numbers) != 2 or not all(number.isdigit() for number in numbers) or int(numbers[1]) == 0:
        return None  # "max", or -1
    return int(numbers[0]) / int(numbers[1])


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
