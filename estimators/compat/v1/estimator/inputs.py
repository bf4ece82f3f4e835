"""tf.estimator.inputs."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from input_fns.numpy_input import numpy_input_fn
from input_fns.pandas_input import pandas_input_fn

__all__ = [
    "numpy_input_fn",
    "pandas_input_fn",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
