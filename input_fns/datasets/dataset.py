"""What every data set of this package is: examples to train with and examples to test with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy


@dataclass(frozen=True, eq=False)
class Examples:
    """n examples. `features` float32 [n, ...], `labels` int32 [n]; row i of both belongs together."""

    features: numpy.ndarray[Any, Any]
    labels: numpy.ndarray[Any, Any]

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set in its customary two parts, which share no example."""

    train: Examples
    test: Examples
