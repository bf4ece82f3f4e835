"""tf.keras.datasets.mnist."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from input_fns.datasets.mnist_arrays import load_data

__all__ = [
    "load_data",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
