"""Estimators: TensorFlow 1's way of training models, on NumPy and numba.

    from estimators import Estimator, RunConfig
    from model_fns import EstimatorSpec, ModeKeys, layers, losses, metrics, optimizers
    from input_fns import numpy_input_fn

Old programs change one line: `import estimators.compat.v1 as tf`.
"""

from estimators import logging
from estimators.best_metric import BestMetric
from estimators.checkpoint.best import BestCheckpoint, best_checkpoint
from estimators.checkpoint.state_file import latest_checkpoint
from estimators.estimator import Estimator
from estimators.hooks import (
    CheckpointSaverHook,
    CheckpointSaverListener,
    FinalOpsHook,
    LoggingTensorHook,
    NanTensorHook,
    ProgressBarHook,
    SessionRunArgs,
    SessionRunContext,
    SessionRunHook,
    SessionRunValues,
    StepCounterHook,
    StopAtStepHook,
)
from estimators.run_config import RunConfig
from estimators.scaffold import Scaffold
from estimators.session import Session
from estimators.session_config import ConfigProto
from estimators.train_and_evaluate import EvalSpec, TrainSpec, train_and_evaluate
from estimators.training_result import StopReason, TrainingResult
from estimators.version import __version__
from input_fns.numpy_input import numpy_input_fn
from input_fns.pandas_input import pandas_input_fn
from model_fns.estimator_spec import EstimatorSpec
from model_fns.mode_keys import ModeKeys

__all__ = [
    "BestCheckpoint",
    "BestMetric",
    "CheckpointSaverHook",
    "CheckpointSaverListener",
    "ConfigProto",
    "Estimator",
    "EstimatorSpec",
    "EvalSpec",
    "FinalOpsHook",
    "LoggingTensorHook",
    "ModeKeys",
    "NanTensorHook",
    "ProgressBarHook",
    "RunConfig",
    "Scaffold",
    "Session",
    "SessionRunArgs",
    "SessionRunContext",
    "SessionRunHook",
    "SessionRunValues",
    "StepCounterHook",
    "StopAtStepHook",
    "StopReason",
    "TrainSpec",
    "TrainingResult",
    "__version__",
    "best_checkpoint",
    "latest_checkpoint",
    "logging",
    "numpy_input_fn",
    "pandas_input_fn",
    "train_and_evaluate",
]
