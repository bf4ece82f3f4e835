"""graph.pbtxt and the graph in the event file, written once for each graph and directory."""

from __future__ import annotations

import os
from typing import Any
from weakref import WeakKeyDictionary

from estimators import logging
from estimators.checkpoint.atomic_file import replace_file
from estimators.summaries.file_writer import FileWriter
from model_fns.graph.graph import Graph
from model_fns.protos.graph import GraphDef

_FILE_NAME = "graph.pbtxt"
_shown: WeakKeyDictionary[Graph, set[Any]] = WeakKeyDictionary()  # (directory, how many operations, the last's name)


def write_graph(graph_or_graph_def: Any, logdir: Any, name: str, as_text: bool = True) -> str:
    """Writes a graph, or its GraphDef, into the file `name` of `logdir`, as text or as bytes; the file's path.

    Raises OSError, with what was there before untouched, if it cannot be written.
    """
    found = graph_or_graph_def
    definition: GraphDef = found.as_graph_def() if isinstance(found, Graph) else found
    path = os.path.join(os.fspath(logdir), name)
    os.makedirs(os.path.dirname(path) or os.curdir, exist_ok=True)
    replace_file(path, str(definition).encode() if as_text else definition.SerializeToString())
    return path


def show_graph(graph: Graph, directory: str, writer: FileWriter) -> None:
    """Writes the graph into the directory and its event file, unless that was done and nothing has changed."""
    last = graph.operations[-1].name if graph.operations else ""  # its name: an operation would keep the graph alive
    key = (directory, len(graph.operations), last)
    if key in _shown.setdefault(graph, set()) and os.path.exists(os.path.join(directory, _FILE_NAME)):
        return
    definition = graph.as_graph_def(add_shapes=True)
    try:
        write_graph(definition, directory, _FILE_NAME)
    except OSError as error:
        logging.warning("The graph was not written, and training goes on without it: %s", error)
        return
    writer.add_graph(definition)
    _shown[graph] = {shown for shown in _shown[graph] if shown[0] != directory} | {key}
