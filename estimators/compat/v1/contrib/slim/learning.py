"""tf.contrib.slim.learning."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from estimators.slim_training import train, train_step
from model_fns.train_op import add_gradients_summaries, clip_gradient_norms, multiply_gradients
from model_fns.train_op import create_clipped_train_op as create_train_op

__all__ = [
    "add_gradients_summaries",
    "clip_gradient_norms",
    "create_train_op",
    "multiply_gradients",
    "train",
    "train_step",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
