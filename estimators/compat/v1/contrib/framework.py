"""tf.contrib.framework."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from model_fns.global_step import assert_global_step, create_global_step, get_global_step, get_or_create_global_step
from model_fns.ops.checks import is_tensor

__all__ = [
    "assert_global_step",
    "create_global_step",
    "get_global_step",
    "get_or_create_global_step",
    "is_tensor",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
