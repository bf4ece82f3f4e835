"""A graph as data: its operations with their attributes, its variables and collections, as what JSON can hold.

Nothing in it is code. An operation's kind is a name that must be that of one of the project's operations, its
attributes must be of the types that its class says, and everything else follows from the rules of these operations.
"""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, final

import model_fns.control_flow.conditional
import model_fns.control_flow.loop
import model_fns.control_flow.scan
import model_fns.ops
from model_fns.control_flow.subgraph import Subgraph
from model_fns.graph.constant import Constant
from model_fns.graph.graph import Graph
from model_fns.graph.needed import needed_operations
from model_fns.graph.op import Op
from model_fns.graph.tensor import Operation, Tensor
from model_fns.graph_values import encoded, record
from model_fns.summary import MergeSummary
from model_fns.variables import Variable

FORMAT = "estimators graph 1"
_NAME = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_.\\/-]*")
_PLAIN = (str, int, float, bool)


def saved(graph: Graph, operations: Iterable[Operation] | None = None) -> dict[str, Any]:
    """The graph, or those of its operations, with the variables and collections that hold nothing else.

    Raises TypeError, naming the operation, for an attribute that is not data.
    """
    wanted = list(graph.operations if operations is None else operations)
    inside = _Inside(wanted)
    there = set(wanted)
    variables: dict[str, Variable] = {}
    collections: dict[str, list[Any]] = {}
    for key in graph.get_all_collection_keys():
        items = [_reference(item, there, variables) for item in graph.get_collection(key)]
        found = [item for item in items if item is not None]
        if isinstance(key, str) and found:
            collections[key] = found
    return {
        "format": FORMAT,
        "seed": graph.seed,
        "operations": [_saved_operation(operation, inside) for operation in wanted],
        "insides": inside.saved_graphs(),
        "subgraphs": inside.saved_subgraphs(),
        "variables": [_saved_variable(variable) for variable in variables.values()],
        "collections": collections,
    }


@final
class _Inside:
    """The graphs of branches and bodies inside `operations`, those inside these, and so on.

    Several branches and bodies may be parts of one graph, and share its tensors: a loop's body and its gradient's.
    """

    def __init__(self, operations: Iterable[Operation]) -> None:
        self.subgraphs: dict[Subgraph, int] = {}  # with their numbers
        self._graphs: dict[Graph, set[Operation]] = {}  # with what is needed of them
        self._walk(operations)

    def _walk(self, operations: Iterable[Operation]) -> None:
        for operation in operations:
            for subgraph in _subgraphs_of(operation.definition):
                if subgraph not in self.subgraphs:
                    self.subgraphs[subgraph] = len(self.subgraphs)
                    needed = set(needed_operations([*subgraph.given, *subgraph.outputs], ()))
                    there = self._graphs.setdefault(subgraph.graph, set())
                    new = needed - there
                    there |= needed
                    self._walk(new)

    def saved_graphs(self) -> list[Any]:
        return [
            [_saved_operation(operation, self) for operation in graph.operations if operation in needed]
            for graph, needed in self._graphs.items()
        ]

    def saved_subgraphs(self) -> list[Any]:
        numbers = {graph: number for number, graph in enumerate(self._graphs)}
        return [
            {
                "inside": numbers[subgraph.graph],
                "given": [tensor.name for tensor in subgraph.given],
                "outputs": [tensor.name for tensor in subgraph.outputs],
            }
            for subgraph in self.subgraphs
        ]


def _subgraphs_of(definition: Op) -> list[Subgraph]:
    return [value for value in vars(definition).values() if isinstance(value, Subgraph)]


def _saved_operation(operation: Operation, inside: _Inside) -> dict[str, Any]:
    try:
        kind = _encoded_kind(operation.definition, inside)
    except TypeError as error:
        raise TypeError(f"The operation {operation.name!r} ({operation.type}) cannot be saved: {error}.") from None
    return {
        "name": operation.name,
        **kind,
        "inputs": [tensor.name for tensor in operation.inputs],
        "controls": [control.name for control in operation.control_inputs],
        "shapes": [_known_shape(output) for output in operation.outputs],
    }


def _encoded_kind(definition: Op, inside: _Inside) -> dict[str, Any]:
    fields = _subgraphs_of(definition)
    if not fields:
        return encoded(definition)
    kind: dict[str, Any] = {"record": type(definition).__name__, "fields": {}}
    for field in dataclasses.fields(definition):
        value = getattr(definition, field.name)
        kind["fields"][field.name] = {"subgraph": inside.subgraphs[value]} if value in fields else encoded(value)
    return kind


def _known_shape(tensor: Tensor) -> list[int | None] | None:
    return None if tensor.dims is None else [size if isinstance(size, int) else None for size in tensor.dims]


def _saved_variable(variable: Variable) -> dict[str, Any]:
    return {
        "name": variable.op.name,
        "initializer": variable.initializer.name,
        "snapshot": variable.value().name,
        "initial_value": variable.initial_value.name,
        "trainable": variable.trainable,
    }


def _reference(item: Any, there: set[Operation], variables: dict[str, Variable]) -> Any:
    """An item of a collection, as JSON; None for one that is of no kind that can be saved, or not among `there`."""
    if isinstance(item, Variable):
        parts = (item.op, item.initializer, item.value().op, item.initial_value.op)
        if not there.issuperset(parts):
            return None
        variables[item.op.name] = item
        return {"variable": item.op.name}
    if isinstance(item, Tensor):
        return {"tensor": item.name} if item.op in there else None
    if isinstance(item, Operation):
        return {"operation": item.name} if item in there else None
    return item if isinstance(item, _PLAIN) else None


