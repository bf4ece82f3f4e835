"""tf.contrib.estimator."""

from __future__ import annotations

from typing import Any

from estimators.canned.added_metrics import add_metrics
from estimators.compat.missing import missing
from estimators.early_stopping import (
    make_early_stopping_hook,
    read_eval_metrics,
    stop_if_higher_hook,
    stop_if_lower_hook,
    stop_if_no_decrease_hook,
    stop_if_no_increase_hook,
)
from estimators.hooks.in_memory_evaluator import InMemoryEvaluatorHook
from model_fns.heads.binary import binary_classification_head
from model_fns.heads.multi_class import multi_class_head
from model_fns.heads.regression import regression_head

__all__ = [
    "InMemoryEvaluatorHook",
    "add_metrics",
    "binary_classification_head",
    "make_early_stopping_hook",
    "multi_class_head",
    "read_eval_metrics",
    "regression_head",
    "stop_if_higher_hook",
    "stop_if_lower_hook",
    "stop_if_no_decrease_hook",
    "stop_if_no_increase_hook",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
