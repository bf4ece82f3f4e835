"""tf.train: optimizers, hooks, savers, schedules, the global step."""

from __future__ import annotations

from typing import Any

from estimators.checkpoint.format import checkpoint_exists, get_checkpoint_mtimes, remove_checkpoint
from estimators.checkpoint.initial_values import init_from_checkpoint
from estimators.checkpoint.reader import CheckpointReader as NewCheckpointReader
from estimators.checkpoint.reader import list_variables, load_checkpoint, load_variable
from estimators.checkpoint.saver import Saver
from estimators.checkpoint.state_file import (
    generate_checkpoint_state_proto,
    get_checkpoint_state,
    latest_checkpoint,
    update_checkpoint_state,
)
from estimators.checkpoint.waiting import checkpoints_iterator
from estimators.cluster_spec import ClusterSpec
from estimators.compat.missing import missing
from estimators.coordinator import Coordinator, LooperThread
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
from estimators.meta_graph import export_meta_graph, import_meta_graph
from estimators.monitored_session import MonitoredSession, MonitoredTrainingSession, SingularMonitoredSession
from estimators.queue_runners import start_queue_runners
from estimators.scaffold import Scaffold
from estimators.session_creator import ChiefSessionCreator, SessionCreator, WorkerSessionCreator
from estimators.summaries.event_file import summary_iterator
from estimators.summaries.graph_file import write_graph
from estimators.supervisor import Supervisor
from estimators.warm_start import VocabInfo, warm_start
from input_fns.queues.batches import (
    batch,
    batch_join,
    maybe_batch,
    maybe_batch_join,
    maybe_shuffle_batch,
    maybe_shuffle_batch_join,
    shuffle_batch,
    shuffle_batch_join,
)
from input_fns.queues.producers import (
    input_producer,
    limit_epochs,
    match_filenames_once,
    range_input_producer,
    slice_input_producer,
    string_input_producer,
)
from input_fns.queues.queue_runner import QueueRunner, add_queue_runner
from model_fns.errors import NanLossDuringTrainingError
from model_fns.global_step import (
    assert_global_step,
    create_global_step,
    get_global_step,
    get_or_create_global_step,
    global_step,
)
from model_fns.optimizers.adadelta import AdadeltaOptimizer
from model_fns.optimizers.adagrad import AdagradOptimizer
from model_fns.optimizers.adagrad_da import AdagradDAOptimizer
from model_fns.optimizers.adam import AdamOptimizer
from model_fns.optimizers.ftrl import FtrlOptimizer
from model_fns.optimizers.gradient_descent import GradientDescentOptimizer
from model_fns.optimizers.momentum import MomentumOptimizer
from model_fns.optimizers.moving_average import ExponentialMovingAverage
from model_fns.optimizers.optimizer import Optimizer
from model_fns.optimizers.proximal_adagrad import ProximalAdagradOptimizer
from model_fns.optimizers.proximal_gradient_descent import ProximalGradientDescentOptimizer
from model_fns.optimizers.rmsprop import RMSPropOptimizer
from model_fns.protos.example import (
    BytesList,
    Example,
    Feature,
    FeatureList,
    FeatureLists,
    Features,
    FloatList,
    Int64List,
    SequenceExample,
)
from model_fns.protos.saver import SaverDef
from model_fns.schedules import (
    cosine_decay,
    cosine_decay_restarts,
    exponential_decay,
    inverse_time_decay,
    linear_cosine_decay,
    natural_exp_decay,
    noisy_linear_cosine_decay,
    piecewise_constant,
    polynomial_decay,
)
from model_fns.schedules import piecewise_constant as piecewise_constant_decay

__all__ = [
    "AdadeltaOptimizer",
    "AdagradDAOptimizer",
    "AdagradOptimizer",
    "AdamOptimizer",
    "BytesList",
    "CheckpointSaverHook",
    "CheckpointSaverListener",
    "ChiefSessionCreator",
    "ClusterSpec",
    "Coordinator",
    "Example",
    "ExponentialMovingAverage",
    "Feature",
    "FeatureList",
    "FeatureLists",
    "Features",
    "FeedFnHook",
    "FinalOpsHook",
    "FloatList",
    "FtrlOptimizer",
    "GlobalStepWaiterHook",
    "GradientDescentOptimizer",
    "Int64List",
    "LoggingTensorHook",
    "LooperThread",
    "MomentumOptimizer",
    "MonitoredSession",
    "MonitoredTrainingSession",
    "NanLossDuringTrainingError",
    "NanTensorHook",
    "NewCheckpointReader",
    "Optimizer",
    "ProfilerHook",
    "ProximalAdagradOptimizer",
    "ProximalGradientDescentOptimizer",
    "QueueRunner",
    "RMSPropOptimizer",
    "Saver",
    "SaverDef",
    "Scaffold",
    "SecondOrStepTimer",
    "SequenceExample",
    "SessionCreator",
    "SessionRunArgs",
    "SessionRunContext",
    "SessionRunHook",
    "SessionRunValues",
    "SingularMonitoredSession",
    "StepCounterHook",
    "StopAtStepHook",
    "SummarySaverHook",
    "Supervisor",
    "VocabInfo",
    "WorkerSessionCreator",
    "add_queue_runner",
    "assert_global_step",
    "batch",
    "batch_join",
    "checkpoint_exists",
    "checkpoints_iterator",
    "cosine_decay",
    "cosine_decay_restarts",
    "create_global_step",
    "exponential_decay",
    "export_meta_graph",
    "generate_checkpoint_state_proto",
    "get_checkpoint_mtimes",
    "get_checkpoint_state",
    "get_global_step",
    "get_or_create_global_step",
    "global_step",
    "import_meta_graph",
    "init_from_checkpoint",
    "input_producer",
    "inverse_time_decay",
    "latest_checkpoint",
    "limit_epochs",
    "linear_cosine_decay",
    "list_variables",
    "load_checkpoint",
    "load_variable",
    "match_filenames_once",
    "maybe_batch",
    "maybe_batch_join",
    "maybe_shuffle_batch",
    "maybe_shuffle_batch_join",
    "natural_exp_decay",
    "noisy_linear_cosine_decay",
    "piecewise_constant",
    "piecewise_constant_decay",
    "polynomial_decay",
    "range_input_producer",
    "remove_checkpoint",
    "shuffle_batch",
    "shuffle_batch_join",
    "slice_input_producer",
    "start_queue_runners",
    "string_input_producer",
    "summary_iterator",
    "update_checkpoint_state",
    "warm_start",
    "write_graph",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
