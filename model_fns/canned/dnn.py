"""A deep neural network on feature columns: its logits, and the model function of DNNClassifier and DNNRegressor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from model_fns.canned.optimizers import optimizer_of
from model_fns.estimator_spec import EstimatorSpec
from model_fns.feature_columns.input_layer import input_layer
from model_fns.graph.tensor import Tensor
from model_fns.heads.head import Head
from model_fns.initializers import glorot_uniform_initializer
from model_fns.layers.batch_normalization import batch_normalization
from model_fns.layers.dense import dense
from model_fns.layers.dropout import dropout as dropped_out
from model_fns.mode_keys import ModeKeys
from model_fns.ops.counting import zero_fraction
from model_fns.summary import histogram, scalar
from model_fns.variable_scope import VariableScope, variable_scope

LEARNING_RATE = 0.05  # of an optimizer that is only named
_MOMENTUM = 0.999  # of batch normalization, as in tf.contrib.layers.batch_norm


def dnn_logits(
    features: Mapping[str, Any],
    mode: str,
    units: int,
    hidden_units: Iterable[int],
    feature_columns: Any,
    activation_fn: Any,
    dropout: float | None,
    batch_norm: bool,
) -> Tensor:
    """input_layer, then dense layers, each followed by dropout and batch normalization: float32 [batch, units].

    Variables, in the current variable scope: `input_from_feature_columns/input_layer/...`, `hiddenlayer_0/kernel`,
    `hiddenlayer_0/bias`, `hiddenlayer_0/batchnorm_0/...`, ..., `logits/kernel`, `logits/bias`.
    """
    is_training = mode == ModeKeys.TRAIN
    with variable_scope("input_from_feature_columns"):
        net = input_layer(features, feature_columns)
    for number, size in enumerate(hidden_units):
        with variable_scope(f"hiddenlayer_{number}") as scope:
            net = dense(net, size, activation_fn, kernel_initializer=glorot_uniform_initializer(), name=scope)
            if dropout is not None and is_training:
                net = dropped_out(net, dropout, training=True)
            if batch_norm:
                net = batch_normalization(net, momentum=_MOMENTUM, training=is_training, name=f"batchnorm_{number}")
        summarize(net, scope.name)
    with variable_scope("logits") as scope:
        logits = dense(net, units, kernel_initializer=glorot_uniform_initializer(), name=scope)
    summarize(logits, scope.name)
    return logits


def summarize(value: Tensor, tag: str) -> None:
    """A layer's share of zeros and its distribution, for TensorBoard."""
    scalar(f"{tag}/fraction_of_zero_values", zero_fraction(value))
    histogram(f"{tag}/activation", value)


def name_slots_after_parts(scope: VariableScope, part: str) -> None:
    """Gives slots the names that they have in TensorFlow's checkpoints, where the variables of some models are in
    parts, of which there is one: `<variable>/part_0/Ftrl`, or what is left of that after a scope's name is cut off."""
    for variable in scope.trainable_variables():
        variable.slot_scope = f"{variable.op.name}/{part}"


def check_features(features: Any) -> None:
    """ValueError unless features are a dict."""
    if not isinstance(features, dict):
        raise ValueError(f"features should be a dictionary of `Tensor`s. Given type: {type(features)}")


def dnn_model_fn(
    features: Any,
    labels: Any,
    mode: str,
    head: Head,
    hidden_units: Iterable[int],
    feature_columns: Any,
    optimizer: Any,
    activation_fn: Any,
    dropout: float | None,
    batch_norm: bool,
) -> EstimatorSpec:
    """The model function, its own arguments left to be bound. Variables are under `dnn`."""
    optimizer = optimizer_of(optimizer, LEARNING_RATE)
    check_features(features)
    with variable_scope("dnn") as scope:
        logits = dnn_logits(
            features, mode, head.logits_dimension, hidden_units, feature_columns, activation_fn, dropout, batch_norm
        )
    name_slots_after_parts(scope, "t_0")
    # Not inside the variable scope, whose name slots would get once more.
    with logits.graph.name_scope(scope.original_name_scope):
        return head.create_estimator_spec(features, mode, logits, labels, optimizer)
