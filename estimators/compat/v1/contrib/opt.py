"""tf.contrib.opt."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from model_fns.optimizers.lazy_adam import LazyAdamOptimizer

__all__ = [
    "LazyAdamOptimizer",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
