"""A saved model: a directory that holds all that predicting takes, readable by a process that never saw the model.

    saved_model.json                    the graph and the signatures, as data; nothing in it is code
    variables/variables.safetensors     the weights
    assets.extra/                       files that were asked to go along

It appears under its name only when it is complete.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

from estimators import logging
from estimators.checkpoint.atomic_file import replace_file
from estimators.checkpoint.format import read_checkpoint, write_checkpoint
from model_fns.errors import NotFoundError
from model_fns.export_outputs import signature
from model_fns.graph.graph import Graph
from model_fns.graph.needed import needed_operations
from model_fns.ops.state import VariableV2
from model_fns.protos.signature import SignatureDef
from model_fns.saved_graph import restored, saved

FORMAT = "estimators saved model 1"
FILE_NAME = "saved_model.json"
SERVING = "serve"
_VARIABLES = os.path.join("variables", "variables")


@final
@dataclass(frozen=True)
class SavedModel:
    """What a directory holds: a graph, signatures by name, and the values of the variables."""

    graph: Mapping[str, Any]
    signature_def: dict[str, SignatureDef]
    arrays: dict[str, Any]

    def add_to(self, graph: Graph) -> None:
        """Adds the model's operations to `graph`. ValueError for names that it has already."""
        restored(self.graph, graph)


def write_saved_model(
    base: Any,
    graph: Graph,
    signatures: Mapping[str, SignatureDef],
    arrays: Mapping[str, Any],
    assets_extra: Mapping[str, Any] | None = None,
) -> str:
    """Writes what the signatures need of `graph`, with its variables' values, into a new directory below `base`.

    Returns the directory, whose name is the time in seconds. Raises TypeError, naming it, for an operation that is not
    data, OSError, with nothing left behind, if it cannot be written.
    """
    parts = [part for found in signatures.values() for part in (found.inputs, found.outputs)]
    names = [info.name for part in parts for info in part.values()]
    operations = needed_operations([graph.get_tensor_by_name(name) for name in names])
    variables = [operation.name for operation in operations if isinstance(operation.definition, VariableV2)]
    content = {
        "format": FORMAT,
        "tags": [SERVING],
        "graph": saved(graph, operations),
        "signatures": {name: _as_json(found) for name, found in signatures.items()},
    }
    directory = _free_directory(base)
    temporary = os.path.join(os.path.dirname(directory), f"temp-{os.path.basename(directory)}")
    try:
        os.makedirs(os.path.join(temporary, os.path.dirname(_VARIABLES)))
        write_checkpoint(os.path.join(temporary, _VARIABLES), {name: arrays[name] for name in variables}, {})
        replace_file(os.path.join(temporary, FILE_NAME), json.dumps(content).encode())
        _copy_assets(assets_extra or {}, temporary)
        os.rename(temporary, directory)
    except BaseException:
        with contextlib.suppress(OSError):
            shutil.rmtree(temporary)
        raise
    logging.info("SavedModel written to: %s", os.path.join(directory, FILE_NAME))
    return directory


def _as_json(found: SignatureDef) -> dict[str, Any]:
    inputs, outputs = ({name: info.name for name, info in part.items()} for part in (found.inputs, found.outputs))
    return {"inputs": inputs, "outputs": outputs, "method_name": found.method_name}


def _free_directory(base: Any) -> str:
    base = os.path.abspath(os.fsdecode(base))
    os.makedirs(base, exist_ok=True)
    numbers = [int(match[1]) for match in map(re.compile(r"(?:temp-)?(\d+)").fullmatch, os.listdir(base)) if match]
    # After all that are there, even if there were several in a second: exporters keep the ones with the largest names.
    return os.path.join(base, str(max([int(time.time()), *(number + 1 for number in numbers)])))


def _copy_assets(assets: Mapping[str, Any], directory: str) -> None:
    for name, source in assets.items():
        place = os.path.join(directory, "assets.extra", name)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        shutil.copyfile(source, place)


def read_saved_model(export_dir: Any) -> SavedModel:
    """What a directory holds.

    Raises OSError if it is no saved model's, DataLossError if the weights are damaged, ValueError if the rest is.
    """
    directory = os.fsdecode(export_dir)
    path = os.path.join(directory, FILE_NAME)
    try:
        with open(path, "rb") as file:
            content = json.loads(file.read())
    except FileNotFoundError:
        raise OSError(f"SavedModel file does not exist at: {directory}/{FILE_NAME}") from None
    except (ValueError, RecursionError) as error:
        raise ValueError(f"Cannot parse file {path}: {error}.") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ValueError(f"Cannot parse file {path}: it is not marked as {FORMAT!r}.")
    try:
        arrays = read_checkpoint(os.path.join(directory, _VARIABLES))[0]
    except NotFoundError as error:
        raise OSError(str(error)) from None
    graph = Graph()
    try:
        restored(content["graph"], graph)
        signatures = {name: _signature(found, graph) for name, found in content["signatures"].items()}
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"The saved model {path} is damaged: {error!r}.") from error
    return SavedModel(content["graph"], signatures, arrays)


def _signature(found: Mapping[str, Any], graph: Graph) -> SignatureDef:
    inputs, outputs = (
        {name: graph.get_tensor_by_name(tensor) for name, tensor in found[part].items()}
        for part in ("inputs", "outputs")
    )
    return signature(inputs, outputs, found["method_name"])
