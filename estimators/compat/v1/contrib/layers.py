"""tf.contrib.layers."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from model_fns.contrib_convolutions import conv2d_transpose, separable_conv2d
from model_fns.contrib_convolutions import conv2d_transpose as convolution2d_transpose
from model_fns.contrib_convolutions import separable_conv2d as separable_convolution2d
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
from model_fns.contrib_normalization import bias_add, instance_norm, layer_norm, maxout, softmax, unit_norm
from model_fns.contrib_optimize_loss import OPTIMIZER_CLS_NAMES, OPTIMIZER_SUMMARIES, optimize_loss
from model_fns.contrib_regularization import (
    apply_regularization,
    sum_regularizer,
    summarize_collection,
    summarize_tensor,
    summarize_tensors,
)
from model_fns.ops.embeddings import safe_embedding_lookup_sparse
from model_fns.regularizers import l1_l2_regularizer, l1_regularizer, l2_regularizer

__all__ = [
    "OPTIMIZER_CLS_NAMES",
    "OPTIMIZER_SUMMARIES",
    "apply_regularization",
    "avg_pool2d",
    "batch_norm",
    "bias_add",
    "conv2d",
    "conv2d_transpose",
    "convolution",
    "convolution2d",
    "convolution2d_transpose",
    "dropout",
    "embed_sequence",
    "flatten",
    "fully_connected",
    "instance_norm",
    "l1_l2_regularizer",
    "l1_regularizer",
    "l2_regularizer",
    "layer_norm",
    "linear",
    "max_pool2d",
    "maxout",
    "one_hot_encoding",
    "optimize_loss",
    "relu",
    "repeat",
    "safe_embedding_lookup_sparse",
    "separable_conv2d",
    "separable_convolution2d",
    "softmax",
    "stack",
    "sum_regularizer",
    "summarize_collection",
    "summarize_tensor",
    "summarize_tensors",
    "unit_norm",
    "variance_scaling_initializer",
    "xavier_initializer",
    "xavier_initializer_conv2d",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
