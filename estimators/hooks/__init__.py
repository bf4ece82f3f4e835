"""Hooks: what is called around the runs of a training, under TensorFlow 1's names; one file each."""

from estimators.hooks.checkpoint_saver import CheckpointSaverHook, CheckpointSaverListener
from estimators.hooks.feed_fn import FeedFnHook
from estimators.hooks.final_ops import FinalOpsHook
from estimators.hooks.global_step_waiter import GlobalStepWaiterHook
from estimators.hooks.in_memory_evaluator import InMemoryEvaluatorHook
from estimators.hooks.logging_tensor import LoggingTensorHook
from estimators.hooks.nan_tensor import NanTensorHook
from estimators.hooks.profiler import ProfilerHook
from estimators.hooks.progress_bar import ProgressBarHook
from estimators.hooks.second_or_step_timer import SecondOrStepTimer
from estimators.hooks.session_run_hook import (
    SessionRunArgs,
    SessionRunContext,
    SessionRunHook,
    SessionRunValues,
    cadence,
)
from estimators.hooks.step_counter import StepCounterHook
from estimators.hooks.stop_at_step import StopAtStepHook
from estimators.hooks.stop_on_predicate import StopOnPredicateHook
from estimators.hooks.summary_saver import SummarySaverHook

__all__ = [
    "CheckpointSaverHook",
    "CheckpointSaverListener",
    "FeedFnHook",
    "FinalOpsHook",
    "GlobalStepWaiterHook",
    "InMemoryEvaluatorHook",
    "LoggingTensorHook",
    "NanTensorHook",
    "ProfilerHook",
    "ProgressBarHook",
    "SecondOrStepTimer",
    "SessionRunArgs",
    "SessionRunContext",
    "SessionRunHook",
    "SessionRunValues",
    "StepCounterHook",
    "StopAtStepHook",
    "StopOnPredicateHook",
    "SummarySaverHook",
    "cadence",
]
