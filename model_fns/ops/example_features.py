"""What parse_example is asked for: a feature's type and shape, and what stands for one that is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, final

import numpy as np

from model_fns.example_features import FixedLenFeature, VarLenFeature
from model_fns.graph.constant import FrozenArray, as_array
from model_fns.graph.dtypes import DType, as_dtype, float32, int64, string
from model_fns.graph.shapes import TensorShape

_TYPES = (float32, int64, string)


class FixedLenSequenceFeature(NamedTuple):
    """A feature with any number of items of one shape; examples with fewer are filled up with the default value."""

    shape: Any
    dtype: Any
    allow_missing: bool = False
    default_value: Any = None


@final
@dataclass(frozen=True)
class Wanted:
    """A feature as the op takes it. `kind`: fixed, sequence or sparse; `fill`: for what is missing, None if nothing."""

    key: str
    kind: str
    dtype: DType
    shape: tuple[int, ...] = ()
    fill: FrozenArray | None = None


def wanted_features(features: Mapping[str, Any]) -> tuple[Wanted, ...]:
    """The features in the order of their names. ValueError or TypeError for what is none."""
    if not features:
        raise ValueError(f"Missing: features was {features}.")
    return tuple(_wanted(key, features[key]) for key in sorted(features))


def _wanted(key: str, feature: Any) -> Wanted:
    if not isinstance(feature, FixedLenFeature | VarLenFeature | FixedLenSequenceFeature):
        raise ValueError(f"Invalid feature {key}:{feature}.")
    if not feature.dtype:
        raise ValueError(f"Missing type for feature {key}.")
    dtype = as_dtype(feature.dtype)
    if dtype not in _TYPES:
        parameter = "sparse_types" if isinstance(feature, VarLenFeature) else "dense_defaults"
        raise TypeError(
            f"Value passed to parameter '{parameter}' has DataType {dtype.name} not in list of allowed values: "
            "float32, int64, string"
        )
    if isinstance(feature, VarLenFeature):
        return Wanted(key, "sparse", dtype)
    shape = _shape(key, feature)
    if isinstance(feature, FixedLenFeature):
        given = feature.default_value
        return Wanted(key, "fixed", dtype, shape, None if given is None else _default(given, dtype, shape))
    if not feature.allow_missing:
        raise ValueError(f"Unsupported: FixedLenSequenceFeature requires allow_missing to be True. (Feature: {key}.)")
    natural = b"" if dtype == string else 0
    return Wanted(key, "sequence", dtype, shape, _default(feature.default_value or natural, dtype, ()))


def _shape(key: str, feature: FixedLenFeature | FixedLenSequenceFeature) -> tuple[int, ...]:
    if feature.shape is None:
        raise ValueError(f"Missing shape for feature {key}.")
    sizes = TensorShape(feature.shape).as_list()
    if isinstance(feature, FixedLenFeature) and sizes and sizes[0] is None:
        raise ValueError(f"First dimension of shape for feature {key} unknown. Consider using FixedLenSequenceFeature.")
    if None in sizes:
        raise ValueError(f"All dimensions of shape for feature {key} need to be known but received {sizes}.")
    return tuple(size for size in sizes if size is not None)


def _default(value: Any, dtype: DType, shape: tuple[int, ...]) -> FrozenArray:
    array = as_array(value, dtype)
    count = int(np.prod(shape))
    if array.size != count:
        raise ValueError(
            f"Cannot reshape a tensor with {array.size} elements to shape {list(shape)} ({count} elements)"
        )
    return FrozenArray(array.reshape(shape))
