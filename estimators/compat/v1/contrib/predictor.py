"""tf.contrib.predictor."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from estimators.predictor import from_saved_model

__all__ = [
    "from_saved_model",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
