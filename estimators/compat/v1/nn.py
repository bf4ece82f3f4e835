"""tf.nn."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from model_fns.ops.activation import elu, leaky_relu, relu, relu6, selu, sigmoid, softplus, softsign, swish, tanh
from model_fns.ops.bias import bias_add, relu_layer, xw_plus_b
from model_fns.ops.convolution import conv2d
from model_fns.ops.counting import in_top_k, zero_fraction
from model_fns.ops.indexing import embedding_lookup
from model_fns.ops.moments import batch_normalization, moments
from model_fns.ops.norms import l2_loss, l2_normalize
from model_fns.ops.pooling import avg_pool, max_pool
from model_fns.ops.random import dropout
from model_fns.ops.softmax import (
    log_softmax,
    sigmoid_cross_entropy_with_logits,
    softmax,
    softmax_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits_v2,
    sparse_softmax_cross_entropy_with_logits,
    weighted_cross_entropy_with_logits,
)

__all__ = [
    "avg_pool",
    "batch_normalization",
    "bias_add",
    "conv2d",
    "dropout",
    "elu",
    "embedding_lookup",
    "in_top_k",
    "l2_loss",
    "l2_normalize",
    "leaky_relu",
    "log_softmax",
    "max_pool",
    "moments",
    "relu",
    "relu6",
    "relu_layer",
    "selu",
    "sigmoid",
    "sigmoid_cross_entropy_with_logits",
    "softmax",
    "softmax_cross_entropy_with_logits",
    "softmax_cross_entropy_with_logits_v2",
    "softplus",
    "softsign",
    "sparse_softmax_cross_entropy_with_logits",
    "swish",
    "tanh",
    "weighted_cross_entropy_with_logits",
    "xw_plus_b",
    "zero_fraction",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
