"""tf.app."""

from __future__ import annotations

from typing import Any

from estimators.app import run
from estimators.compat.missing import missing
from estimators.compat.v1 import flags

__all__ = [
    "flags",
    "run",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
