"""A graph as a GraphDef: what TensorBoard draws, and what programs look into for nodes and constants."""

from __future__ import annotations

import dataclasses
from typing import Any

from model_fns.graph.constant import FrozenArray
from model_fns.graph.dtypes import DType
from model_fns.graph.graph import Graph
from model_fns.graph.tensor import Operation, Tensor
from model_fns.protos.graph import AttrValue, GraphDef, ListValue, NodeDef
from model_fns.protos.tensor import make_tensor_proto, shape_proto

_PRODUCER, _MIN_CONSUMER = 134, 0  # of TensorFlow 1.15, whose nodes these are
_OUTPUT_SHAPES = "_output_shapes"
_NAMES = {"dims": "shape"}  # of attributes whose name here is another one than TensorFlow's


def graph_def(graph: Graph, first: int = 0, add_shapes: bool = False) -> GraphDef:
    """The operations of a graph from number `first` on; with `add_shapes` their outputs' shapes as attributes."""
    made = GraphDef(versions={"producer": _PRODUCER, "min_consumer": _MIN_CONSUMER})
    for operation in graph.operations[first:]:
        made.node.hold(node_def(operation, add_shapes))
    return made


def node_def(operation: Operation, add_shapes: bool = False) -> NodeDef:
    """One operation: name, kind, inputs and attributes."""
    made = NodeDef(name=operation.name, op=operation.type)
    made.input.extend(_input_name(tensor) for tensor in operation.inputs)
    made.input.extend(f"^{control.name}" for control in operation.control_inputs)
    for name, value in _attributes(operation).items():
        made.attr.hold(name, value)
    if add_shapes and operation.outputs:
        shapes = ListValue()
        for output in operation.outputs:
            shapes.shape.hold(shape_proto(output.dims))
        made.attr.hold(_OUTPUT_SHAPES, _holding("list", shapes))
    return made


def _holding(kind: str, message: Any) -> AttrValue:
    made = AttrValue()
    made.hold(kind, message)
    return made


def _input_name(tensor: Tensor) -> str:
    return tensor.op.name if tensor.value_index == 0 else tensor.name


def _attributes(operation: Operation) -> dict[str, AttrValue]:
    found = {}
    for field in dataclasses.fields(operation.definition):
        value = getattr(operation.definition, field.name)
        found[_NAMES.get(field.name, field.name)] = _attribute(field.name, value)
    sources = operation.inputs or operation.outputs
    if sources:
        name = "T" if operation.inputs else "dtype"
        found.setdefault(name, AttrValue(type=sources[0].dtype.as_datatype_enum))
    return found


def _attribute(name: str, value: Any) -> AttrValue:
    if isinstance(value, DType):
        return AttrValue(type=value.as_datatype_enum)
    if isinstance(value, FrozenArray):
        return _holding("tensor", make_tensor_proto(value.array))
    if name == "dims":
        return _holding("shape", shape_proto(value))
    if isinstance(value, bool):
        return AttrValue(b=value)
    if isinstance(value, int):
        return AttrValue(i=value)
    if isinstance(value, float):
        return AttrValue(f=value)
    if isinstance(value, tuple) and value and all(isinstance(item, int) for item in value):
        return _holding("list", ListValue(i=value))
    return AttrValue(s=(value if isinstance(value, str) else repr(value)).encode())
