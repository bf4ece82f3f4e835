"""Softmax regression, the smallest model that reads digits: python -m estimators train model_fns.softmax_regression

probabilities = softmax(x @ kernel + bias),  all weights 0 at first
"""

from __future__ import annotations

from typing import Any

from model_fns import (
    EstimatorSpec,
    ModeKeys,
    argmax,
    get_global_step,
    initializers,
    layers,
    losses,
    metrics,
    optimizers,
    softmax,
)

INPUT_FNS = "input_fns.mnist"

params = {"learning_rate": 0.5, "batch_size": 100, "epochs": 10}


def model_fn(features: dict[str, Any], labels: Any, mode: str, params: dict[str, Any]) -> EstimatorSpec:
    """Features {"x": images [batch, 28, 28, 1]}, labels [batch] from 0 to 9."""
    pixels = layers.flatten(features["x"])
    logits = layers.dense(pixels, 10, kernel_initializer=initializers.zeros_initializer())

    classes = argmax(logits, axis=1)
    if mode == ModeKeys.PREDICT:
        return EstimatorSpec(mode, predictions={"classes": classes, "probabilities": softmax(logits)})

    loss = losses.sparse_softmax_cross_entropy(labels, logits)
    if mode == ModeKeys.EVAL:
        return EstimatorSpec(mode, loss=loss, eval_metric_ops={"accuracy": metrics.accuracy(labels, classes)})

    optimizer = optimizers.GradientDescentOptimizer(params["learning_rate"])
    return EstimatorSpec(mode, loss=loss, train_op=optimizer.minimize(loss, get_global_step()))
