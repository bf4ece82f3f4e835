"""The node through which an input pipeline enters a graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

from model_fns.errors import InvalidArgumentError
from model_fns.graph.dimensions import Dim, Dims
from model_fns.graph.dtypes import DType
from model_fns.graph.graph import get_default_graph
from model_fns.graph.op import Op, TensorSpec
from model_fns.graph.tensor import Tensor


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


def next_batch(
    source: Any, components: tuple[tuple[DType, Dims], ...], batch: Dim, shuffled: bool, name: str
) -> tuple[Tensor, ...]:
    """Adds `source` to the default graph; its tensors, one for each component."""
    graph = get_default_graph()
    operation = graph.create(NextBatch(components, batch, shuffled), (), name)
    graph.sources[operation] = source
    return operation.outputs
