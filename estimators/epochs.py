"""train(epochs=N): an input that ends after N times its data."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from estimators.built_graph import Sources
from input_fns.array_input import ArrayInput
from input_fns.data.iterator import IteratorSource
from input_fns.data.node import Node
from input_fns.data.selection import Repeat
from input_fns.source import ArraySource
from model_fns.graph.graph import Graph
from model_fns.ops.input import iterators_made_by

_REPEATED_ALREADY = "With epochs= it is train that repeats the data: let the input function do it once"


def check_epochs(epochs: Any, steps: Any, max_steps: Any) -> None:
    """Raises ValueError for a number below 1, or one beside another length of training; TypeError for no integer."""
    for name, other in (("steps", steps), ("max_steps", max_steps)):
        if other is not None:
            raise ValueError(f"Can not provide both epochs and {name}.")
    if isinstance(epochs, bool) or not isinstance(epochs, int):
        raise TypeError(f"epochs must be a whole number, given: {epochs!r}")
    if epochs <= 0:
        raise ValueError(f"Must specify epochs > 0, given: {epochs}")


def repeated_input(input_fn: Callable[..., Any], epochs: int) -> Callable[..., Any]:
    """Of numpy_input_fn and pandas_input_fn, that with `num_epochs` so many; any other as it is."""
    if not isinstance(input_fn, ArrayInput):
        return input_fn
    _check_once(input_fn.num_epochs)
    return dataclasses.replace(input_fn, num_epochs=epochs)


def repeated_sources(graph: Graph, sources: Sources, epochs: int) -> Sources:
    """What the graph of any other input function reads, ending after so many times its data.

    Raises ValueError, saying what to do, for an input of which it cannot be said what an epoch is.
    """
    started = iterators_made_by(graph)
    for operation, (source, dataset) in list(started.items()):
        started[operation] = source, _repeated_node(dataset, epochs)
    if not sources:
        raise ValueError(
            "epochs: the input function makes tensors that never change, and so no epoch ends. Let it read a dataset "
            "or arrays (numpy_input_fn), or train with steps= or max_steps=."
        )
    return {operation: _repeated_source(source, epochs) for operation, source in sources.items()}


def _repeated_source(source: Any, epochs: int) -> Any:
    if isinstance(source, IteratorSource):
        return source if source.node is None else dataclasses.replace(source, node=_repeated_node(source.node, epochs))
    assert isinstance(source, ArraySource)
    plan = source.plan
    _check_once(plan.num_epochs)
    if plan.num_epochs is None and plan.rows * epochs % plan.batch_size:
        raise ValueError(
            f"epochs: {epochs} times {plan.rows} rows are no whole number of batches of {plan.batch_size}, which the "
            "input function says all batches have (num_epochs=None). Let it read the data once: num_epochs=1."
        )
    return dataclasses.replace(source, plan=dataclasses.replace(plan, num_epochs=epochs))


def _repeated_node(node: Node, epochs: int) -> Node:
    if node.endless:
        raise ValueError(f"epochs: the dataset repeats itself without end. {_REPEATED_ALREADY}, without repeat().")
    return node if epochs == 1 else Repeat(node, epochs)


def _check_once(num_epochs: int | None) -> None:
    if num_epochs not in (None, 1):
        raise ValueError(f"epochs: the input function has num_epochs={num_epochs}. {_REPEATED_ALREADY}, num_epochs=1.")
