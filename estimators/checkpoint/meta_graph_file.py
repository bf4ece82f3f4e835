"""The file of a meta graph (`model.ckpt-100.meta`): a graph as data, and which of its variables a checkpoint holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from model_fns.errors import DataLossError, NotFoundError
from model_fns.graph.graph import Graph
from model_fns.saved_graph import saved

FORMAT = "estimators meta graph 1"
_written: WeakKeyDictionary[Graph, tuple[Any, bytes]] = WeakKeyDictionary()  # the last of each graph, and what it is of


def meta_graph_bytes(graph: Graph, variables: Mapping[str, str] | None) -> bytes:
    """The file's content; `variables` are operations by the names of their values in the checkpoint.

    Raises TypeError, naming it, for an operation that is not data.
    """
    last = graph.operations[-1].name if graph.operations else ""  # its name: an operation would keep the graph alive
    key = (last, len(graph.operations), dict(variables or {}))
    if graph not in _written or _written[graph][0] != key:
        content = {"format": FORMAT, "graph": saved(graph), "saver": None if variables is None else dict(variables)}
        _written[graph] = key, json.dumps(content).encode()
    return _written[graph][1]


def read_meta_graph(path: str) -> tuple[Any, Any]:
    """(graph as data, variables) of a file. NotFoundError if there is none, DataLossError if it is something else."""
    try:
        with open(path, "rb") as file:
            data = json.loads(file.read())
        if data["format"] == FORMAT:
            return data["graph"], data["saver"]
        reason = f"its format is {data['format']!r}"
    except FileNotFoundError:
        raise NotFoundError(message=f"File {path} does not exist.") from None
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        reason = repr(error)
    raise DataLossError(message=f"Cannot parse file {path}: it is no {FORMAT!r} ({reason}).")
