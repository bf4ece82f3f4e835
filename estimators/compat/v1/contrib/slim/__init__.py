"""tf.contrib.slim."""

from estimators.compat.missing import of_slim as __getattr__  # noqa: F401
from estimators.compat.v1.contrib import losses, metrics
from estimators.compat.v1.contrib.slim import learning, utils
from estimators.restored_variables import (
    assign_from_checkpoint,
    assign_from_checkpoint_fn,
    assign_from_values,
    assign_from_values_fn,
)
from model_fns.arg_scope import add_arg_scope, arg_scope, arg_scoped_arguments, current_arg_scope, has_arg_scope
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
from model_fns.contrib_variables import (
    add_model_variable,
    filter_variables,
    get_local_variables,
    get_model_variables,
    get_trainable_variables,
    get_unique_variable,
    get_variable_full_name,
    get_variables,
    get_variables_by_name,
    get_variables_by_suffix,
    get_variables_to_restore,
    local_variable,
    model_variable,
    variable,
)
from model_fns.global_step import assert_global_step, create_global_step, get_global_step, get_or_create_global_step
from model_fns.regularizers import l1_l2_regularizer, l1_regularizer, l2_regularizer

__all__ = [
    "OPTIMIZER_CLS_NAMES",
    "OPTIMIZER_SUMMARIES",
    "add_arg_scope",
    "add_model_variable",
    "apply_regularization",
    "arg_scope",
    "arg_scoped_arguments",
    "assert_global_step",
    "assign_from_checkpoint",
    "assign_from_checkpoint_fn",
    "assign_from_values",
    "assign_from_values_fn",
    "avg_pool2d",
    "batch_norm",
    "bias_add",
    "conv2d",
    "conv2d_transpose",
    "convolution",
    "convolution2d",
    "convolution2d_transpose",
    "create_global_step",
    "current_arg_scope",
    "dropout",
    "embed_sequence",
    "filter_variables",
    "flatten",
    "fully_connected",
    "get_global_step",
    "get_local_variables",
    "get_model_variables",
    "get_or_create_global_step",
    "get_trainable_variables",
    "get_unique_variable",
    "get_variable_full_name",
    "get_variables",
    "get_variables_by_name",
    "get_variables_by_suffix",
    "get_variables_to_restore",
    "has_arg_scope",
    "instance_norm",
    "l1_l2_regularizer",
    "l1_regularizer",
    "l2_regularizer",
    "layer_norm",
    "learning",
    "linear",
    "local_variable",
    "losses",
    "max_pool2d",
    "maxout",
    "metrics",
    "model_variable",
    "one_hot_encoding",
    "optimize_loss",
    "relu",
    "repeat",
    "separable_conv2d",
    "separable_convolution2d",
    "softmax",
    "stack",
    "sum_regularizer",
    "summarize_collection",
    "summarize_tensor",
    "summarize_tensors",
    "unit_norm",
    "utils",
    "variable",
    "variance_scaling_initializer",
    "xavier_initializer",
    "xavier_initializer_conv2d",
]
