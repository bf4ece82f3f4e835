"""Outputs of layers in collections, under the name of the layer's scope: `end_points` of networks."""

from __future__ import annotations

from typing import Any

from model_fns.graph.default_graph import add_to_collections, get_collection
from model_fns.graph.tensor import Tensor


def collect_named_outputs(collections: Any, alias: str, outputs: Tensor) -> Tensor:
    """Adds `outputs` to the collections (a name, names, or None for none), where it is known as `alias`."""
    if collections:
        outputs.aliases = [*getattr(outputs, "aliases", []), alias.rstrip("/")]
        add_to_collections(collections, outputs)
    return outputs


def convert_collection_to_dict(collection: str, clear_collection: bool = False) -> dict[str, Tensor]:
    """The tensors of a collection by alias, or by their operation's name if they have none."""
    found = {name: tensor for tensor in get_collection(collection) for name in gather_tensors_aliases([tensor])}
    if clear_collection and found:
        next(iter(found.values())).graph.clear_collection(collection)
    return found


def gather_tensors_aliases(tensors: Any) -> list[str]:
    """All names that the tensors are known as."""
    return [name for tensor in tensors for name in getattr(tensor, "aliases", None) or [tensor.op.name]]
