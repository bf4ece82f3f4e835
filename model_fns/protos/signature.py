"""SignatureDef: what a saved model is given and what it gives, by name."""

from __future__ import annotations

from typing import ClassVar, final

from model_fns.protos.field import Field
from model_fns.protos.message import Message
from model_fns.protos.tensor import DATA_TYPES, TensorShapeProto


@final
class TensorInfo(Message):
    """A tensor of a graph."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field(1, "name", "string"),
        Field(2, "dtype", "enum", names=DATA_TYPES),
        Field(3, "tensor_shape", message=TensorShapeProto),
    )


@final
class SignatureDef(Message):
    """Inputs and outputs by name, and for which kind of request they are."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field(1, "inputs", message=TensorInfo, is_map=True),
        Field(2, "outputs", message=TensorInfo, is_map=True),
        Field(3, "method_name", "string"),
    )
