"""TensorFlow 1's short forms of cast, one for each element type."""

from __future__ import annotations

from typing import Any

from model_fns.graph import dtypes
from model_fns.graph.tensor import Tensor
from model_fns.ops.arithmetic import cast


def to_float(x: Any, name: str | None = "ToFloat") -> Tensor:
    """x as float32."""
    return cast(x, dtypes.float32, name)


def to_double(x: Any, name: str | None = "ToDouble") -> Tensor:
    """x as float64."""
    return cast(x, dtypes.float64, name)


def to_int32(x: Any, name: str | None = "ToInt32") -> Tensor:
    """x as int32, cut towards zero."""
    return cast(x, dtypes.int32, name)


def to_int64(x: Any, name: str | None = "ToInt64") -> Tensor:
    """x as int64, cut towards zero."""
    return cast(x, dtypes.int64, name)
