"""Linear regression, which finds y = 3 x + 10: python -m estimators train model_fns.linear_regression"""

from __future__ import annotations

from typing import Any

from model_fns import EstimatorSpec, ModeKeys, get_global_step, layers, losses, optimizers

INPUT_FNS = "input_fns.line"

params = {"learning_rate": 0.1, "batch_size": 10, "steps": 500}


def model_fn(features: dict[str, Any], labels: Any, mode: str, params: dict[str, Any]) -> EstimatorSpec:
    """Features {"x": [batch, 1]}, labels [batch, 1]."""
    values = layers.dense(features["x"], 1)
    if mode == ModeKeys.PREDICT:
        return EstimatorSpec(mode, predictions={"values": values})

    loss = losses.mean_squared_error(labels, values)
    if mode == ModeKeys.EVAL:
        return EstimatorSpec(mode, loss=loss)

    optimizer = optimizers.GradientDescentOptimizer(params["learning_rate"])
    return EstimatorSpec(mode, loss=loss, train_op=optimizer.minimize(loss, get_global_step()))
