"""init_from_checkpoint: lets variables of a graph begin with values of a checkpoint, under other names perhaps."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from estimators import logging
from estimators.checkpoint.reader import CheckpointReader, load_checkpoint
from estimators.checkpoint.restore_op import Restore
from estimators.checkpoint.state_file import latest_checkpoint
from model_fns.ops.apply import apply
from model_fns.variable_scope import existing_variables
from model_fns.variables import Variable


def init_from_checkpoint(ckpt_dir_or_file: Any, assignment_map: Mapping[Any, Any]) -> None:
    """Replaces what variables of the default graph begin with by values of a checkpoint.

    Args:
      ckpt_dir_or_file: the checkpoint, or a directory, whose latest it is.
      assignment_map: from a name in the checkpoint to a variable, its name, or a list with the one variable; or from a
        scope in the checkpoint, ending in /, to a scope of the graph: `{"/": "mine/"}` for all that is under `mine`.
    Nothing is read now but names and shapes: the initializers do, when they run. Raises ValueError for names that are
    not there and shapes that differ.
    """
    reader, path = load_checkpoint(ckpt_dir_or_file), checkpoint_path(ckpt_dir_or_file)
    for source, target in sorted(assignment_map.items(), key=lambda item: str(item[0])):
        for variable, key in _pairs(source, target, reader, path):
            start_from_checkpoint(variable, key, reader, path)


def checkpoint_path(ckpt_dir_or_file: Any) -> str:
    """The checkpoint's name: of a directory the latest."""
    path = os.fspath(ckpt_dir_or_file)
    found = latest_checkpoint(path) if os.path.isdir(path) else path
    assert found is not None  # load_checkpoint has read it
    return found


def start_from_checkpoint(variable: Variable, key: str, reader: CheckpointReader, path: str) -> None:
    """Lets one variable begin with one value."""
    if not reader.has_tensor(key):
        raise ValueError(f"Tensor {key} is not found in {path} checkpoint {dict(reader.get_variable_to_shape_map())}")
    shape = reader.get_variable_to_shape_map()[key]
    if list(variable.dims) != shape:
        raise ValueError(
            f"Shape of variable {variable.name} ({variable.shape}) doesn't match with shape of tensor {key} ({shape}) "
            "from checkpoint reader."
        )
    logging.debug("Initialize variable %s from checkpoint %s with %s", variable.name, path, key)
    definition = Restore(os.path.abspath(path), key, variable.dtype, variable.dims)
    with variable.graph.as_default():
        variable.begin_with(apply(definition, "checkpoint_initializer"))


def _pairs(source: str, target: Any, reader: CheckpointReader, path: str) -> list[tuple[Variable, str]]:
    """The variables that an entry of the map means, each with its name in the checkpoint."""
    there = existing_variables()
    if isinstance(target, list | tuple) and len(target) == 1:
        target = target[0]
    if isinstance(target, Variable):
        return [(target, source)]
    if not isinstance(target, str):
        raise ValueError(f"assignment_map: {source!r} must map to a variable, its name or a scope, not to {target!r}.")
    if target in there:
        return [(there[target], source)]
    scope = target.rpartition("/")[0]
    if not source.endswith("/"):
        raise ValueError(
            f"Assignment map with scope only name {scope} should map to scope only {source}. Should be 'scope/': "
            f"'other_scope/'. The graph's variables are {', '.join(sorted(there)) or 'none'}."
        )
    pairs = []
    for name, variable in sorted(there.items()):
        if scope and not name.startswith(f"{scope}/"):
            continue
        key = source.lstrip("/") + (name.removeprefix(f"{scope}/") if scope else name)
        if not reader.has_tensor(key):
            raise ValueError(f"Tensor {key} ({source} in {target}) is not found in {path} checkpoint")
        pairs.append((variable, key))
    return pairs
