"""tf.contrib.layers."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from model_fns.contrib_initializers import variance_scaling_initializer, xavier_initializer
from model_fns.contrib_initializers import xavier_initializer as xavier_initializer_conv2d
from model_fns.contrib_layers import (
    avg_pool2d,
    batch_norm,
    conv2d,
    convolution,
    dropout,
    embed_sequence,
    flatten,
    fully_connected,
    linear,
    max_pool2d,
    one_hot_encoding,
    relu,
    repeat,
    stack,
)
from model_fns.contrib_layers import conv2d as convolution2d
from model_fns.contrib_optimize_loss import OPTIMIZER_CLS_NAMES, OPTIMIZER_SUMMARIES, optimize_loss
from model_fns.regularizers import l1_l2_regularizer, l1_regularizer, l2_regularizer

__all__ = [
    "OPTIMIZER_CLS_NAMES",
    "OPTIMIZER_SUMMARIES",
    "avg_pool2d",
    "batch_norm",
    "conv2d",
    "convolution",
    "convolution2d",
    "dropout",
    "embed_sequence",
    "flatten",
    "fully_connected",
    "l1_l2_regularizer",
    "l1_regularizer",
    "l2_regularizer",
    "linear",
    "max_pool2d",
    "one_hot_encoding",
    "optimize_loss",
    "relu",
    "repeat",
    "stack",
    "variance_scaling_initializer",
    "xavier_initializer",
    "xavier_initializer_conv2d",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
