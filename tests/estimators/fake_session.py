"""A session as Saver and hooks see it: a graph, the variables' arrays, what resuming needs, and `run` for tensors."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from model_fns.graph.graph import Graph


class FakeSession:
    """`values` maps a tensor to a function without arguments that gives its value."""

    def __init__(self, graph: Graph, values: dict | None = None) -> None:
        self.graph = graph
        self.state = SimpleNamespace(arrays={}, resume={})
        self.values = values or {}

    def run(self, fetches, feed_dict=None):
        if fetches is None:
            return None
        if isinstance(fetches, dict):
            return {key: self.run(item) for key, item in fetches.items()}
        if isinstance(fetches, list):
            return [self.run(item) for item in fetches]
        tensor = getattr(fetches, "graph_element", fetches)
        if tensor in self.values:
            return self.values[tensor]()
        return np.array(self.state.arrays[tensor.op.name])[()]
