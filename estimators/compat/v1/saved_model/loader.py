"""tf.saved_model.loader."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from estimators.predictor import load

__all__ = [
    "load",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
