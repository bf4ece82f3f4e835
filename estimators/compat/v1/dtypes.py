"""tf.dtypes."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from model_fns.graph.dtypes import (
    DType,
    as_dtype,
    float16,
    float32,
    float64,
    int8,
    int16,
    int32,
    int64,
    string,
    uint8,
    uint16,
    uint32,
    uint64,
)
from model_fns.graph.dtypes import bool_ as bool
from model_fns.graph.dtypes import float16 as half
from model_fns.graph.dtypes import float64 as double
from model_fns.ops.arithmetic import cast, saturate_cast

__all__ = [
    "DType",
    "as_dtype",
    "bool",
    "cast",
    "double",
    "float16",
    "float32",
    "float64",
    "half",
    "int16",
    "int32",
    "int64",
    "int8",
    "saturate_cast",
    "string",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
