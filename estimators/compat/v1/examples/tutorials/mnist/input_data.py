"""tensorflow.examples.tutorials.mnist.input_data."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from input_fns.datasets.mnist_batches import read_data_sets

__all__ = [
    "read_data_sets",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
