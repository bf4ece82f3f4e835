"""How many threads a compiled step may use."""

from __future__ import annotations

import os

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
