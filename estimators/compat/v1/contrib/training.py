"""tf.contrib.training."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from estimators.hparams import HParams
from model_fns.train_op import add_gradients_summaries, clip_gradient_norms, create_train_op, multiply_gradients

__all__ = [
    "HParams",
    "add_gradients_summaries",
    "clip_gradient_norms",
    "create_train_op",
    "multiply_gradients",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
