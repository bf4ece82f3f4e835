"""tf.nest."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from model_fns.nest import assert_same_structure, flatten, is_nested, map_structure, pack_sequence_as

__all__ = [
    "assert_same_structure",
    "flatten",
    "is_nested",
    "map_structure",
    "pack_sequence_as",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
