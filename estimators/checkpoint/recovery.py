"""Going on from the newest checkpoint that can still be read."""

from __future__ import annotations

import os
import re
from typing import Any

from estimators import logging
from estimators.checkpoint.format import checkpoint_exists
from estimators.checkpoint.saver import Saver
from estimators.checkpoint.state_file import CheckpointState, get_checkpoint_state
from model_fns.errors import DataLossError

_NUMBERED = re.compile(r"(?P<prefix>[^.].*-(?P<step>\d+))\.safetensors")


def checkpoints_newest_first(checkpoint_dir: Any, latest_filename: str | None = None) -> list[str]:
    """The checkpoints in the directory: the state file's, newest first, then numbered files that it does not name.

    None without a state file: deleting it is how a program is told to start anew.
    """
    directory = os.fspath(checkpoint_dir)
    state = _state(directory, latest_filename)
    if state is None:
        return []
    named = [state.model_checkpoint_path, *reversed(state.all_model_checkpoint_paths)]
    matches = [match for match in map(_NUMBERED.fullmatch, os.listdir(directory)) if match]
    matches.sort(key=lambda match: int(match["step"]), reverse=True)
    found = [os.path.join(directory, match["prefix"]) for match in matches]
    return [path for path in dict.fromkeys(named + found) if path and checkpoint_exists(path)]


def restore_newest(saver: Saver, session: Any, checkpoint_dir: Any, latest_filename: str | None = None) -> str | None:
    """Restores the newest checkpoint of the directory that is not damaged, with a warning for each that is.

    Returns its name, or None if there is no checkpoint; the saver then knows which ones it may delete later. Raises
    DataLossError if all are damaged, and whatever `Saver.restore` raises for one that does not fit the graph.
    """
    damaged: Exception | None = None
    for checkpoint in checkpoints_newest_first(checkpoint_dir, latest_filename):
        try:
            saver.restore(session, checkpoint)
        except DataLossError as error:
            logging.warning("%s", error)
            damaged = error
        else:
            state = _state(os.fspath(checkpoint_dir), latest_filename) or CheckpointState()
            saver.recover_last_checkpoints(state.all_model_checkpoint_paths)
            return checkpoint
    if damaged is not None:
        raise damaged
    return None


def _state(directory: str, latest_filename: str | None) -> CheckpointState | None:
    """What the state file says, nothing if it is damaged; None if there is none."""
    if not os.path.exists(os.path.join(directory, latest_filename or "checkpoint")):
        return None
    try:
        return get_checkpoint_state(directory, latest_filename) or CheckpointState()
    except ValueError as error:  # it names no checkpoint
        logging.warning("%s", error)
        return CheckpointState()
