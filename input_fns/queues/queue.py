"""Queues: `FIFOQueue` and its like, which put operations into a graph that fill and empty a queue of the session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, final

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import DType, as_dtype, int32, int64
from model_fns.graph.graph import get_seeds
from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Operation, Tensor
from model_fns.ops.apply import graph_of
from model_fns.ops.indexing import gather
from model_fns.ops.joining import stack
from model_fns.ops.queue import (
    Components,
    FIFOQueueOp,
    PaddingFIFOQueueOp,
    PriorityQueueOp,
    QueueClose,
    QueueDequeue,
    QueueDequeueMany,
    QueueDequeueUpTo,
    QueueEnqueue,
    QueueEnqueueMany,
    QueueIsClosed,
    QueueSize,
    RandomShuffleQueueOp,
)
from model_fns.ops.resource import ResourceRead, handle


class QueueBase:
    """A queue whose elements are tuples of tensors.

    Args:
      dtypes: the element types of the components.
      shapes: their shapes; None for any.
      names: if given, elements are dicts with these keys.
      queue_ref: the tensor that stands for the queue.
    Raises ValueError for other numbers of shapes or names than dtypes.
    """

    def __init__(self, dtypes: Any, shapes: Any, names: Any, queue_ref: Tensor) -> None:
        self._dtypes: list[DType] = list(dtypes)
        if shapes is not None and len(shapes) != len(self._dtypes):
            raise ValueError("Queue shapes must have the same length as dtypes")
        if names is not None:
            names = [names] if isinstance(names, str) else list(names)
            if len(names) != len(self._dtypes):
                raise ValueError("List of names must have the same length as the list of dtypes")
        self._shapes = [TensorShape(shape) for shape in shapes] if shapes else [TensorShape(None) for _ in self._dtypes]
        self._names: list[str] | None = names
        self._queue_ref = queue_ref
        self._name = queue_ref.op.name.split("/")[-1]

    @staticmethod
    def from_list(index: Any, queues: Any) -> QueueBase:
        """The queue of that number among `queues`, when the graph runs.

        TypeError for other things than queues, or queues of other element types or names.
        """
        if not queues or not isinstance(queues, list) or not all(isinstance(item, QueueBase) for item in queues):
            raise TypeError("A list of queues expected")
        first = queues[0]
        if not all(item.dtypes == first.dtypes for item in queues[1:]):
            raise TypeError("Queues do not have matching component dtypes.")
        if not all(item.names == first.names for item in queues[1:]):
            raise TypeError("Queues do not have matching component names.")
        shapes = [
            shape if all(item.shapes[place] == shape for item in queues) else TensorShape(None)
            for place, shape in enumerate(first.shapes)
        ]
        reference = gather(stack([item.queue_ref for item in queues]), index)
        return QueueBase(first.dtypes, shapes, first.names, reference)

    @property
    def queue_ref(self) -> Tensor:
        return self._queue_ref

    @property
    def name(self) -> str:
        return self._queue_ref.op.name

    @property
    def dtypes(self) -> list[DType]:
        return self._dtypes

    @property
    def shapes(self) -> list[TensorShape]:
        return self._shapes

    @property
    def names(self) -> list[str] | None:
        return self._names

    # -- putting in --------------------------------------------------------------------------------------------------

    def enqueue(self, vals: Any, name: str | None = None) -> Operation:
        """An operation that puts one element in: a tensor, a list of them, or a dict if the queue has names."""
        graph = graph_of(self._queue_ref)
        with graph.as_default(), graph.name_scope(name or f"{self._name}_enqueue") as scope:
            tensors = self._components(vals)
            for tensor, shape in zip(tensors, self._shapes, strict=True):
                tensor.shape.assert_is_compatible_with(shape)
            return graph.create(QueueEnqueue(), (self._queue_ref, *tensors), scope)

    def enqueue_many(self, vals: Any, name: str | None = None) -> Operation:
        """An operation that puts several elements in: the components have one more axis, the first."""
        graph = graph_of(self._queue_ref)
        with graph.as_default(), graph.name_scope(name or f"{self._name}_EnqueueMany") as scope:
            tensors = self._components(vals)
            number = tensors[0].shape.with_rank_at_least(1)[0]
            for tensor, shape in zip(tensors, self._shapes, strict=True):
                number = number.merge_with(tensor.shape.with_rank_at_least(1)[0])
                tensor.shape[1:].assert_is_compatible_with(shape)
            return graph.create(QueueEnqueueMany(), (self._queue_ref, *tensors), scope)

    def _components(self, vals: Any) -> list[Tensor]:
        if isinstance(vals, Mapping):
            if not self._names:
                raise ValueError("Queue must have names to enqueue a dictionary")
            if sorted(self._names) != sorted(vals):
                raise ValueError(
                    "Keys in dictionary to enqueue do not match names of Queue.  "
                    f"Dictionary: ({sorted(vals)}), Queue: ({sorted(self._names)})"
                )
            vals = [vals[key] for key in self._names]
        else:
            if self._names:
                raise ValueError("You must enqueue a dictionary in a Queue with names")
            vals = list(vals) if isinstance(vals, list | tuple) else [vals]
        if len(vals) < len(self._dtypes):
            raise ValueError(f"The queue has {len(self._dtypes)} components, but {len(vals)} were given to enqueue.")
        # As in TensorFlow, what there is more of than the queue has components is left out.
        return [
            convert_to_tensor(value, dtype, f"component_{place}")
            for place, (value, dtype) in enumerate(zip(vals, self._dtypes, strict=False))
        ]

    # -- taking out --------------------------------------------------------------------------------------------------

    def dequeue(self, name: str | None = None) -> Any:
        """The next element. Running it waits for one; OutOfRangeError if the queue is closed and empty."""
        made = self._read(QueueDequeue(self._described), name or f"{self._name}_Dequeue", yields=True)
        return self._returned(made.outputs)

    def dequeue_many(self, n: Any, name: str | None = None) -> Any:
        """The next n elements, in one more axis, the first. OutOfRangeError if the queue is closed and has fewer."""
        return self._several(QueueDequeueMany(self._described), n, name or f"{self._name}_DequeueMany")

    def dequeue_up_to(self, n: Any, name: str | None = None) -> Any:
        """The next n elements, or if the queue is closed as many as there are: at least 1."""
        return self._several(QueueDequeueUpTo(self._described), n, name or f"{self._name}_DequeueUpTo")

    @property
    def _described(self) -> Components:
        sizes = [None if shape.dims is None else tuple(shape.as_list()) for shape in self._shapes]
        return tuple(zip(self._dtypes, sizes, strict=True))

    def _several(self, definition: ResourceRead, n: Any, name: str) -> Any:
        graph = graph_of(self._queue_ref)
        with graph.as_default(), graph.name_scope(name) as scope:
            number = convert_to_tensor(n, int32, name="n")
            made = graph.create(definition, (self._queue_ref, number), scope)
            graph.sources[made] = None
        return self._returned(made.outputs)

    def _read(self, definition: ResourceRead, name: str, yields: bool = False) -> Operation:
        graph = graph_of(self._queue_ref)
        with graph.as_default(), graph.name_scope(name) as scope:
            made = graph.create(definition, (self._queue_ref,), scope)
        if yields:
            graph.sources[made] = None
        return made

    def _returned(self, outputs: Sequence[Tensor]) -> Any:
        if self._names:
            return dict(zip(self._names, outputs, strict=True))
        return outputs[0] if len(outputs) == 1 else list(outputs)

    # -- the queue itself --------------------------------------------------------------------------------------------

    def close(self, cancel_pending_enqueues: bool = False, name: str | None = None) -> Operation:
        """An operation that says that no more elements will come."""
        graph = graph_of(self._queue_ref)
        with graph.as_default(), graph.name_scope(name or f"{self._name}_Close") as scope:
            return graph.create(QueueClose(bool(cancel_pending_enqueues)), (self._queue_ref,), scope)

    def is_closed(self, name: str | None = None) -> Tensor:
        """Whether it is closed."""
        return self._read(QueueIsClosed(), name or f"{self._name}_Is_Closed").outputs[0]

    def size(self, name: str | None = None) -> Tensor:
        """How many elements there are, int32."""
        return self._read(QueueSize(), name or f"{self._name}_Size").outputs[0]


@final
class FIFOQueue(QueueBase):
    """A queue of which the element that was put in first comes first. `shapes` are needed for dequeue_many."""

    def __init__(
        self,
        capacity: int,
        dtypes: Any,
        shapes: Any = None,
        names: Any = None,
        shared_name: str | None = None,
        name: str = "fifo_queue",
    ) -> None:
        types = _types(dtypes)
        known = _checked(types, _shapes(shapes), names)
        made = FIFOQueueOp(shared_name or "", _described(types, known), int(capacity))
        super().__init__(types, known, names, handle(made, name))


@final
class PaddingFIFOQueue(QueueBase):
    """A FIFOQueue whose shapes may have unknown sizes: dequeue_many fills up to the longest of the batch."""

    def __init__(
        self,
        capacity: int,
        dtypes: Any,
        shapes: Any,
        names: Any = None,
        shared_name: str | None = None,
        name: str = "padding_fifo_queue",
    ) -> None:
        types = _types(dtypes)
        if not isinstance(shapes, list | tuple):
            raise ValueError("When providing partial shapes, a list of shapes must be provided.")
        if len(shapes) != len(types):
            raise ValueError(
                f"Shapes must be provided for all components, but received {len(shapes)} shapes and {len(types)} "
                "dtypes."
            )
        known = _checked(types, _shapes([TensorShape(shape) for shape in shapes], partial=True), names)
        made = PaddingFIFOQueueOp(shared_name or "", _described(types, known), int(capacity))
        super().__init__(types, known, names, handle(made, name))


@final
class PriorityQueue(QueueBase):
    """A queue whose elements have one more component before the others: an int64, the least of which comes first."""

    def __init__(
        self,
        capacity: int,
        types: Any,
        shapes: Any = None,
        names: Any = None,
        shared_name: str | None = None,
        name: str = "priority_queue",
    ) -> None:
        kinds = [int64, *_types(types)]
        known = _shapes(shapes)
        known = _checked(kinds, [TensorShape(()), *known] if known else None, names)
        made = PriorityQueueOp(shared_name or "", _described(kinds, known), int(capacity))
        super().__init__(kinds, known, names, handle(made, name))


@final
class RandomShuffleQueue(QueueBase):
    """A queue whose elements come in random order; `min_after_dequeue` remain at least, until it is closed."""

    def __init__(
        self,
        capacity: int,
        min_after_dequeue: int,
        dtypes: Any,
        shapes: Any = None,
        names: Any = None,
        seed: int | None = None,
        shared_name: str | None = None,
        name: str = "random_shuffle_queue",
    ) -> None:
        types = _types(dtypes)
        known = _checked(types, _shapes(shapes), names)
        own, stream = get_seeds(seed)
        described = _described(types, known)
        made = RandomShuffleQueueOp(shared_name or "", described, int(capacity), int(min_after_dequeue), own, stream)
        super().__init__(types, known, names, handle(made, name))


def _types(dtypes: Any) -> list[DType]:
    return [as_dtype(item) for item in dtypes] if isinstance(dtypes, list | tuple) else [as_dtype(dtypes)]


def _shapes(shapes: Any, partial: bool = False) -> list[TensorShape] | None:
    if shapes is None:
        return None
    if isinstance(shapes, TensorShape):
        shapes = [shapes]
    if not isinstance(shapes, list | tuple):
        raise TypeError("shapes must be a TensorShape or a list or tuple of TensorShapes.")
    if all(isinstance(item, int) for item in shapes):  # one shape
        shapes = [shapes]
    known = [TensorShape(shape) for shape in shapes]
    if not partial and not all(shape.is_fully_defined() for shape in known):
        raise ValueError(f"All shapes must be fully defined: {known}")
    if any(shape.dims is None for shape in known):
        raise ValueError(f"All shapes must have a defined rank: {known}")
    return known


def _checked(types: list[DType], shapes: list[TensorShape] | None, names: Any) -> list[TensorShape] | None:
    """The shapes. ValueError, before anything is added to the graph, for other numbers than there are types."""
    if shapes is not None and len(shapes) != len(types):
        raise ValueError("Queue shapes must have the same length as dtypes")
    if names is not None and len([names] if isinstance(names, str) else names) != len(types):
        raise ValueError("List of names must have the same length as the list of dtypes")
    return shapes


def _described(types: list[DType], shapes: list[TensorShape] | None) -> Components:
    sizes = [None] * len(types) if shapes is None else [tuple(shape.as_list()) for shape in shapes]
    return tuple(zip(types, sizes, strict=True))
