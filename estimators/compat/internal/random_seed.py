"""tensorflow.python.framework.random_seed."""

from __future__ import annotations

from model_fns.graph.graph import get_default_graph

DEFAULT_GRAPH_SEED = 87654321
_LARGEST = 2**31 - 1


def get_seed(op_seed: int | None) -> tuple[int | None, int | None]:
    """(graph seed, seed) for an operation that was given `op_seed`; (None, None) where nothing was seeded."""
    graph = get_default_graph()
    if op_seed is None:
        if graph.seed is None:
            return None, None
        op_seed = len(graph.operations)
    seeds = (DEFAULT_GRAPH_SEED if graph.seed is None else graph.seed) % _LARGEST, op_seed % _LARGEST
    return (0, _LARGEST) if seeds == (0, 0) else seeds
