"""tf.summary."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from model_fns.summary import audio, histogram, image, merge, merge_all, scalar, text

__all__ = [
    "audio",
    "histogram",
    "image",
    "merge",
    "merge_all",
    "scalar",
    "text",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
