"""Graph: operations in the order they were made, names, collections, control dependencies and the seed."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, final

from model_fns.graph import dimensions
from model_fns.graph.naming import Names
from model_fns.graph.op import Op
from model_fns.graph.tensor import Operation, Tensor


@final
class Graph:
    """A computation described but not run. Every operation belongs to one graph."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.seed: int | None = None
        self.names = Names()
        self.finalized = False
        self.sources: dict[Operation, Any] = {}  # the input pipelines, by the operation that yields their batches
        self.by_key: dict[str, Any] = {}  # what other modules keep for this graph, such as its variable store
        self.capture: Callable[[Tensor], Tensor] | None = None  # brings a tensor of an outer graph into a function's
        self.outer: Graph | None = None  # the graph that the branch or the body that this is belongs to
        self.awaited: list[Operation] = []  # operations of outer graphs that something in this one waits for
        self._by_name: dict[str, Operation] = {}
        self._collections: dict[Any, list[Any]] = {}
        self._controls: tuple[Operation, ...] = ()
        self._taken_back: dict[int, Operation] = {}  # by number

    # -- building ----------------------------------------------------------------------------------------------------

    def create(self, definition: Op, inputs: Iterable[Tensor] = (), name: str | None = None) -> Operation:
        """Adds an operation. Errors of its shape or dtype rule come out naming it and its inputs."""
        if self.finalized:
            raise RuntimeError("Graph is finalized and cannot be modified.")
        inputs = tuple(self._own(tensor, name or definition.type) for tensor in inputs)
        base = name or definition.type
        full = base[:-1] if base.endswith("/") else self.names.unique(base)
        specs, values = tuple(t.spec for t in inputs), tuple(t.known_value for t in inputs)
        try:
            outputs = definition.infer(specs, values)
        except (ValueError, TypeError) as error:
            raise type(error)(f"{error} {_context(definition, full, inputs)}") from None
        controls = self._control_inputs(inputs)
        operation = self._made_before(full, definition, inputs, controls)
        if operation is None:
            operation = Operation(self, full, definition, inputs, controls, outputs)
            if len(outputs) == 1:
                operation.outputs[0].known_value = definition.known_value(specs, values)
        self.operations.append(operation)
        self._by_name[full] = operation
        return operation

    def _own(self, tensor: Tensor, taker: str) -> Tensor:
        """`tensor`, or what stands for it here if this is the graph of a function."""
        if tensor.graph is self:
            return tensor
        if self.capture is not None:
            return self.capture(tensor)
        raise ValueError(f"{tensor} must be from the same graph as the operation {taker!r} that takes it.")

    def begin_inside(self) -> Graph:
        """A graph for a branch or a body of this one, with names that go on from here, and the same collections.

        Variables are made in the outermost graph, and found there: `root`.
        """
        made = Graph()
        made.outer, made.seed, made.names = self, self.seed, self.names.copy()
        made.by_key, made._collections = self.by_key, self._collections
        return made

    @property
    def root(self) -> Graph:
        """The graph that variables belong to: this one, unless it is a branch or a body."""
        return self if self.outer is None else self.outer.root

    def _control_inputs(self, inputs: tuple[Tensor, ...]) -> tuple[Operation, ...]:
        data = {tensor.op for tensor in inputs}
        return tuple(operation for operation in self._controls if operation not in data)

    @contextmanager
    def control_dependencies(self, control_inputs: Iterable[Any] | None) -> Iterator[None]:
        """What is made inside runs after `control_inputs` (operations, tensors, variables); None forgets outer ones."""
        outer = self._controls
        if control_inputs is None:
            self._controls = ()
        else:
            waited = [as_operation(item) for item in control_inputs]
            added = [operation for operation in waited if operation.graph is self or self.outer is None]
            self.awaited += [operation for operation in waited if operation not in added]
            self._controls = outer + tuple(op for op in dict.fromkeys(added) if op not in outer)
        try:
            yield
        finally:
            self._controls = outer

    def name_scope(self, name: str | None) -> AbstractContextManager[str]:
        """Puts a prefix before the names of what is made inside. TF1's rules: see `Names.inside`."""
        return self.names.inside(name)

    def get_name_scope(self) -> str:
        return self.names.scope

    def unique_name(self, name: str, mark_as_used: bool = True) -> str:
        return self.names.unique(name, mark_as_used)

    def as_default(self) -> AbstractContextManager[Graph]:
        """Makes this the graph that operations are added to, in this thread."""
        return _entered(self)

    @contextmanager
    def device(self, device_name_or_function: Any) -> Iterator[None]:
        """Accepted and without effect: everything runs on the CPU."""
        yield

    def finalize(self) -> None:
        """No operation can be added afterwards."""
        self.finalized = True

    # -- taking back -------------------------------------------------------------------------------------------------

    def mark(self) -> Mark:
        """The graph's present state, for `restore`."""
        by_key = {key: value.copy() for key, value in self.by_key.items()}
        collections = {name: list(items) for name, items in self._collections.items()}
        return Mark(len(self.operations), self.names.copy(), dict(self.sources), by_key, collections)

    def restore(self, mark: Mark) -> None:
        """Takes back all that was added since `mark`.

        If then the same operations are made again, they are the very objects that were there before: what was compiled
        of them stays good.
        """
        for operation in self.operations[mark.operations :]:
            self._taken_back[operation.index] = operation
            del self._by_name[operation.name]
        del self.operations[mark.operations :]
        self.finalized = False
        self.names, self.sources = mark.names.copy(), dict(mark.sources)
        self.by_key = {key: value.copy() for key, value in mark.by_key.items()}
        self._collections = {name: list(items) for name, items in mark.collections.items()}

    def _made_before(
        self, name: str, definition: Op, inputs: tuple[Tensor, ...], controls: tuple[Operation, ...]
    ) -> Operation | None:
        """The operation of this number that was taken back, if it is the one that is being made now."""
        old = self._taken_back.pop(len(self.operations), None)
        made = name, inputs, controls, definition
        if old is not None and (old.name, old.inputs, old.control_inputs, old.definition) == made:
            return old
        self._taken_back.clear()  # from here on it is another graph
        return None

    # -- looking up --------------------------------------------------------------------------------------------------

    def get_operations(self) -> list[Operation]:
        return list(self.operations)

    def get_operation_by_name(self, name: str) -> Operation:
        """KeyError if there is none, ValueError for a tensor's name."""
        if ":" in name:
            raise ValueError(f"Name '{name}' appears to refer to a Tensor, not a Operation.")
        if name not in self._by_name:
            raise KeyError(f"The name '{name}' refers to an Operation not in the graph.")
        return self._by_name[name]

    def get_tensor_by_name(self, name: str) -> Tensor:
        """The tensor `operation:number`. KeyError if there is none, ValueError for an operation's name."""
        base, colon, number = name.rpartition(":")
        if not colon or not number.isdigit():
            hint = (
                f"Did you mean '{name}:0'?"
                if name in self._by_name
                else "Tensor names have the form '<op_name>:<output_index>'."
            )
            raise ValueError(f"The name '{name}' refers to an Operation, not a Tensor. {hint}")
        if base not in self._by_name:
            raise KeyError(
                f"The name '{name}' refers to a Tensor which does not exist. The operation, '{base}', does not exist "
                "in the graph."
            )
        outputs = self._by_name[base].outputs
        if int(number) >= len(outputs):
            raise KeyError(
                f"The name '{name}' refers to a Tensor which does not exist. The operation, '{base}', exists but only "
                f"has {len(outputs)} outputs."
            )
        return outputs[int(number)]

    def as_graph_element(self, obj: Any, allow_tensor: bool = True, allow_operation: bool = True) -> Any:
        """The tensor or operation that `obj` is, names, or stands for (a variable)."""
        if isinstance(obj, str):
            if ":" in obj:
                return self.get_tensor_by_name(obj)
            return self.get_operation_by_name(obj)
        element = getattr(obj, "graph_element", obj)
        if not isinstance(element, Tensor | Operation):
            raise TypeError(f"Can not convert a {type(obj).__name__} into a Tensor or Operation.")
        if element.graph is not self:
            raise ValueError(f"{element} is not an element of this graph.")
        return element

    def is_feedable(self, tensor: Tensor) -> bool:
        return True

    def as_graph_def(self, from_version: int | None = None, add_shapes: bool = False) -> Any:
        """The operations, from number `from_version` on, as a GraphDef message; with their outputs' shapes if asked."""
        from model_fns.graph_definition import graph_def  # here: it describes what is built of this class

        return graph_def(self, from_version or 0, add_shapes)

    # -- collections -------------------------------------------------------------------------------------------------

    def add_to_collection(self, name: Any, value: Any) -> None:
        self._collections.setdefault(name, []).append(value)

    def add_to_collections(self, names: Iterable[Any], value: Any) -> None:
        for name in [names] if isinstance(names, str) else dict.fromkeys(names):
            self.add_to_collection(name, value)

    def get_collection(self, name: Any, scope: str | None = None) -> list[Any]:
        """A copy of the collection; with `scope`, the items whose name that regular expression matches at its start."""
        items = self._collections.get(name, [])
        if scope is None:
            return list(items)
        pattern = re.compile(scope)
        return [item for item in items if hasattr(item, "name") and pattern.match(item.name)]

    def get_collection_ref(self, name: Any) -> list[Any]:
        return self._collections.setdefault(name, [])

    def get_all_collection_keys(self) -> list[Any]:
        return [key for key, items in self._collections.items() if items]

    def clear_collection(self, name: Any) -> None:
        self._collections.pop(name, None)

    # -- running -----------------------------------------------------------------------------------------------------

    def session_for(self, session: Any, failure: str) -> Any:
        """`session`, or the default session. ValueError if there is none or it belongs to another graph."""
        session = session if session is not None else get_default_session()
        if session is None:
            raise ValueError(
                f"{failure}: No default session is registered. Use `with sess.as_default()` or pass an explicit "
                "session (`session=sess`)."
            )
        if session.graph is not self:
            raise ValueError(f"{failure}: the session's graph is not the one that this element belongs to.")
        return session


