"""Describes models: layers, losses, metrics, optimizers and operations of a graph, and the EstimatorSpec of them all.

    from model_fns import EstimatorSpec, ModeKeys, layers, losses, metrics, optimizers

Modules that hold a whole model, to run or to copy from: linear_regression, softmax_regression, mlp_digits, lenet,
mnist_cnn.
"""

from model_fns import initializers, layers, losses, metrics, optimizers, regularizers, schedules, summary
from model_fns.estimator_spec import EstimatorSpec
from model_fns.global_step import get_global_step, get_or_create_global_step
from model_fns.graph.constant import constant
from model_fns.graph.keys import GraphKeys
from model_fns.mode_keys import ModeKeys
from model_fns.ops.activation import elu, leaky_relu, relu, sigmoid, tanh
from model_fns.ops.arithmetic import cast, square
from model_fns.ops.comparison import equal, where
from model_fns.ops.control import identity
from model_fns.ops.elementary import exp, log, sqrt
from model_fns.ops.embeddings import embedding_lookup
from model_fns.ops.indexing import gather, one_hot
from model_fns.ops.joining import concat, stack, transpose
from model_fns.ops.linalg import matmul
from model_fns.ops.reduction import argmax, reduce_max, reduce_mean, reduce_sum
from model_fns.ops.shaping import expand_dims, reshape, shape, squeeze
from model_fns.ops.softmax import log_softmax, softmax
from model_fns.variable_scope import get_variable, variable_scope

__all__ = [
    "EstimatorSpec",
    "GraphKeys",
    "ModeKeys",
    "argmax",
    "cast",
    "concat",
    "constant",
    "elu",
    "embedding_lookup",
    "equal",
    "exp",
    "expand_dims",
    "gather",
    "get_global_step",
    "get_or_create_global_step",
    "get_variable",
    "identity",
    "initializers",
    "layers",
    "leaky_relu",
    "log",
    "log_softmax",
    "losses",
    "matmul",
    "metrics",
    "one_hot",
    "optimizers",
    "reduce_max",
    "reduce_mean",
    "reduce_sum",
    "regularizers",
    "relu",
    "reshape",
    "schedules",
    "shape",
    "sigmoid",
    "softmax",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "summary",
    "tanh",
    "transpose",
    "variable_scope",
    "where",
]
