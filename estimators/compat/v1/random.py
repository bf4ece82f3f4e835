"""tf.random."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from model_fns.graph.graph import set_random_seed
from model_fns.ops.candidate_sampling import (
    fixed_unigram_candidate_sampler,
    log_uniform_candidate_sampler,
    uniform_candidate_sampler,
)
from model_fns.ops.image_random import categorical, multinomial
from model_fns.ops.random import random_normal as normal
from model_fns.ops.random import random_shuffle as shuffle
from model_fns.ops.random import random_uniform as uniform
from model_fns.ops.random import truncated_normal

__all__ = [
    "categorical",
    "fixed_unigram_candidate_sampler",
    "log_uniform_candidate_sampler",
    "multinomial",
    "normal",
    "set_random_seed",
    "shuffle",
    "truncated_normal",
    "uniform",
    "uniform_candidate_sampler",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
