"""tensorflow_estimator.python.estimator: what its modules have that is not public."""

from __future__ import annotations

from typing import Any

from estimators.built_graph import argument_names
from estimators.checkpoint.reader import load_variable
from estimators.checkpoint.state_file import latest_checkpoint
from model_fns.graph.keys import GraphKeys

LOSS_METRIC_KEY = "loss"
AVERAGE_LOSS_METRIC_KEY = "average_loss"


def load_global_step_from_checkpoint_dir(checkpoint_dir: Any) -> int:
    """The global step of the latest checkpoint; 0 without one."""
    path = latest_checkpoint(checkpoint_dir)
    return 0 if path is None else int(load_variable(path, GraphKeys.GLOBAL_STEP))


def fn_args(fn: Any) -> tuple[str, ...]:
    """The names of a function's arguments, those already bound left out."""
    return argument_names(fn)
