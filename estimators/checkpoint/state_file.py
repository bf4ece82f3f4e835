"""The file named `checkpoint` in a model directory: which checkpoints there are, oldest first, and which is latest."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, final

from estimators import logging
from estimators.checkpoint.atomic_file import replace_file
from estimators.checkpoint.format import checkpoint_exists
from estimators.checkpoint.text_proto import ParseError, parse, quoted

_FIELDS = {
    "model_checkpoint_path": str,
    "all_model_checkpoint_paths": str,
    "all_model_checkpoint_timestamps": float,
    "last_preserved_timestamp": float,
}


@final
@dataclass
class CheckpointState:
    """What a state file says. Printed, it is in the file's own format."""

    model_checkpoint_path: str = ""
    all_model_checkpoint_paths: list[str] = field(default_factory=list)
    all_model_checkpoint_timestamps: list[float] = field(default_factory=list)
    last_preserved_timestamp: float | None = None

    def __str__(self) -> str:
        lines = [("model_checkpoint_path", quoted(self.model_checkpoint_path))] if self.model_checkpoint_path else []
        lines += [("all_model_checkpoint_paths", quoted(path)) for path in self.all_model_checkpoint_paths]
        times = self.all_model_checkpoint_timestamps
        lines += [("all_model_checkpoint_timestamps", repr(float(time))) for time in times]
        if self.last_preserved_timestamp is not None:
            lines.append(("last_preserved_timestamp", repr(float(self.last_preserved_timestamp))))
        return "".join(f"{name}: {value}\n" for name, value in lines)


def _state_filename(directory: Any, latest_filename: str | None) -> str:
    return os.path.join(os.fspath(directory), latest_filename or "checkpoint")


def generate_checkpoint_state_proto(
    save_dir: Any,
    model_checkpoint_path: str,
    all_model_checkpoint_paths: Iterable[str] | None = None,
    all_model_checkpoint_timestamps: Iterable[float] | None = None,
    last_preserved_timestamp: float | None = None,
) -> CheckpointState:
    """The state with that latest checkpoint and those others, oldest first; the latest is appended if it is not last.

    If `save_dir` is a relative path, relative paths below it are rewritten to start from it.
    Raises ValueError if there are timestamps, but not one for each path.
    """
    save_dir = os.fspath(save_dir)
    paths, times = list(all_model_checkpoint_paths or []), list(all_model_checkpoint_timestamps or [])
    if not paths or paths[-1] != model_checkpoint_path:
        logging.info("%s is not in all_model_checkpoint_paths. Manually adding it.", model_checkpoint_path)
        paths.append(model_checkpoint_path)
    if times and len(times) != len(paths):
        raise ValueError(
            "Checkpoint timestamps, if provided, must match checkpoint paths "
            f"(got paths {paths} and timestamps {times})"
        )
    if not os.path.isabs(save_dir):
        model_checkpoint_path = _relative(model_checkpoint_path, save_dir)
        paths = [_relative(path, save_dir) for path in paths]
    return CheckpointState(model_checkpoint_path, paths, times, last_preserved_timestamp)


def _relative(path: str, directory: str) -> str:
    return path if os.path.isabs(path) else os.path.relpath(path, directory or os.curdir)


def update_checkpoint_state(
    save_dir: Any,
    model_checkpoint_path: str,
    all_model_checkpoint_paths: Iterable[str] | None = None,
    latest_filename: str | None = None,
    all_model_checkpoint_timestamps: Iterable[float] | None = None,
    last_preserved_timestamp: float | None = None,
) -> None:
    """Writes the state file of `save_dir`, at once or not at all. Arguments as of `generate_checkpoint_state_proto`.

    Raises RuntimeError if the state file would overwrite the checkpoint, and OSError if it cannot be written.
    """
    state = generate_checkpoint_state_proto(
        save_dir,
        model_checkpoint_path,
        all_model_checkpoint_paths,
        all_model_checkpoint_timestamps,
        last_preserved_timestamp,
    )
    filename = _state_filename(save_dir, latest_filename)
    if filename == state.model_checkpoint_path:
        raise RuntimeError(
            f"Save path '{model_checkpoint_path}' conflicts with path used for checkpoint state.  "
            "Please use a different save path."
        )
    replace_file(filename, str(state).encode("ascii"))


def relative_to(directory: Any, path: str) -> str:
    """An absolute path as seen from `directory`, so that the directory may be moved; a relative one as it is."""
    return os.path.relpath(path, os.fspath(directory) or os.curdir) if os.path.isabs(path) else path


def get_checkpoint_state(checkpoint_dir: Any, latest_filename: str | None = None) -> CheckpointState | None:
    """The state file of a directory, its relative paths joined to the directory; None if there is none.

    One that cannot be read or parsed is ignored with a warning. Raises ValueError if it names no latest checkpoint.
    """
    directory = os.fspath(checkpoint_dir)
    filename = _state_filename(directory, latest_filename)
    if not os.path.exists(filename):
        return None
    try:
        with open(filename, encoding="utf-8") as file:
            values = parse(file.read(), _FIELDS)
    except (OSError, UnicodeDecodeError, ParseError) as error:
        logging.warning("%s: %s", type(error).__name__, error)
        logging.warning("%s: Checkpoint ignored", filename)
        return None
    latest = values["model_checkpoint_path"]
    if not latest or not latest[-1]:
        raise ValueError(f"Invalid checkpoint state loaded from {directory}")
    return CheckpointState(
        os.path.join(directory, latest[-1]),
        [os.path.join(directory, path) for path in values["all_model_checkpoint_paths"]],
        values["all_model_checkpoint_timestamps"],
        (values["last_preserved_timestamp"] or [None])[-1],
    )


def latest_checkpoint(checkpoint_dir: Any, latest_filename: str | None = None) -> str | None:
    """The name of the directory's latest checkpoint; None, and an error in the log, if its file is gone."""
    state = get_checkpoint_state(checkpoint_dir, latest_filename)
    if state is None:
        return None
    if checkpoint_exists(state.model_checkpoint_path):
        return state.model_checkpoint_path
    logging.error("Couldn't match files for checkpoint %s", state.model_checkpoint_path)
    return None
