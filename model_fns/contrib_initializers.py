"""Initializers under the names and with the factors of `tf.contrib.layers`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, final

from model_fns.graph.dtypes import as_dtype, float32
from model_fns.graph.tensor import Tensor
from model_fns.initializers import fans
from model_fns.ops.random import random_uniform, truncated_normal


@final
@dataclass(frozen=True)
class ContribVarianceScaling:
    """Random numbers of variance factor / n; n counts inputs (FAN_IN), outputs (FAN_OUT) or their mean (FAN_AVG)."""

    factor: float
    mode: str
    uniform: bool
    seed: int | None
    dtype: Any

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        inputs, outputs = fans(shape)
        count = {"FAN_IN": inputs, "FAN_OUT": outputs, "FAN_AVG": (inputs + outputs) / 2}[self.mode]
        kind = as_dtype(dtype or self.dtype)
        if self.uniform:
            limit = math.sqrt(3.0 * self.factor / count)
            return random_uniform(shape, -limit, limit, kind, self.seed)
        # 1.3 makes up for what truncation at two deviations takes from the variance
        return truncated_normal(shape, 0.0, math.sqrt(1.3 * self.factor / count), kind, self.seed)


def variance_scaling_initializer(
    factor: float = 2.0, mode: str = "FAN_IN", uniform: bool = False, seed: int | None = None, dtype: Any = float32
) -> ContribVarianceScaling:
    """By default He, Zhang, Ren, Sun 2015. TypeError for a type that is not floating, ValueError for another mode."""
    if not as_dtype(dtype).is_floating:
        raise TypeError("Cannot create initializer for non-floating point type.")
    if mode not in ("FAN_IN", "FAN_OUT", "FAN_AVG"):
        raise TypeError("Unknown mode %s [FAN_IN, FAN_OUT, FAN_AVG]", mode)
    return ContribVarianceScaling(factor, mode, uniform, seed, dtype)


def xavier_initializer(uniform: bool = True, seed: int | None = None, dtype: Any = float32) -> ContribVarianceScaling:
    """Glorot, Bengio 2010: variance 2 / (inputs + outputs)."""
    return variance_scaling_initializer(1.0, "FAN_AVG", uniform, seed, dtype)
