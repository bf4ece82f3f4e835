"""tf.distributions."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from model_fns.distributions import Bernoulli, Categorical, Distribution, Normal, Uniform, kl_divergence

__all__ = [
    "Bernoulli",
    "Categorical",
    "Distribution",
    "Normal",
    "Uniform",
    "kl_divergence",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
