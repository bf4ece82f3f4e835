"""A multi-layer perceptron, 64-25-10, for the 8x8 digits: python -m estimators train model_fns.mlp_digits"""

from __future__ import annotations

from typing import Any

from model_fns import (
    EstimatorSpec,
    ModeKeys,
    argmax,
    get_global_step,
    layers,
    losses,
    metrics,
    optimizers,
    relu,
    softmax,
)

INPUT_FNS = "input_fns.digits"

params = {"learning_rate": 1e-3, "hidden_units": 25, "batch_size": 32, "epochs": 50}


def model_fn(features: dict[str, Any], labels: Any, mode: str, params: dict[str, Any]) -> EstimatorSpec:
    """Features {"x": images [batch, 64]}, labels [batch] from 0 to 9."""
    hidden = layers.dense(features["x"], params["hidden_units"], relu)
    logits = layers.dense(hidden, 10)

    classes = argmax(logits, axis=1)
    if mode == ModeKeys.PREDICT:
        return EstimatorSpec(mode, predictions={"classes": classes, "probabilities": softmax(logits)})

    loss = losses.sparse_softmax_cross_entropy(labels, logits)
    if mode == ModeKeys.EVAL:
        return EstimatorSpec(mode, loss=loss, eval_metric_ops={"accuracy": metrics.accuracy(labels, classes)})

    optimizer = optimizers.AdamOptimizer(params["learning_rate"])
    return EstimatorSpec(mode, loss=loss, train_op=optimizer.minimize(loss, get_global_step()))
