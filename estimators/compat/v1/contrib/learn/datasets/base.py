"""tf.contrib.learn.datasets.base."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from input_fns.datasets.csv_table import Table as Dataset
from input_fns.datasets.csv_table import load_csv_with_header, load_csv_without_header, load_iris
from input_fns.datasets.mnist_batches import Datasets

__all__ = [
    "Dataset",
    "Datasets",
    "load_csv_with_header",
    "load_csv_without_header",
    "load_iris",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
