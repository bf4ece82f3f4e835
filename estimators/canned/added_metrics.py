"""add_metrics: an estimator with more to judge it by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from estimators.built_graph import argument_names
from estimators.estimator import Estimator
from model_fns.mode_keys import ModeKeys

_ARGUMENTS = ("features", "labels", "predictions", "config")


def add_metrics(estimator: Estimator, metric_fn: Callable[..., Any]) -> Estimator:
    """A new estimator with the model and the directory of `estimator` whose evaluations have further metrics.

    `metric_fn` takes those of features, labels, predictions and config that it names, and returns pairs (value,
    update_op) by name; a name that is there already is replaced. ValueError if it takes other arguments.
    """
    names = argument_names(metric_fn)
    unexpected = [name for name in names if name not in _ARGUMENTS]
    if unexpected:
        raise ValueError(f"metric_fn ({metric_fn}) has following not expected args: {unexpected}")

    def model_fn(features: Any, labels: Any, mode: str, config: Any) -> Any:
        spec = estimator.model_fn(features, labels, mode, config)
        if mode != ModeKeys.EVAL:
            return spec
        given = {"features": features, "labels": labels, "predictions": spec.predictions, "config": config}
        added = metric_fn(**{name: given[name] for name in names})
        return spec._replace(eval_metric_ops={**(spec.eval_metric_ops or {}), **added})

    return Estimator(model_fn, estimator.model_dir, estimator.config)
