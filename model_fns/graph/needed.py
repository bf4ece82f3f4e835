"""Which operations a run needs, and in which order they run."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from model_fns.graph.graph import as_operation
from model_fns.graph.tensor import Operation, Tensor


def needed_operations(
    fetches: Iterable[Any], feeds: Iterable[Tensor] = (), done: Collection[Operation] = ()
) -> list[Operation]:
    """The operations behind `fetches` (tensors and operations), cut off at `feeds`, in the order they were made.

    Those already `done` in this run are left out; of one that wrote to a variable, what it hands on is the variable.

    That order respects data and control dependencies, because both can only name what exists already; and it settles
    what TensorFlow leaves to chance: a read and an assignment that do not wait for each other run as they were written.
    """
    fed = set(feeds)
    found: set[Operation] = set()
    stack = [as_operation(item) for item in fetches if not (isinstance(item, Tensor) and item in fed)]
    while stack:
        operation = stack.pop()
        if operation in found:
            continue
        if operation in done:
            if operation.definition.writes:
                stack.append(operation.inputs[0].op)
            continue
        found.add(operation)
        if operation.outputs and all(output in fed for output in operation.outputs):
            continue
        stack += [tensor.op for tensor in operation.inputs if tensor not in fed]
        stack += operation.control_inputs
    return sorted(found, key=lambda operation: operation.index)
