"""Checkpoints: variables and the state of a training run in files, never half-written, under TensorFlow 1's names."""

from estimators.checkpoint.best import BestCheckpoint, best_checkpoint
from estimators.checkpoint.format import (
    checkpoint_exists,
    get_checkpoint_mtimes,
    read_checkpoint,
    remove_checkpoint,
    write_checkpoint,
)
from estimators.checkpoint.reader import CheckpointReader, list_variables, load_checkpoint, load_variable
from estimators.checkpoint.recovery import checkpoints_newest_first, restore_newest
from estimators.checkpoint.saver import Saver, get_saver_or_default
from estimators.checkpoint.state_file import (
    CheckpointState,
    generate_checkpoint_state_proto,
    get_checkpoint_state,
    latest_checkpoint,
    update_checkpoint_state,
)

__all__ = [
    "BestCheckpoint",
    "CheckpointReader",
    "CheckpointState",
    "Saver",
    "best_checkpoint",
    "checkpoint_exists",
    "checkpoints_newest_first",
    "generate_checkpoint_state_proto",
    "get_checkpoint_mtimes",
    "get_checkpoint_state",
    "get_saver_or_default",
    "latest_checkpoint",
    "list_variables",
    "load_checkpoint",
    "load_variable",
    "read_checkpoint",
    "remove_checkpoint",
    "restore_newest",
    "update_checkpoint_state",
    "write_checkpoint",
]
