"""tf.contrib.layers."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from model_fns.contrib_initializers import variance_scaling_initializer, xavier_initializer
from model_fns.contrib_initializers import xavier_initializer as xavier_initializer_conv2d
from model_fns.contrib_layers import flatten
from model_fns.regularizers import l1_l2_regularizer, l1_regularizer, l2_regularizer

__all__ = [
    "flatten",
    "l1_l2_regularizer",
    "l1_regularizer",
    "l2_regularizer",
    "variance_scaling_initializer",
    "xavier_initializer",
    "xavier_initializer_conv2d",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
