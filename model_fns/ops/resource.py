"""Resources: what a session keeps beside its variables, such as queues and readers, and the operations that use it.

A resource is known to a graph by its handle. Who runs the graph makes the resource, and gives it to the kernels of the
operations that use it in place of the handle: they run on the host, once in a run.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.graph.dtypes import resource
from model_fns.graph.graph import get_default_graph
from model_fns.graph.op import Op, TensorSpec
from model_fns.graph.tensor import Operation, Tensor
from model_fns.ops.state import VariableV2


@dataclass(frozen=True)
class Resource(Op):
    """Makes a handle. Resources with the same `shared_name`, if it is not '', are one."""

    stateful: ClassVar[bool] = True
    shared_name: str = ""

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        return (TensorSpec(resource, ()),)

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        return ()

    def kernel(self, *inputs: Any) -> Any:
        raise InvalidArgumentError(message=f"A {self.type} can only be had from the session that holds it.")


class ResourceUse(Op):
    """Does something with the resource whose handle is the first input."""

    stateful: ClassVar[bool] = True

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,) * len(inputs)


class ResourceRead(ResourceUse):
    """Yields something of it. Where that depends on nothing that is computed, it comes before the compiled part."""


def handle(definition: Resource, name: str) -> Tensor:
    """Adds a resource to the default graph; its handle."""
    return get_default_graph().create(definition, (), name).outputs[0]


def held_by(handle: Any) -> Any:
    """The resource itself, which a kernel is given as an array of rank 0."""
    return np.asarray(handle, object).item()


def early_reads(needed: Sequence[Operation], fed: Collection[Tensor]) -> list[Operation] | None:
    """The operations that yield something of a resource before anything else is computed, in order.

    None if a resource is used otherwise, too: then the host has to go through the run operation by operation.
    """
    early: dict[Operation, None] = {}
    for operation in needed:
        if all(tensor in fed for tensor in operation.outputs) and operation.outputs:
            continue
        definition = operation.definition
        if isinstance(definition, ResourceRead) and _is_ready(operation, fed, early):
            early[operation] = None
        elif isinstance(definition, ResourceUse) or _takes_handles(operation):
            return None
    return list(early)


def _is_ready(operation: Operation, fed: Collection[Tensor], early: Collection[Operation]) -> bool:
    """Whether nothing that is computed from variables, or has effects, comes before the operation."""
    found: set[Operation] = set()
    stack = [operation]
    while stack:
        item = stack.pop()
        before = [tensor.op for tensor in item.inputs if tensor not in fed]
        for other in (*before, *item.control_inputs):
            if other in found or other in early:
                continue
            if other.definition.writes or isinstance(other.definition, VariableV2 | ResourceUse):
                return False
            found.add(other)
            stack.append(other)
    return True


def _takes_handles(operation: Operation) -> bool:
    """Whether it hands a resource on to operations that cannot be seen from here, such as those of a branch."""
    handles = [tensor for tensor in operation.inputs if tensor.dtype == resource]
    return bool(handles) and not all(tensor.dtype == resource for tensor in operation.outputs)
