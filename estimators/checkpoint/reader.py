"""Looking into a checkpoint without a graph: names, shapes, values."""

from __future__ import annotations

import os
from typing import Any, final

import numpy as np

from estimators.checkpoint.format import checkpoint_exists, read_checkpoint
from estimators.checkpoint.state_file import latest_checkpoint
from model_fns.errors import NotFoundError
from model_fns.graph.dtypes import DType, as_dtype


@final
class CheckpointReader:
    """The variables of one checkpoint, read once and checked (tf.train.NewCheckpointReader)."""

    def __init__(self, filepattern: Any) -> None:
        if not checkpoint_exists(filepattern):
            failure = "Unsuccessful TensorSliceReader constructor: Failed to find any matching files for"
            raise NotFoundError(None, None, f"{failure} {filepattern}")
        self._arrays, self.metadata = read_checkpoint(filepattern)

    def get_variable_to_shape_map(self) -> dict[str, list[int]]:
        return {name: list(array.shape) for name, array in self._arrays.items()}

    def get_variable_to_dtype_map(self) -> dict[str, DType]:
        return {name: as_dtype(array.dtype) for name, array in self._arrays.items()}

    def has_tensor(self, tensor_str: str) -> bool:
        return tensor_str in self._arrays

    def get_tensor(self, tensor_str: str) -> Any:
        """A copy of the value, a numpy scalar if it has no axes. NotFoundError if there is none of that name."""
        if tensor_str not in self._arrays:
            raise NotFoundError(None, None, f"Key {tensor_str} not found in checkpoint")
        array = self._arrays[tensor_str]
        return np.array(array) if array.ndim else array[()]


def load_checkpoint(ckpt_dir_or_file: Any) -> CheckpointReader:
    """A reader of the checkpoint given by its name, or of the latest in a directory.

    Raises ValueError if the directory has none, NotFoundError if there is nothing of that name.
    """
    path = os.fspath(ckpt_dir_or_file)
    filename = latest_checkpoint(path) if os.path.isdir(path) else path
    if filename is None:
        raise ValueError(f"Couldn't find 'checkpoint' file or checkpoints in given directory {path}")
    return CheckpointReader(filename)


def load_variable(ckpt_dir_or_file: Any, name: str) -> Any:
    """The value of one variable (`name` with or without `:0`), as `CheckpointReader.get_tensor`."""
    return load_checkpoint(ckpt_dir_or_file).get_tensor(name.removesuffix(":0"))


def list_variables(ckpt_dir_or_file: Any) -> list[tuple[str, list[int]]]:
    """(name, shape) of every variable, sorted by name."""
    return sorted(load_checkpoint(ckpt_dir_or_file).get_variable_to_shape_map().items())
