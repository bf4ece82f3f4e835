"""A graph as data: its operations with their attributes, its variables and collections, as what JSON can hold.

Nothing in it is code. An operation's kind is a name that must be that of one of the project's operations, its
attributes must be of the types that its class says, and everything else follows from the rules of these operations.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import is_dataclass
from functools import cache
from typing import Any

import model_fns.ops
from model_fns.graph.constant import Constant
from model_fns.graph.graph import Graph
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
        "operations": [_saved_operation(operation) for operation in wanted],
        "variables": [_saved_variable(variable) for variable in variables.values()],
        "collections": collections,
    }


def _saved_operation(operation: Operation) -> dict[str, Any]:
    try:
        kind = encoded(operation.definition)
    except TypeError as error:
        raise TypeError(f"The operation {operation.name!r} ({operation.type}) cannot be saved: {error}.") from None
    return {
        "name": operation.name,
        **kind,
        "inputs": [tensor.name for tensor in operation.inputs],
        "controls": [control.name for control in operation.control_inputs],
        "shapes": [_known_shape(output) for output in operation.outputs],
    }


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
    renamed: dict[str, str] = {}
    if graph.seed is None and not graph.operations:
        graph.seed = data["seed"]
    for item in data["operations"]:
        operation = _restored_operation(item, graph, prefix, elements, renamed)
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
    item: Mapping[str, Any], graph: Graph, prefix: str, elements: Mapping[str, Any], renamed: dict[str, str]
) -> Operation:
    name = prefix + item["name"]
    if not _NAME.fullmatch(name):
        raise ValueError(f"The saved graph is damaged: {name!r} is no name of an operation.")
    try:
        definition = record(item, kinds(), renamed)
    except ValueError as error:
        raise ValueError(f"The saved graph cannot be used: operation {name!r}: {error}.") from None
    if not isinstance(definition, Op):
        raise ValueError(f"The saved graph cannot be used: {item['record']!r} is no kind of operation.")
    with graph.name_scope(None):
        if graph.unique_name(name) != name:
            raise ValueError(f"The graph has an operation named {name!r} already: give an import_scope.")
        try:
            with graph.control_dependencies(None), graph.control_dependencies([elements[c] for c in item["controls"]]):
                operation = graph.create(definition, [elements[tensor] for tensor in item["inputs"]], f"{name}/")
            for output, shape in zip(operation.outputs, item["shapes"], strict=True):
                output.set_shape(shape)
        except ValueError as error:
            raise ValueError(f"The saved graph is damaged: operation {name!r}: {error}.") from None
    return operation


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
            if isinstance(value, type) and _is_ours(value) and (is_dataclass(value) or hasattr(value, "_fields")):
                found.setdefault(value.__name__, value)
    return found


def _is_ours(kind: type) -> bool:
    return kind.__module__.partition(".")[0] in ("model_fns", "estimators")


def _below(kind: type) -> Iterator[type]:
    inner: type
    for inner in kind.__subclasses__():
        yield inner
        yield from _below(inner)
