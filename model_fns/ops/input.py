"""The nodes through which an input pipeline enters a graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

from model_fns.errors import InvalidArgumentError
from model_fns.graph.dimensions import Dim, Dims
from model_fns.graph.dtypes import DType
from model_fns.graph.graph import Graph, get_default_graph
from model_fns.graph.op import Op, TensorSpec
from model_fns.graph.tensor import Operation, Tensor

MAKE_ITERATOR = "make_iterator"  # the key under which a graph keeps what its MakeIterator operations do


@final
@dataclass(frozen=True)
class NextBatch(Op):
    """The next batch of a source: an output for each component, [batch, ...]. Who runs the graph supplies it."""

    type_name: ClassVar[str] = "QueueDequeueUpToV2"
    components: tuple[tuple[DType, Dims], ...]  # element type and sizes of one row of each
    batch: Dim
    shuffled: bool = False
    stateful: ClassVar[bool] = True

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        return tuple(TensorSpec(dtype, (self.batch, *row)) for dtype, row in self.components)

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        return ()

    def kernel(self, *inputs: Any) -> Any:
        raise InvalidArgumentError(message="A batch can only be had from the session that holds its input pipeline.")


@final
@dataclass(frozen=True)
class IteratorGetNext(Op):
    """The next element of an iterator: an output for each component. Who runs the graph supplies it."""

    components: tuple[tuple[DType, Dims | None], ...]  # element type and sizes of each; None for an unknown rank
    stateful: ClassVar[bool] = True

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        return tuple(TensorSpec(dtype, dims) for dtype, dims in self.components)

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        return ()

    def kernel(self, *inputs: Any) -> Any:
        raise InvalidArgumentError(message="An element can only be had from the session that holds its iterator.")


@final
class MakeIterator(Op):
    """Starts an iterator anew on a dataset: what runs the graph does it before anything else."""

    stateful: ClassVar[bool] = True

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        return ()

    def kernel(self, *inputs: Any) -> Any:
        return ()


def next_batch(
    source: Any, components: tuple[tuple[DType, Dims], ...], batch: Dim, shuffled: bool, name: str
) -> tuple[Tensor, ...]:
    """Adds `source` to the default graph; its tensors, one for each component."""
    graph = get_default_graph()
    operation = graph.create(NextBatch(components, batch, shuffled), (), name)
    graph.sources[operation] = source
    return operation.outputs


def iterator_get_next(source: Any, components: tuple[tuple[DType, Dims | None], ...], name: str) -> tuple[Tensor, ...]:
    """Adds the next element of an iterator to the default graph; its tensors, one for each component."""
    graph = get_default_graph()
    operation = graph.create(IteratorGetNext(components), (), name)
    graph.sources[operation] = source
    return operation.outputs


def make_iterator(source: Any, dataset: Any, name: str) -> Operation:
    """Adds the operation that starts the iterator `source` on `dataset`."""
    graph = get_default_graph()
    operation = graph.create(MakeIterator(), (), name)
    graph.by_key.setdefault(MAKE_ITERATOR, {})[operation] = (source, dataset)
    return operation


def iterators_made_by(graph: Graph) -> dict[Operation, tuple[Any, Any]]:
    """(iterator, dataset) by the operation that starts the one on the other."""
    return graph.by_key.get(MAKE_ITERATOR, {})
