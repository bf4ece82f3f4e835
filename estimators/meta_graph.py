"""Meta graphs: a graph, and which of its variables a checkpoint holds, exported and imported."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

from estimators.checkpoint.atomic_file import replace_file
from estimators.checkpoint.meta_graph_file import meta_graph_bytes, read_meta_graph
from estimators.checkpoint.saver import Saver
from model_fns.graph.graph import Graph, get_default_graph
from model_fns.protos.graph import GraphDef
from model_fns.saved_graph import restored, saved


@final
@dataclass(frozen=True)
class MetaGraph:
    """A graph as data, and the variables of its Saver by their names in the checkpoint."""

    graph: Mapping[str, Any]
    saver: Mapping[str, str] | None

    @property
    def graph_def(self) -> GraphDef:
        """The graph as a GraphDef."""
        made = Graph()
        restored(self.graph, made)
        return made.as_graph_def()


def export_meta_graph(
    filename: Any = None,
    meta_info_def: Any = None,
    graph_def: Any = None,
    saver_def: Any = None,
    collection_list: Any = None,
    as_text: bool = False,
    graph: Graph | None = None,
    export_scope: str | None = None,
    clear_devices: bool = False,
    clear_extraneous_savers: bool = False,
    strip_default_attrs: bool = False,
    save_debug_info: bool = False,
    **kwargs: Any,
) -> MetaGraph:
    """The meta graph of `graph`, by default the default one; written into the file `filename`, if one is given.

    The other arguments are accepted and change nothing, but for `graph_def` and `export_scope`, which raise ValueError.
    """
    if graph_def is not None or export_scope is not None:
        raise ValueError("export_meta_graph: graph_def and export_scope are not available; give the whole graph.")
    graph = graph or get_default_graph()
    with graph.as_default():
        variables = {key: tensor.op.name for key, tensor in Saver(allow_empty=True).variables.items()}
    if filename is not None:
        replace_file(os.fspath(filename), meta_graph_bytes(graph, variables))
    return MetaGraph(saved(graph), variables)


def import_meta_graph(
    meta_graph_or_file: Any, clear_devices: bool = False, import_scope: str | None = None, **kwargs: Any
) -> Saver | None:
    """Adds a meta graph, or that of a file, to the default graph; a Saver of its variables, None if there are none.

    `import_scope` is a name scope to put it under. Raises NotFoundError if there is no such file, DataLossError if it
    is no meta graph, ValueError for names that the graph has already.
    """
    found = meta_graph_or_file
    if not isinstance(found, MetaGraph):
        found = MetaGraph(*read_meta_graph(os.fspath(found)))
    elements = restored(found.graph, get_default_graph(), import_scope or "")
    return Saver({key: elements[f"{name}:0"] for key, name in found.saver.items()}) if found.saver else None
