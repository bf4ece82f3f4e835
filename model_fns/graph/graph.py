"""Graph: operations in the order they were made, names, collections, control dependencies and the seed."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, final

from model_fns.graph import dimensions
from model_fns.graph.element import element
from model_fns.graph.indexed_slices import IndexedSlices
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
        self._unfeedable: set[Tensor] = set()
        self._unfetchable: set[Operation] = set()
        self.gradient_names: dict[Operation, str] = {}  # whose gradient is another than its own
        self._gradient_overrides: dict[str, str] = {}
        self._collections: dict[Any, list[Any]] = {}
        self._controls: tuple[Operation, ...] = ()
        self._taken_back: dict[int, Operation] = {}  # by number

    # -- building ----------------------------------------------------------------------------------------------------

    def create(self, definition: Op, inputs: Iterable[Tensor] = (), name: str | None = None) -> Operation:
        """Adds an operation. Errors of its shape or dtype rule come out naming it and its inputs."""
        if self.finalized:
            raise RuntimeError("Graph is finalized and cannot be modified.")
        inputs = tuple(self._own(tensor, name or definition.type) for tensor in inputs)
        full = self._full_name(definition, definition.type if name is None else name)
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
        if self._gradient_overrides or self.gradient_names:
            self._override_gradient(operation)
        return operation

    def _override_gradient(self, operation: Operation) -> None:
        name = self._gradient_overrides.get(operation.type)
        if name is None:
            self.gradient_names.pop(operation, None)
        else:
            self.gradient_names[operation] = name

    @contextmanager
    def gradient_override_map(self, op_type_map: Mapping[str, str]) -> Iterator[None]:
        """Gives operations made inside the gradient of another name: see `RegisterGradient`.

        `op_type_map` goes from kinds of operations to names. TypeError for other things than a dict of strings.
        """
        if not isinstance(op_type_map, dict):
            raise TypeError("op_type_map must be a dictionary mapping strings to strings")
        if not all(isinstance(item, str) for pair in op_type_map.items() for item in pair):
            raise TypeError("The keys and values of op_type_map must be strings")
        outer = self._gradient_overrides
        self._gradient_overrides = {**outer, **op_type_map}
        try:
            yield
        finally:
            self._gradient_overrides = outer

    def _full_name(self, definition: Op, name: str | bytes) -> str:
        """A unique name for an operation to be called `name`, or that itself if it ends in `/`. ValueError if bad."""
        base = name.decode() if isinstance(name, bytes) else name
        if not base or base.endswith("/"):
            full = base[:-1]
        else:
            if definition.type != "Const":  # which TensorFlow does not put into a scope of its own
                self.names.check_scope(base)
            full = self.names.unique(base)
        self.names.check_node(full)
        return full

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
        made._gradient_overrides = self._gradient_overrides
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
        if not isinstance(name, str | bytes):
            raise TypeError(f"Operation names are strings (or similar), not {type(name).__name__}.")
        return element(self, self._by_name, name, allow_tensor=False)

    def get_tensor_by_name(self, name: str) -> Tensor:
        """The tensor `operation:number`. KeyError if there is none, ValueError for an operation's name."""
        if not isinstance(name, str | bytes):
            raise TypeError(f"Tensor names are strings (or similar), not {type(name).__name__}.")
        return element(self, self._by_name, name, allow_operation=False)

    def as_graph_element(self, obj: Any, allow_tensor: bool = True, allow_operation: bool = True) -> Any:
        """The tensor or operation that `obj` is, names, or stands for (a variable)."""
        return element(self, self._by_name, obj, allow_tensor, allow_operation)

    def prevent_feeding(self, tensor: Tensor) -> None:
        """`tensor` may no longer be fed."""
        self._unfeedable.add(tensor)

    def is_feedable(self, tensor: Tensor) -> bool:
        return tensor not in self._unfeedable

    def prevent_fetching(self, op: Operation) -> None:
        """`op` and its outputs may no longer be fetched."""
        self._unfetchable.add(op)

    def is_fetchable(self, tensor_or_op: Any) -> bool:
        return not self._unfetchable or as_operation(tensor_or_op) not in self._unfetchable

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

    @property
    def collections(self) -> list[Any]:
        """The names of the collections that hold something."""
        return self.get_all_collection_keys()

    @property
    def version(self) -> int:
        """A number that rises as operations are added."""
        return len(self.operations)

    @property
    def building_function(self) -> bool:
        """Whether this is the graph of a branch or a body of another one."""
        return self.outer is not None

    @property
    def graph_def_versions(self) -> Any:
        """The version of the graph's form, as a message."""
        return self.as_graph_def().versions

    def get_all_collection_keys(self) -> list[Any]:
        return [key for key, items in self._collections.items() if items]

    def clear_collection(self, name: Any) -> None:
        self._collections.pop(name, None)

    # -- running -----------------------------------------------------------------------------------------------------

    def session_for(self, session: Any, call: str, doing: str, what: str = "tensor") -> Any:
        """`session`, or the default session. ValueError if there is none or it belongs to another graph.

        `call` names what was called, `doing` says what for: "eval()" and "evaluate".
        """
        found = session if session is not None else get_default_session()
        explicit = f"an explicit session to `{call.replace('()', '(session=sess)')}`"
        if found is None:
            entering = "with sess.as_default():" if call == "run()" else "with sess.as_default()"
            raise ValueError(
                f"Cannot {doing} {what} using `{call}`: No default session is registered. Use `{entering}` or pass "
                f"{explicit}"
            )
        if found.graph is not self:
            kind = "default" if session is None else "given"
            advice = f" Pass {explicit}." if session is None else ""
            raise ValueError(
                f"Cannot use the {kind} session to {doing} {what}: the {what}'s graph is different from the session's "
                f"graph.{advice}"
            )
        return found


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
    if isinstance(item, Tensor | IndexedSlices):
        return item.op
    if isinstance(item, Operation):
        return item
    raise TypeError(f"Can not convert a {type(item).__name__} into a Tensor or Operation.")


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
        if graph in _defaults.graphs:  # else they were forgotten meanwhile
            _defaults.graphs.remove(graph)


@contextmanager
def default_session(session: Any, nested: bool = True) -> Iterator[Any]:
    """Makes `session` the one that `eval()` and `run()` use, in this thread.

    `nested`: the sessions entered last must be left first; AssertionError otherwise.
    """
    sessions = _defaults.sessions
    sessions.append(session)
    try:
        yield session
    finally:
        if nested and sessions and sessions[-1] is not session:
            raise AssertionError(f"Nesting violated for default stack of {type(session)} objects")
        if session in sessions:  # else they were forgotten meanwhile
            sessions.reverse()  # the one entered last, of several entries of the same
            sessions.remove(session)
            sessions.reverse()


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
        raise AssertionError(
            "Do not use tf.reset_default_graph() to clear nested graphs. If you need a cleared graph, exit the nesting "
            "and create a new graph."
        )
    _global_graph.clear()


def forget_default_graphs() -> None:
    """Starts the process's default graph anew, and leaves the graphs and sessions that this thread is in still."""
    _defaults.graphs.clear()
    _defaults.sessions.clear()
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
