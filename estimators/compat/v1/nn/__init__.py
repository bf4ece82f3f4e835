"""tf.nn."""

from estimators.compat.missing import of_nn as __getattr__  # noqa: F401
from estimators.compat.v1.nn import rnn_cell
from model_fns.ops.activation import elu, leaky_relu, relu, relu6, selu, sigmoid, softplus, softsign, swish, tanh
from model_fns.ops.bias import bias_add, relu_layer, xw_plus_b
from model_fns.ops.candidate_sampling import (
    fixed_unigram_candidate_sampler,
    log_uniform_candidate_sampler,
    nce_loss,
    sampled_softmax_loss,
    uniform_candidate_sampler,
)
from model_fns.ops.convolution import conv2d
from model_fns.ops.counting import in_top_k, zero_fraction
from model_fns.ops.embeddings import embedding_lookup, embedding_lookup_sparse, safe_embedding_lookup_sparse
from model_fns.ops.moments import batch_normalization, moments
from model_fns.ops.normalization import (
    crelu,
    fused_batch_norm,
    local_response_normalization,
    log_poisson_loss,
    weighted_moments,
)
from model_fns.ops.normalization import local_response_normalization as lrn
from model_fns.ops.norms import l2_loss, l2_normalize
from model_fns.ops.pooling import avg_pool, max_pool, max_pool2d
from model_fns.ops.pooling import avg_pool as avg_pool2d
from model_fns.ops.random import dropout
from model_fns.ops.rearranging import depth_to_space, space_to_depth
from model_fns.ops.softmax import (
    log_softmax,
    sigmoid_cross_entropy_with_logits,
    softmax,
    softmax_cross_entropy_with_logits,
    softmax_cross_entropy_with_logits_v2,
    sparse_softmax_cross_entropy_with_logits,
    weighted_cross_entropy_with_logits,
)
from model_fns.ops.sorting import top_k
from model_fns.ops.space_batch import space_to_batch
from model_fns.ops.sufficient_statistics import (
    batch_norm_with_global_normalization,
    normalize_moments,
    sufficient_statistics,
)
from model_fns.ops.transposed_convolution import (
    atrous_conv2d,
    conv1d,
    conv2d_backprop_filter,
    conv2d_backprop_input,
    conv2d_transpose,
    depthwise_conv2d,
    depthwise_conv2d_native,
    separable_conv2d,
)
from model_fns.ops.windows import avg_pool1d, convolution, max_pool1d, pool
from model_fns.rnn.dynamic import bidirectional_dynamic_rnn, dynamic_rnn
from model_fns.rnn.raw import raw_rnn
from model_fns.rnn.static import static_bidirectional_rnn, static_rnn

__all__ = [
    "atrous_conv2d",
    "avg_pool",
    "avg_pool1d",
    "avg_pool2d",
    "batch_norm_with_global_normalization",
    "batch_normalization",
    "bias_add",
    "bidirectional_dynamic_rnn",
    "conv1d",
    "conv2d",
    "conv2d_backprop_filter",
    "conv2d_backprop_input",
    "conv2d_transpose",
    "convolution",
    "crelu",
    "depth_to_space",
    "depthwise_conv2d",
    "depthwise_conv2d_native",
    "dropout",
    "dynamic_rnn",
    "elu",
    "embedding_lookup",
    "embedding_lookup_sparse",
    "fixed_unigram_candidate_sampler",
    "fused_batch_norm",
    "in_top_k",
    "l2_loss",
    "l2_normalize",
    "leaky_relu",
    "local_response_normalization",
    "log_poisson_loss",
    "log_softmax",
    "log_uniform_candidate_sampler",
    "lrn",
    "max_pool",
    "max_pool1d",
    "max_pool2d",
    "moments",
    "nce_loss",
    "normalize_moments",
    "pool",
    "raw_rnn",
    "relu",
    "relu6",
    "relu_layer",
    "rnn_cell",
    "safe_embedding_lookup_sparse",
    "sampled_softmax_loss",
    "selu",
    "separable_conv2d",
    "sigmoid",
    "sigmoid_cross_entropy_with_logits",
    "softmax",
    "softmax_cross_entropy_with_logits",
    "softmax_cross_entropy_with_logits_v2",
    "softplus",
    "softsign",
    "space_to_batch",
    "space_to_depth",
    "sparse_softmax_cross_entropy_with_logits",
    "static_bidirectional_rnn",
    "static_rnn",
    "sufficient_statistics",
    "swish",
    "tanh",
    "top_k",
    "uniform_candidate_sampler",
    "weighted_cross_entropy_with_logits",
    "weighted_moments",
    "xw_plus_b",
    "zero_fraction",
]
