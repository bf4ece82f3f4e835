"""tf.saved_model.tag_constants."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from estimators.export.saved_model import SERVING

__all__ = [
    "SERVING",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
