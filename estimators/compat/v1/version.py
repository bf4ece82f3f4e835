"""tf.version: the TensorFlow whose behaviour this is."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing

__all__ = [
    "COMPILER_VERSION",
    "GIT_VERSION",
    "VERSION",
]

VERSION = "1.15.5"
GIT_VERSION = "v1.15.4-39-g3db52be"
COMPILER_VERSION = "7.3.1 20180303"


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
