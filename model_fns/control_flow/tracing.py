"""Tracing: a Python function called once, what it makes becoming a graph of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, final

from model_fns.control_flow.result import tensor_of
from model_fns.control_flow.subgraph import Subgraph
from model_fns.graph.constant import Constant, convert_to_tensor
from model_fns.graph.graph import Graph, get_default_graph
from model_fns.graph.op import TensorSpec
from model_fns.graph.tensor import Operation, Tensor
from model_fns.nest import flatten
from model_fns.ops.control import Placeholder, identity
from model_fns.ops.state import Assign, ReadVariable


@final
@dataclass(eq=False)
class Trace:
    """A graph being traced inside `outer`, with the placeholders of what it takes from there."""

    outer: Graph = field(default_factory=get_default_graph)
    graph: Graph = field(init=False)
    captured: dict[Tensor, Tensor] = field(default_factory=dict)  # tensor of `outer` -> its placeholder

    def __post_init__(self) -> None:
        self.graph = self.outer.begin_inside()
        self.graph.capture = self._capture

    def _capture(self, tensor: Tensor) -> Tensor:
        if tensor.graph is not self.outer:
            if self.outer.capture is None:
                raise ValueError(f"{tensor} was made inside a branch or a body, and can only be used there.")
            tensor = self.outer.capture(tensor)
        if tensor not in self.captured:
            definition, name = tensor.op.definition, f"{tensor.op.name}/"
            if _is_copied(tensor):
                with self.graph.control_dependencies(None):
                    self.captured[tensor] = self.graph.create(definition, (), name).outputs[0]
            else:
                self.captured[tensor] = self.argument(tensor.spec, name)
                self.captured[tensor].known_value = tensor.known_value
        return self.captured[tensor]

    def argument(self, spec: TensorSpec, name: str) -> Tensor:
        """A placeholder."""
        with self.graph.control_dependencies(None):
            return self.graph.create(Placeholder(spec.dtype, spec.dims), (), name).outputs[0]

    @property
    def taken(self) -> list[Tensor]:
        """The tensors of `outer` that are taken, apart from those that are copied."""
        return [tensor for tensor in self.captured if not _is_copied(tensor)]

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """What the function returns, everything that it makes being made in this graph."""
        with self.graph.as_default():
            return function(*arguments)

    def tensors(self, result: Any) -> list[Tensor]:
        """The leaves of a result as tensors of this graph; True in place of an operation, when that is done."""
        with self.graph.as_default():
            return [self._tensor(leaf) for leaf in flatten(result)]

    def _tensor(self, leaf: Any) -> Tensor:
        if isinstance(leaf, Operation):
            with self.graph.control_dependencies([leaf]):
                return identity(convert_to_tensor(True), "done")
        tensor = convert_to_tensor(tensor_of(leaf))
        return tensor if tensor.graph is self.graph else self._capture(tensor)

    def stand_ins(self, outer: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """The placeholders for tensors of `outer`, also for those that it does not take."""
        return tuple(self._capture(tensor) for tensor in outer)

    def assigned(self, outputs: Iterable[Tensor]) -> list[Tensor]:
        """The variables' tensors of `outer` that are assigned to on the way to `outputs`."""
        inside = Subgraph(self.graph, tuple(self.captured.values()), tuple(outputs)).assigned
        return [outer for outer, inner in self.captured.items() if inner in inside]

    def wait(self) -> list[Operation]:
        """The operations of `outer` that something inside waits for; passes on those of graphs further out."""
        own = [operation for operation in self.graph.awaited if operation.graph is self.outer]
        self.outer.awaited += [operation for operation in self.graph.awaited if operation not in own]
        return own


def _is_copied(tensor: Tensor) -> bool:
    """Whether a tensor is a constant through which no gradient flows."""
    return isinstance(tensor.op.definition, Constant) and not tensor.dtype.is_floating


def values_before(variables: Sequence[Tensor]) -> list[Tensor]:
    """Copies of the values that variables have now, whatever is assigned to them later."""
    graph = get_default_graph()
    return [identity(graph.create(ReadVariable(), (tensor,), "value_before").outputs[0]) for tensor in variables]


def assign_after(
    variables: Sequence[Tensor], values: Sequence[Tensor], results: Sequence[Tensor], name: str
) -> list[Tensor]:
    """`results` under the name `name`, handed out when the variables have got their new values."""
    graph = get_default_graph()
    done = [
        graph.create(Assign(), (variable, value), "value_after").outputs[0]
        for variable, value in zip(variables, values, strict=True)
    ]
    with graph.control_dependencies(done):
        return [identity(result, name) for result in results]
