"""tf.queue: queues that a session keeps."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from input_fns.queues.queue import FIFOQueue, PaddingFIFOQueue, PriorityQueue, QueueBase, RandomShuffleQueue

__all__ = [
    "FIFOQueue",
    "PaddingFIFOQueue",
    "PriorityQueue",
    "QueueBase",
    "RandomShuffleQueue",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
