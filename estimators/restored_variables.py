"""Functions that give variables their values, from a checkpoint or from arrays: the `init_fn` of a training."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from estimators.checkpoint.reader import CheckpointReader
from estimators.checkpoint.saver import Saver
from model_fns.contrib_variables import get_unique_variable
from model_fns.ops.control import group, placeholder
from model_fns.variables import assign


def assign_from_checkpoint_fn(
    model_path: str, var_list: Any, ignore_missing_vars: bool = False, reshape_variables: bool = False
) -> Callable[[Any], None] | None:
    """The function of a session that restores the variables from the checkpoint `model_path`.

    Args:
      var_list: variables, or a dict from names in the checkpoint to variables. ValueError if there are none.
      ignore_missing_vars: leave alone what is not in the checkpoint, with a warning; None if nothing is in it.
      reshape_variables: also restore from values with as many elements but another shape.
    """
    named = _named(var_list)
    if not named:
        raise ValueError("var_list cannot be empty")
    if ignore_missing_vars:
        named = _present(CheckpointReader(model_path), named, model_path)
    if not named:
        logging.getLogger("tensorflow").warning("No Variables to restore")
        return None
    saver = Saver(named, reshape=reshape_variables)

    def restore(session: Any) -> None:
        saver.restore(session, model_path)

    return restore


def assign_from_checkpoint(
    model_path: str, var_list: Any, ignore_missing_vars: bool = False
) -> tuple[Any, dict[Any, Any]]:
    """An operation that gives the variables the values of a checkpoint, and what to feed it.

    Raises ValueError if a shape differs, or, unless missing ones are ignored, for a variable that is not there.
    """
    reader, named = CheckpointReader(model_path), _named(var_list)
    if ignore_missing_vars:
        named = _present(reader, named, model_path)
    for name, variable in named.items():
        if not reader.has_tensor(name):
            raise ValueError(f"Checkpoint is missing variable [{name}]")
        value = reader.get_tensor(name)
        if np.shape(value) != tuple(variable.shape.as_list()):
            raise ValueError(
                f"Total size of new array must be unchanged for {name} "
                f"lh_shape: [{list(np.shape(value))}], rh_shape: [{variable.shape.as_list()}]"
            )
    return _assigned([(variable, reader.get_tensor(name)) for name, variable in named.items()])


def assign_from_values(var_names_to_values: Mapping[str, Any]) -> tuple[Any, dict[Any, Any]]:
    """An operation that gives the variables of these names these values, and what to feed it."""
    return _assigned([(get_unique_variable(name), value) for name, value in var_names_to_values.items()])


def assign_from_values_fn(var_names_to_values: Mapping[str, Any]) -> Callable[[Any], None]:
    """The function of a session that gives the variables of these names these values."""
    operation, feeds = assign_from_values(var_names_to_values)

    def assign_values(session: Any) -> None:
        session.run(operation, feeds)

    return assign_values


def _named(var_list: Any) -> dict[str, Any]:
    if isinstance(var_list, Mapping):
        return dict(var_list)
    return {variable.op.name: variable for variable in var_list}


def _present(reader: CheckpointReader, named: dict[str, Any], model_path: str) -> dict[str, Any]:
    for name in named:
        if not reader.has_tensor(name):
            logging.getLogger("tensorflow").warning("Variable %s missing in checkpoint %s", name, model_path)
    return {name: variable for name, variable in named.items() if reader.has_tensor(name)}


def _assigned(pairs: Iterable[tuple[Any, Any]]) -> tuple[Any, dict[Any, Any]]:
    operations, feeds = [], {}
    for variable, value in pairs:
        fed = placeholder(variable.dtype, variable.shape)
        operations.append(assign(variable, fed))
        feeds[fed] = np.reshape(value, variable.shape.as_list())
    return group(*operations), feeds