def restored(data: Mapping[str, Any], graph: Graph, scope: str = "") -> dict[str, Any]:
    """Adds a saved graph to `graph`, under the name scope `scope`; what each tensor's and operation's name now means.

    Raises ValueError for data that is no saved graph, or one with a name that the graph has already.
    """
    if not isinstance(data, Mapping) or data.get("format") != FORMAT:
        raise ValueError(f"This is no graph saved as {FORMAT!r}.")
    try:
        return _restored(data, graph, f"{scope.rstrip('/')}/" if scope else "")
    except (KeyError, TypeError, AttributeError, IndexError, OverflowError, RecursionError) as error:
        raise ValueError(f"The saved graph is damaged: {error!r}.") from error


def _restored(data: Mapping[str, Any], graph: Graph, prefix: str) -> dict[str, Any]:
    elements: dict[str, Any] = {}
    inside = _Restored(data)
    if graph.seed is None and not graph.operations:
        graph.seed = data["seed"]
    for item in data["operations"]:
        operation = _restored_operation(item, graph, prefix, elements, inside)
        elements[item["name"]] = operation
        elements.update({f"{item['name']}:{i}": output for i, output in enumerate(operation.outputs)})
    variables = {
        item["name"]: Variable.of_parts(
            elements[f"{item['name']}:0"],
            elements[item["initializer"]],
            elements[item["snapshot"]],
            elements[item["initial_value"]],
            bool(item["trainable"]),
        )
        for item in data["variables"]
    }
    for key, items in data["collections"].items():
        for item in items:
            graph.add_to_collection(key, _item(item, elements, variables))
    return elements | variables


def _restored_operation(
    item: Mapping[str, Any], graph: Graph, prefix: str, elements: Mapping[str, Any], inside: _Restored
) -> Operation:
    name = prefix + item["name"]
    if not _NAME.fullmatch(name):
        raise ValueError(f"The saved graph is damaged: {name!r} is no name of an operation.")
    try:
        definition = record(item, kinds(), inside.renamed, lambda number: inside.subgraph(number, graph))
    except ValueError as error:
        raise ValueError(f"The saved graph cannot be used: operation {name!r}: {error}.") from None
    if not isinstance(definition, Op):
        raise ValueError(f"The saved graph cannot be used: {item['record']!r} is no kind of operation.")
    with graph.name_scope(None):
        if graph.outer is None and graph.unique_name(name) != name:
            raise ValueError(f"The graph has an operation named {name!r} already: give an import_scope.")
        try:
            with graph.control_dependencies(None), graph.control_dependencies([elements[c] for c in item["controls"]]):
                operation = graph.create(definition, [elements[tensor] for tensor in item["inputs"]], f"{name}/")
            for output, shape in zip(operation.outputs, item["shapes"], strict=True):
                output.set_shape(shape)
        except ValueError as error:
            raise ValueError(f"The saved graph is damaged: operation {name!r}: {error}.") from None
    return operation


@final
class _Restored:
    """The graphs of branches and bodies in a saved graph, each made when the first operation asks for a part of it."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.renamed: dict[str, str] = {}  # unknown sizes
        self._insides, self._parts = data.get("insides", []), data.get("subgraphs", [])
        self._made: dict[int, tuple[Graph, dict[str, Any]]] = {}
        self._subgraphs: dict[int, Subgraph] = {}

    def subgraph(self, number: int, outer: Graph) -> Subgraph:
        """A branch or a body of an operation in `outer`."""
        if number not in self._subgraphs:
            part = self._parts[number]
            graph, elements = self._graph(part["inside"], outer)
            given, outputs = (tuple(elements[name] for name in part[key]) for key in ("given", "outputs"))
            if not all(isinstance(tensor, Tensor) for tensor in (*given, *outputs)):
                raise ValueError("what a branch or a body is given and makes are tensors")
            self._subgraphs[number] = Subgraph(graph, given, outputs)
        return self._subgraphs[number]

    def _graph(self, number: int, outer: Graph) -> tuple[Graph, dict[str, Any]]:
        if number not in self._made:
            graph, elements = self._made[number] = outer.begin_inside(), {}
            for item in self._insides[number]:
                operation = _restored_operation(item, graph, "", elements, self)
                elements[item["name"]] = operation
                elements.update({f"{item['name']}:{i}": output for i, output in enumerate(operation.outputs)})
        return self._made[number]


def _item(item: Any, elements: Mapping[str, Any], variables: Mapping[str, Variable]) -> Any:
    if not isinstance(item, dict):
        return item
    if "variable" in item:
        return variables[item["variable"]]
    return elements[item.get("tensor") or item["operation"]]


@cache
def kinds() -> dict[str, type]:
    """All operations there are, by class name, and the records that their attributes hold."""
    names = [module.name for module in pkgutil.iter_modules(model_fns.ops.__path__)]
    modules = [importlib.import_module(f"model_fns.ops.{name}") for name in names]
    found = {kind.__name__: kind for kind in (Constant, MergeSummary, *_below(Op)) if _is_ours(kind)}
    for module in modules:
        for value in vars(module).values():
            if (
                isinstance(value, type)
                and _is_ours(value)
                and (dataclasses.is_dataclass(value) or hasattr(value, "_fields"))
            ):
                found.setdefault(value.__name__, value)
    return found


def _is_ours(kind: type) -> bool:
    return kind.__module__.partition(".")[0] in ("model_fns", "estimators")


def _below(kind: type) -> Iterator[type]:
    inner: type
    for inner in kind.__subclasses__():
        yield inner
        yield from _below(inner)
