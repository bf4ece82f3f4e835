"""What a tensor's value is, where the graph alone says so: constant_value."""

from __future__ import annotations

from typing import Any

import numpy as np

from model_fns.graph.constant import Constant
from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Tensor

# Of these the value is looked for; of others it is not, however simple their inputs are.
_LOOKED_INTO = {"Cast", "ConcatV2", "Equal", "Fill", "NotEqual", "Pack", "Range"}
_SIZES = {"Shape", "Size", "Rank"}


def constant_value(tensor: Any, partial: bool = False) -> Any:
    """The value as an array, None if it is not known. A constant that was looked at can no longer be fed.

    `partial`: a stack of which only some parts are known is a list, as an array of objects, with None for the others.
    """
    if not isinstance(tensor, Tensor):
        return None if hasattr(tensor, "graph_element") else tensor
    value = _value(tensor, partial)
    if value is not None:
        tensor.graph.prevent_feeding(tensor)
    return value


def _value(tensor: Tensor, partial: bool) -> Any:
    operation = tensor.op
    if isinstance(operation.definition, Constant):
        return operation.definition.value.array
    if operation.type in _SIZES:
        return _of_sizes(operation.type, operation.inputs[0].shape, tensor.dtype.as_numpy_dtype)
    if operation.type not in _LOOKED_INTO:
        return None
    values = [_value(item, False) for item in operation.inputs]
    if operation.type == "Pack" and partial and any(value is None for value in values):
        return np.array(values, object)
    if any(value is None for value in values):
        return None
    return np.asarray(operation.definition.kernel(*values), tensor.dtype.as_numpy_dtype)


def _of_sizes(kind: str, shape: TensorShape, dtype: Any) -> Any:
    if kind == "Rank":
        return None if shape.ndims is None else np.array(shape.ndims, dtype)
    if not shape.is_fully_defined():
        return None
    return np.array(shape.as_list() if kind == "Shape" else shape.num_elements(), dtype)


def constant_value_as_shape(tensor: Tensor) -> TensorShape:
    """The shape that a vector of sizes says, as far as it is known."""
    known = tensor.known_value
    if known is not None:
        sizes = [int(size) if isinstance(size, int | np.integer) else None for size in np.asarray(known).ravel()]
        return TensorShape([None if size is None or size < 0 else size for size in sizes])
    length = tensor.shape.with_rank(1)[0].value
    return TensorShape(None if length is None else [None] * length)
