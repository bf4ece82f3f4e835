"""Layers under the names of `tf.contrib.layers`."""

from __future__ import annotations

from typing import Any

from model_fns.graph.default_graph import add_to_collections
from model_fns.graph.tensor import Tensor
from model_fns.layers.flatten import flatten as flatten_layer
from model_fns.name_scope import name_scope


def flatten(inputs: Any, outputs_collections: Any = None, scope: str | None = None) -> Tensor:
    """[batch, ...] as [batch, the rest], in the name scope `scope` or `Flatten`."""
    with name_scope(scope, "Flatten", [inputs]):
        outputs: Tensor = flatten_layer(inputs)
    if outputs_collections:
        add_to_collections(outputs_collections, outputs)
    return outputs
