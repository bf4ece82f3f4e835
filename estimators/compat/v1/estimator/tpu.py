"""tf.estimator.tpu."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from estimators.tpu_config import InputPipelineConfig, TPUConfig
from estimators.tpu_config import TPURunConfig as RunConfig
from estimators.tpu_estimator import TPUEstimator, TPUEstimatorSpec

__all__ = [
    "InputPipelineConfig",
    "RunConfig",
    "TPUConfig",
    "TPUEstimator",
    "TPUEstimatorSpec",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
