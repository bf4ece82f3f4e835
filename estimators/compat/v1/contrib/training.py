"""tf.contrib.training."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from estimators.hparams import HParams

__all__ = [
    "HParams",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