@final
@dataclass(frozen=True)
class Mark:
    """What a graph held at one time: how many operations, and copies of the rest."""

    operations: int
    names: Names
    sources: dict[Operation, Any]
    by_key: dict[str, Any]
    collections: dict[Any, list[Any]]


def _context(definition: Op, name: str, inputs: tuple[Tensor, ...]) -> str:
    """Which operation failed and with what, as TensorFlow words it, and with the tensors' names."""
    shapes = ", ".join(dimensions.text(tensor.dims) for tensor in inputs)
    names = ", ".join(f"{tensor.name} {tensor.dtype.name}" for tensor in inputs)
    return f"for '{name}' (op: '{definition.type}') with input shapes: {shapes} (inputs: {names})."


def as_operation(item: Any) -> Operation:
    """The operation that `item` (operation, tensor, variable) is or comes from."""
    item = getattr(item, "graph_element", item)
    if isinstance(item, Tensor):
        return item.op
    if isinstance(item, Operation):
        return item
    raise TypeError(f"Control input must be Operation or Tensor, given: {item}")


class _Defaults(threading.local):
    """Each thread's stacks of default graphs and sessions."""

    def __init__(self) -> None:
        self.graphs: list[Graph] = []
        self.sessions: list[Any] = []


_defaults = _Defaults()
_global_graph: list[Graph] = []


