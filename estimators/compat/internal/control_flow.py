"""tensorflow.python.ops.control_flow_ops: what is not public."""

from __future__ import annotations

from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import graph_of
from model_fns.ops.control import identity


def with_dependencies(dependencies: Any, output_tensor: Any, name: str | None = None) -> Tensor:
    """`output_tensor`, computed after `dependencies`."""
    graph = graph_of(output_tensor)
    with (
        graph.as_default(),
        graph.name_scope(name or "control_dependency") as scope,
        graph.control_dependencies(dependencies),
    ):
        return identity(convert_to_tensor(output_tensor), name=scope)
