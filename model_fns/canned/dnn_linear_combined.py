"""A linear model and a deep one side by side (Cheng et al. 2016: Wide & Deep Learning for Recommender Systems)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from model_fns.canned.dnn import check_features, dnn_logits, summarize
from model_fns.canned.linear import default_learning_rate, linear_logits
from model_fns.canned.optimizers import optimizer_of
from model_fns.estimator_spec import EstimatorSpec
from model_fns.global_step import get_global_step
from model_fns.graph.graph import get_default_graph
from model_fns.graph.keys import GraphKeys
from model_fns.graph.tensor import Tensor
from model_fns.heads.head import Head
from model_fns.ops.control import group
from model_fns.variable_scope import variable_scope
from model_fns.variables import assign_add

# Learning rates of optimizers that are only named.
DNN_LEARNING_RATE = 0.001
LINEAR_LEARNING_RATE = 0.005


def dnn_linear_combined_model_fn(
    features: Any,
    labels: Any,
    mode: str,
    head: Head,
    linear_feature_columns: Sequence[Any],
    linear_optimizer: Any,
    linear_sparse_combiner: str,
    dnn_feature_columns: Sequence[Any],
    dnn_optimizer: Any,
    dnn_hidden_units: Sequence[int] | None,
    dnn_activation_fn: Any,
    dnn_dropout: float | None,
    batch_norm: bool,
) -> EstimatorSpec:
    """The model function, its own arguments left to be bound: the sum of both models' logits.

    Either part may be absent. Variables are under `dnn` and `linear/linear_model`, each trained by its own optimizer.
    Raises ValueError without any columns, and for columns of a network without layers.
    """
    check_features(features)
    if not linear_feature_columns and not dnn_feature_columns:
        raise ValueError("Either linear_feature_columns or dnn_feature_columns must be defined.")
    logits: list[Tensor] = []
    trained_by: dict[str, Any] = {}
    if dnn_feature_columns:
        trained_by["dnn/"] = optimizer_of(dnn_optimizer, DNN_LEARNING_RATE)
        if not dnn_hidden_units:
            raise ValueError("dnn_hidden_units must be defined when dnn_feature_columns is specified.")
        with variable_scope("dnn"):
            logits.append(
                dnn_logits(
                    features,
                    mode,
                    head.logits_dimension,
                    dnn_hidden_units,
                    dnn_feature_columns,
                    dnn_activation_fn,
                    dnn_dropout,
                    batch_norm,
                )
            )
    if linear_feature_columns:
        rate = default_learning_rate(linear_feature_columns, LINEAR_LEARNING_RATE)
        trained_by["linear/"] = optimizer_of(linear_optimizer, rate)
        with variable_scope("linear") as scope:
            logits.append(
                linear_logits(features, head.logits_dimension, linear_feature_columns, linear_sparse_combiner)
            )
            summarize(logits[-1], scope.name)

    def train_op_fn(loss: Tensor) -> Any:
        graph = get_default_graph()
        steps = [
            optimizer.minimize(loss, var_list=graph.get_collection(GraphKeys.TRAINABLE_VARIABLES, scope))
            for scope, optimizer in trained_by.items()
        ]
        with graph.control_dependencies([group(*steps)]):
            return assign_add(get_global_step(), 1).op

    total = logits[0] + logits[1] if len(logits) > 1 else logits[0]
    return head.create_estimator_spec(features, mode, total, labels, train_op_fn=train_op_fn)
