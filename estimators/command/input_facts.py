"""What an input function has to offer, found without running a model on it: how many rows, and the first of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from estimators.built_graph import call_input_fn
from estimators.compiler.reference import evaluate
from estimators.input_cursor import InputCursor
from model_fns.graph.graph import Graph
from model_fns.graph.tensor import Tensor
from model_fns.nest import flatten, map_structure


@final
@dataclass(frozen=True, eq=False)
class InputFacts:
    """The graph part that an input function makes, its features and labels."""

    graph: Graph
    features: Any
    labels: Any

    @property
    def _source(self) -> Any:
        sources = list(self.graph.sources.values())
        return sources[0] if len(sources) == 1 and hasattr(sources[0], "plan") else None

    @property
    def rows(self) -> int | None:
        """Examples in the input; None if it cannot know that."""
        return None if self._source is None else self._source.plan.rows

    @property
    def batch_size(self) -> int | None:
        return None if self._source is None else self._source.plan.batch_size

    def first_rows(self, count: int) -> tuple[Any, Any]:
        """(features, labels) of the first `count` rows or more as arrays; (None, None) if that cannot be known."""
        if self._source is None or self._source.shuffled:
            return None, None
        operation, source = next(iter(self.graph.sources.items()))
        tensors = [item for item in (*flatten(self.features), *flatten(self.labels)) if isinstance(item, Tensor)]
        cursor = InputCursor(source, 0)
        batches: list[list[Any]] = []
        while cursor.size() and len(batches) * source.plan.batch_size < count:
            batches.append(evaluate(tensors, dict(zip(operation.outputs, cursor.gather(), strict=True))))
            cursor.advance(1)
        joined = (np.concatenate(parts) for parts in zip(*batches, strict=True))
        values = dict(zip(tensors, joined, strict=True))

        def array(item: Any) -> Any:
            return values.get(item) if isinstance(item, Tensor) else item

        return map_structure(array, self.features), map_structure(array, self.labels)


def input_facts(function: Callable[..., Any], mode: str, params: dict[str, Any], config: Any) -> InputFacts:
    """Calls an input function in a graph of its own, to see what it makes."""
    graph = Graph()
    with graph.as_default():
        features, labels = call_input_fn(function, mode, params, config)
    return InputFacts(graph, features, labels)
