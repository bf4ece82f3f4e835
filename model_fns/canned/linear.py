"""A linear model on feature columns: its logits, and the model function of LinearClassifier and LinearRegressor."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from model_fns.canned.dnn import check_features, name_slots_after_parts
from model_fns.canned.optimizers import optimizer_of
from model_fns.estimator_spec import EstimatorSpec
from model_fns.feature_columns.linear_model import linear_model
from model_fns.graph.graph import get_default_graph
from model_fns.graph.tensor import Tensor
from model_fns.heads.head import Head
from model_fns.ops.arithmetic import add_n
from model_fns.ops.control import identity
from model_fns.ops.counting import zero_fraction
from model_fns.optimizers.ftrl import FtrlOptimizer
from model_fns.summary import histogram, scalar
from model_fns.variable_scope import variable_scope

LEARNING_RATE = 0.2  # of an optimizer that is only named


def linear_logits(features: Mapping[str, Any], units: int, feature_columns: Any, sparse_combiner: str) -> Tensor:
    """linear_model, with a look at its weights for TensorBoard: float32 [batch, units]."""
    by_column: dict[Any, Any] = {}
    logits = linear_model(features, feature_columns, units, sparse_combiner, cols_to_vars=by_column)
    (bias,) = by_column.pop("bias")
    if units > 1:
        histogram("bias", bias)
    else:
        scalar("bias", bias[0])
    scalar("fraction_of_zero_weights", _zeros_among([variables[0] for variables in by_column.values()]))
    return logits


def _zeros_among(variables: list[Any]) -> Tensor:
    """The share of zeros among all elements of the variables."""
    with get_default_graph().name_scope("zero_fraction"):
        counts = [variable.shape.num_elements() for variable in variables]
        zeros = [zero_fraction(v) * float(count) for v, count in zip(variables, counts, strict=True)]
        return identity(add_n(zeros) / float(sum(counts)), name="zero_fraction_or_nan")


def default_optimizer(feature_columns: Any, at_most: float = LEARNING_RATE) -> FtrlOptimizer:
    """FTRL with a rate that falls with the number of columns."""
    return FtrlOptimizer(default_learning_rate(feature_columns, at_most))


def default_learning_rate(feature_columns: Any, at_most: float) -> float:
    """1 / sqrt(columns), but not more than `at_most`."""
    return min(at_most, 1.0 / math.sqrt(len(feature_columns)))


def linear_model_fn(
    features: Any,
    labels: Any,
    mode: str,
    head: Head,
    feature_columns: Any,
    optimizer: Any,
    sparse_combiner: str,
) -> EstimatorSpec:
    """The model function, its own arguments left to be bound. Variables are under `linear/linear_model`."""
    check_features(features)
    with variable_scope("linear") as scope:
        logits = linear_logits(features, head.logits_dimension, feature_columns, sparse_combiner)
    optimizer = optimizer_of(optimizer or default_optimizer(feature_columns), LEARNING_RATE)
    name_slots_after_parts(scope, "part_0")
    # Not inside the variable scope, whose name slots would get once more.
    with logits.graph.name_scope(scope.original_name_scope):
        return head.create_estimator_spec(features, mode, logits, labels, optimizer)
