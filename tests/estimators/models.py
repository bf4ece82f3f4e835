"""Small models and inputs that the Estimator's tests share."""

from __future__ import annotations

from typing import Any

import numpy as np

from input_fns.datasets import load_digits
from input_fns.numpy_input import numpy_input_fn
from model_fns import layers, losses, metrics
from model_fns.estimator_spec import EstimatorSpec
from model_fns.global_step import get_global_step
from model_fns.mode_keys import ModeKeys
from model_fns.ops.activation import relu
from model_fns.ops.reduction import argmax
from model_fns.ops.shaping import reshape
from model_fns.ops.softmax import softmax
from model_fns.optimizers import AdamOptimizer

DIGITS = load_digits()


def network(features: Any, mode: str, params: dict[str, Any]) -> Any:
    """Convolution, pooling, dropout and two dense layers on 8x8 digits."""
    x = features["x"] if isinstance(features, dict) else features
    if params.get("convolution"):
        x = layers.conv2d(reshape(x, [-1, 8, 8, 1]), params.get("filters", 6), 3, padding="same", activation=relu)
        x = layers.flatten(layers.max_pooling2d(x, 2, 2))
    x = layers.dense(x, params.get("units", 25), relu)
    x = layers.dropout(x, params.get("rate", 0.2), training=mode == ModeKeys.TRAIN)
    return layers.dense(x, 10, name="logits")


def model_fn(features: Any, labels: Any, mode: str, params: dict[str, Any]) -> EstimatorSpec:
    logits = network(features, mode, params)
    predictions = {"classes": argmax(logits, 1), "probabilities": softmax(logits, name="softmax_tensor")}
    if mode == ModeKeys.PREDICT:
        return EstimatorSpec(mode, predictions=predictions)
    loss = losses.sparse_softmax_cross_entropy(labels, logits)
    if mode == ModeKeys.EVAL:
        return EstimatorSpec(
            mode, loss=loss, eval_metric_ops={"accuracy": metrics.accuracy(labels, predictions["classes"])}
        )
    train_op = AdamOptimizer(params.get("learning_rate", 1e-3)).minimize(loss, global_step=get_global_step())
    return EstimatorSpec(mode, loss=loss, train_op=train_op)


def training_input(batch_size: int = 32, num_epochs: int | None = None, shuffle: bool = True) -> Any:
    return numpy_input_fn({"x": DIGITS.train.features}, DIGITS.train.labels, batch_size, num_epochs, shuffle)


def test_input(batch_size: int = 100) -> Any:
    return numpy_input_fn({"x": DIGITS.test.features}, DIGITS.test.labels, batch_size, 1, False)


def prediction_input(count: int = 10, batch_size: int = 4) -> Any:
    return numpy_input_fn({"x": DIGITS.test.features[:count]}, None, batch_size, 1, False)


def line_input(rows: int = 20) -> Any:
    x = np.linspace(-1, 1, rows, dtype=np.float32).reshape(-1, 1)
    return numpy_input_fn({"x": x}, 3 * x + 10, 5, None, False)
