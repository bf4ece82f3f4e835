"""tf.data.experimental."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from input_fns.data.csv_table import make_csv_dataset
from input_fns.data.experimental import (
    AUTOTUNE,
    Counter,
    CsvDataset,
    enumerate_dataset,
    ignore_errors,
    map_and_batch,
    parallel_interleave,
    shuffle_and_repeat,
    unbatch,
)
from input_fns.data.grouped import (
    bucket_by_sequence_length,
    choose_from_datasets,
    group_by_window,
    sample_from_datasets,
    scan,
)

__all__ = [
    "AUTOTUNE",
    "Counter",
    "CsvDataset",
    "bucket_by_sequence_length",
    "choose_from_datasets",
    "enumerate_dataset",
    "group_by_window",
    "ignore_errors",
    "make_csv_dataset",
    "map_and_batch",
    "parallel_interleave",
    "sample_from_datasets",
    "scan",
    "shuffle_and_repeat",
    "unbatch",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
