"""tf.contrib.util."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from model_fns.graph.constant_value import constant_value
from model_fns.protos.tensor import make_ndarray, make_tensor_proto

__all__ = [
    "constant_value",
    "make_ndarray",
    "make_tensor_proto",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
