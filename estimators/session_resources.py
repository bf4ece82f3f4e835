"""SessionResources: the queues and readers of one session, made when they are first used."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any, final

from estimators.state import State
from input_fns.queues.element_orders import PaddingElementQueue, PriorityElementQueue, RandomElementQueue
from input_fns.queues.element_queue import ElementQueue
from input_fns.queues.record_reader import RecordReader, itself, lines, stretches, tf_records, whole_file
from model_fns.graph.tensor import Operation, Tensor
from model_fns.ops import queue, reader
from model_fns.ops.resource import Resource

# From what an operation defines, its name and the session's seed to what the session keeps.
_KINDS: dict[type[Resource], Callable[[Any, str, int], Any]] = {
    queue.FIFOQueueOp: lambda kind, name, seed: ElementQueue(kind, name),
    queue.PaddingFIFOQueueOp: lambda kind, name, seed: PaddingElementQueue(kind, name),
    queue.PriorityQueueOp: lambda kind, name, seed: PriorityElementQueue(kind, name),
    queue.RandomShuffleQueueOp: RandomElementQueue,
    reader.TextLineReaderOp: lambda kind, name, seed: RecordReader(lines(kind)),
    reader.FixedLengthRecordReaderOp: lambda kind, name, seed: RecordReader(stretches(kind)),
    reader.TFRecordReaderOp: lambda kind, name, seed: RecordReader(tf_records(kind)),
    reader.WholeFileReaderOp: lambda kind, name, seed: RecordReader(whole_file, serializes=True),
    reader.IdentityReaderOp: lambda kind, name, seed: RecordReader(itself, serializes=True),
}


@final
class SessionResources:
    """By the operations that make their handles. Any thread may ask.

    Args:
      state: the session's, for the seed.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._lock = threading.Lock()
        self._made: dict[Any, Any] = {}

    def handles(self, operations: Iterable[Operation]) -> dict[Tensor, Any]:
        """What kernels are given in place of the handles that are made by those `operations` that make any."""
        return {
            operation.outputs[0]: self._resource(operation)
            for operation in operations
            if isinstance(operation.definition, Resource)
        }

    def _resource(self, operation: Operation) -> Any:
        definition = operation.definition
        assert isinstance(definition, Resource)
        key = (definition.type, definition.shared_name) if definition.shared_name else operation
        with self._lock:
            if key not in self._made:
                self._made[key] = _KINDS[type(definition)](definition, operation.name, self._state.seed)
            return self._made[key]

    def end(self) -> None:
        """Cancels whatever waits for a queue, and forgets all."""
        with self._lock:
            made, self._made = self._made, {}
        for item in made.values():
            if isinstance(item, ElementQueue):
                item.end()
