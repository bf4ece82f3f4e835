"""A model that knows nothing but the labels: the model function of BaselineClassifier and BaselineRegressor."""

from __future__ import annotations

from typing import Any

from model_fns.canned.optimizers import optimizer_of
from model_fns.estimator_spec import EstimatorSpec
from model_fns.feature_columns.numeric import NumericColumn
from model_fns.global_step import get_global_step
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.tensor import Tensor
from model_fns.heads.head import Head
from model_fns.initializers import Zeros
from model_fns.ops.arithmetic import multiply
from model_fns.ops.shaping import ones, shape
from model_fns.variable_scope import get_variable, variable_scope

LEARNING_RATE = 0.3  # of an optimizer that is only named


def baseline_model_fn(
    features: Any, labels: Any, mode: str, head: Head, optimizer: Any, weight_column: Any
) -> EstimatorSpec:
    """The model function, its own arguments left to be bound: one bias for all examples, `baseline/bias`."""
    with variable_scope("baseline"):
        bias = get_variable("bias", shape=[head.logits_dimension], initializer=Zeros())
        batch = shape(_any_feature(features, weight_column))[0]
        logits = multiply(bias, ones([batch, head.logits_dimension]))

    def train_op_fn(loss: Tensor) -> Any:
        return optimizer_of(optimizer, LEARNING_RATE).minimize(loss, global_step=get_global_step())

    return head.create_estimator_spec(features, mode, logits, labels, train_op_fn=train_op_fn)


def _any_feature(features: Any, weight_column: Any) -> Tensor:
    """A feature, to tell the batch by. The weights do not count: there are none to predict with."""
    weights = weight_column.key if isinstance(weight_column, NumericColumn) else weight_column
    if isinstance(features, dict):
        others = [feature for key, feature in features.items() if key != weights]
        if not others:
            raise ValueError(
                "A baseline model takes the number of examples from a feature besides the weights, but the input has "
                f"only {sorted(features)}."
            )
        return convert_to_tensor(others[0])
    return convert_to_tensor(features)
