"""tf.estimator."""

from estimators.canned.baseline import BaselineClassifier, BaselineEstimator, BaselineRegressor
from estimators.canned.dnn import DNNClassifier, DNNEstimator, DNNRegressor
from estimators.canned.dnn_linear_combined import (
    DNNLinearCombinedClassifier,
    DNNLinearCombinedEstimator,
    DNNLinearCombinedRegressor,
)
from estimators.canned.linear import LinearClassifier, LinearEstimator, LinearRegressor
from estimators.compat.missing import of_estimator as __getattr__  # noqa: F401
from estimators.compat.v1.estimator import experimental, export, inputs, tpu
from estimators.estimator import Estimator
from estimators.export.exporters import BestExporter, Exporter, FinalExporter, LatestExporter
from estimators.hooks.checkpoint_saver import CheckpointSaverHook, CheckpointSaverListener
from estimators.hooks.feed_fn import FeedFnHook
from estimators.hooks.final_ops import FinalOpsHook
from estimators.hooks.global_step_waiter import GlobalStepWaiterHook
from estimators.hooks.logging_tensor import LoggingTensorHook
from estimators.hooks.nan_tensor import NanTensorHook
from estimators.hooks.profiler import ProfilerHook
from estimators.hooks.second_or_step_timer import SecondOrStepTimer
from estimators.hooks.session_run_hook import SessionRunArgs, SessionRunContext, SessionRunHook, SessionRunValues
from estimators.hooks.step_counter import StepCounterHook
from estimators.hooks.stop_at_step import StopAtStepHook
from estimators.hooks.summary_saver import SummarySaverHook
from estimators.run_config import RunConfig
from estimators.train_and_evaluate import EvalSpec, TrainSpec, train_and_evaluate
from estimators.warm_start import VocabInfo, WarmStartSettings
from model_fns.errors import NanLossDuringTrainingError
from model_fns.estimator_spec import EstimatorSpec
from model_fns.mode_keys import ModeKeys

__all__ = [
    "BaselineClassifier",
    "BaselineEstimator",
    "BaselineRegressor",
    "BestExporter",
    "CheckpointSaverHook",
    "CheckpointSaverListener",
    "DNNClassifier",
    "DNNEstimator",
    "DNNLinearCombinedClassifier",
    "DNNLinearCombinedEstimator",
    "DNNLinearCombinedRegressor",
    "DNNRegressor",
    "Estimator",
    "EstimatorSpec",
    "EvalSpec",
    "Exporter",
    "FeedFnHook",
    "FinalExporter",
    "FinalOpsHook",
    "GlobalStepWaiterHook",
    "LatestExporter",
    "LinearClassifier",
    "LinearEstimator",
    "LinearRegressor",
    "LoggingTensorHook",
    "ModeKeys",
    "NanLossDuringTrainingError",
    "NanTensorHook",
    "ProfilerHook",
    "RunConfig",
    "SecondOrStepTimer",
    "SessionRunArgs",
    "SessionRunContext",
    "SessionRunHook",
    "SessionRunValues",
    "StepCounterHook",
    "StopAtStepHook",
    "SummarySaverHook",
    "TrainSpec",
    "VocabInfo",
    "WarmStartSettings",
    "experimental",
    "export",
    "inputs",
    "tpu",
    "train_and_evaluate",
]
