"""tf.contrib.learn.datasets.mnist."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from input_fns.datasets.mnist_batches import DataSet, load_mnist, read_data_sets

__all__ = [
    "DataSet",
    "load_mnist",
    "read_data_sets",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
