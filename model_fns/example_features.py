"""How the features of a tf.train.Example are to be read: `tf.FixedLenFeature` and `tf.VarLenFeature`."""

from __future__ import annotations

from typing import Any, NamedTuple


class FixedLenFeature(NamedTuple):
    """As many values in each example as fill `shape`; `default_value` where an example has none, else it must."""

    shape: Any
    dtype: Any
    default_value: Any = None


class VarLenFeature(NamedTuple):
    """Any number of values in each example."""

    dtype: Any
