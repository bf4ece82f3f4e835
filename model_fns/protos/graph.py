"""GraphDef: a graph as a list of nodes, each with its name, kind, inputs and attributes, as TensorBoard shows it."""

from __future__ import annotations

from typing import ClassVar, final

from model_fns.protos.field import Field
from model_fns.protos.message import Message
from model_fns.protos.tensor import DATA_TYPES, TensorProto, TensorShapeProto


@final
class ListValue(Message):
    """An attribute that is a list."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field(2, "s", "bytes", repeated=True),
        Field(3, "i", "int64", repeated=True),
        Field(4, "f", "float", repeated=True),
        Field(5, "b", "bool", repeated=True),
        Field(6, "type", "enum", repeated=True, names=DATA_TYPES),
        Field(7, "shape", message=TensorShapeProto, repeated=True),
        Field(8, "tensor", message=TensorProto, repeated=True),
    )


@final
class AttrValue(Message):
    """An attribute of a node."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field(2, "s", "bytes", oneof="value"),
        Field(3, "i", "int64", oneof="value"),
        Field(4, "f", "float", oneof="value"),
        Field(5, "b", "bool", oneof="value"),
        Field(6, "type", "enum", oneof="value", names=DATA_TYPES),
        Field(7, "shape", message=TensorShapeProto, oneof="value"),
        Field(8, "tensor", message=TensorProto, oneof="value"),
        Field(1, "list", message=ListValue, oneof="value"),
        Field(9, "placeholder", "string", oneof="value"),
    )
    ListValue: ClassVar[type[Message]] = ListValue


@final
class NodeDef(Message):
    """An operation. `input`: `name` (output 0), `name:1`, or `^name` for a control dependency."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field(1, "name", "string"),
        Field(2, "op", "string"),
        Field(3, "input", "string", repeated=True),
        Field(4, "device", "string"),
        Field(5, "attr", message=AttrValue, is_map=True),
    )


@final
class VersionDef(Message):
    """Which version of the format a graph is in."""

    FIELDS: ClassVar[tuple[Field, ...]] = (Field(1, "producer", "int32"), Field(2, "min_consumer", "int32"))


@final
class GraphDef(Message):
    """A graph."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field(1, "node", message=NodeDef, repeated=True),
        Field(4, "versions", message=VersionDef),
    )