@contextmanager
def _entered(graph: Graph) -> Iterator[Graph]:
    _defaults.graphs.append(graph)
    try:
        yield graph
    finally:
        _defaults.graphs.remove(graph)


@contextmanager
def default_session(session: Any) -> Iterator[Any]:
    """Makes `session` the one that `eval()` and `run()` use, in this thread."""
    _defaults.sessions.append(session)
    try:
        yield session
    finally:
        _defaults.sessions.remove(session)


def get_default_session() -> Any:
    return _defaults.sessions[-1] if _defaults.sessions else None


def get_default_graph() -> Graph:
    """The innermost graph entered with `as_default` in this thread, else the process's own."""
    if _defaults.graphs:
        return _defaults.graphs[-1]
    if not _global_graph:
        _global_graph.append(Graph())
    return _global_graph[0]


def reset_default_graph() -> None:
    """Starts the process's default graph anew. Not allowed inside `graph.as_default()`."""
    if _defaults.graphs:
        raise AssertionError("Do not use tf.reset_default_graph() to clear nested graphs.")
    _global_graph.clear()


def set_random_seed(seed: int | None) -> None:
    """Sets the default graph's seed, on which every random operation without a seed of its own then depends."""
    get_default_graph().seed = seed


def get_seeds(op_seed: int | None) -> tuple[int | None, int]:
    """(graph seed, stream) for a random operation. TensorFlow's rule: an operation without a seed takes its number."""
    graph = get_default_graph()
    if op_seed is not None:
        return (87654321 if graph.seed is None else graph.seed), op_seed
    return graph.seed, len(graph.operations)
