"""Queues as a graph sees them: what makes one, and what puts elements into it and takes them out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.graph.dimensions import unknown
from model_fns.graph.dtypes import DType, bool_, int32
from model_fns.graph.op import TensorSpec
from model_fns.ops.resource import Resource, ResourceRead, ResourceUse, held_by

Components = tuple[tuple[DType, tuple[int | None, ...] | None], ...]  # element types; sizes, None for unknown ones


@dataclass(frozen=True)
class QueueOp(Resource):
    """A queue of at most `capacity` elements (any number if it is negative), each with the same components."""

    components: Components = ()
    capacity: int = -1

    @property
    def kind(self) -> str:
        """The name of the kind in messages."""
        return self.type.removesuffix("V2")


@final
class FIFOQueueOp(QueueOp):
    """First in, first out."""

    type_name: ClassVar[str] = "FIFOQueueV2"


@final
class PaddingFIFOQueueOp(QueueOp):
    """First in, first out; elements of a batch are padded to one size."""

    type_name: ClassVar[str] = "PaddingFIFOQueueV2"


@final
class PriorityQueueOp(QueueOp):
    """The element with the least first component comes first."""

    type_name: ClassVar[str] = "PriorityQueueV2"


@final
@dataclass(frozen=True)
class RandomShuffleQueueOp(QueueOp):
    """Elements come in a random order, as long as `min_after_dequeue` others remain to choose from."""

    type_name: ClassVar[str] = "RandomShuffleQueueV2"
    min_after_dequeue: int = 0
    seed: int | None = None
    stream: int = 0


class _Change(ResourceUse):
    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        return ()


@final
class QueueEnqueue(_Change):
    """Puts one element in, when there is room"""

    type_name: ClassVar[str] = "QueueEnqueueV2"

    def kernel(self, *inputs: Any) -> Any:
        held_by(inputs[0]).enqueue([inputs[1:]])
        return ()


@final
class QueueEnqueueMany(_Change):
    """Puts the rows of the inputs in, one after the other"""

    type_name: ClassVar[str] = "QueueEnqueueManyV2"

    def kernel(self, *inputs: Any) -> Any:
        held_by(inputs[0]).enqueue(list(zip(*inputs[1:], strict=True)))
        return ()


@final
@dataclass(frozen=True)
class QueueClose(_Change):
    """Says that no more elements will come"""

    type_name: ClassVar[str] = "QueueCloseV2"
    cancel_pending_enqueues: bool = False

    def kernel(self, *inputs: Any) -> Any:
        held_by(inputs[0]).close(self.cancel_pending_enqueues)
        return ()


@final
class QueueSize(ResourceRead):
    """How many elements there are"""

    type_name: ClassVar[str] = "QueueSizeV2"

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        return (TensorSpec(int32, ()),)

    def kernel(self, *inputs: Any) -> Any:
        return np.array(held_by(inputs[0]).size(), np.int32)


@final
class QueueIsClosed(ResourceRead):
    """Whether it is closed"""

    type_name: ClassVar[str] = "QueueIsClosedV2"

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        return (TensorSpec(bool_, ()),)

    def kernel(self, *inputs: Any) -> Any:
        return np.array(held_by(inputs[0]).is_closed())


@final
@dataclass(frozen=True)
class QueueDequeue(ResourceRead):
    """Takes one element out, when there is one"""

    type_name: ClassVar[str] = "QueueDequeueV2"
    components: Components

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        return tuple(TensorSpec(dtype, _dims(sizes)) for dtype, sizes in self.components)

    def kernel(self, *inputs: Any) -> Any:
        return held_by(inputs[0]).dequeue()


@dataclass(frozen=True)
class _DequeueSeveral(ResourceRead):
    components: Components

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        if specs[1].dims not in ((), None):
            raise ValueError(f"Shape must be rank 0 but is rank {len(specs[1].dims or ())}")
        number = self.number(values[1])
        rows = [(dtype, _dims(sizes)) for dtype, sizes in self.components]
        return tuple(TensorSpec(dtype, None if row is None else (number, *row)) for dtype, row in rows)

    def number(self, known: Any) -> Any:
        """The size of the first axis."""
        return unknown() if known is None else np.asarray(known).item()


@final
class QueueDequeueMany(_DequeueSeveral):
    """Takes n elements out, when there are as many, as rows"""

    type_name: ClassVar[str] = "QueueDequeueManyV2"

    def kernel(self, *inputs: Any) -> Any:
        return held_by(inputs[0]).dequeue_many(int(inputs[1]), fewer=False)


@final
class QueueDequeueUpTo(_DequeueSeveral):
    """Takes n elements out, of a closed queue as many as there are, as rows"""

    type_name: ClassVar[str] = "QueueDequeueUpToV2"

    def number(self, known: Any) -> Any:
        return unknown()

    def kernel(self, *inputs: Any) -> Any:
        return held_by(inputs[0]).dequeue_many(int(inputs[1]), fewer=True)


def _dims(sizes: tuple[int | None, ...] | None) -> Any:
    return None if sizes is None else tuple(unknown() if size is None else size for size in sizes)
