"""tensorflow.python.framework.tensor_util, and the errors' codes of tensorflow.python.framework.errors."""

from __future__ import annotations

from typing import Any

from model_fns.graph.constant_value import constant_value, constant_value_as_shape
from model_fns.protos.tensor import TensorProto

__all__ = ["ShapeEquals", "constant_value", "constant_value_as_shape"]


def ShapeEquals(tensor_proto: Any, shape: Any) -> bool:
    """Whether a message's shape is `shape`. TypeError for what is no message."""
    if not isinstance(tensor_proto, TensorProto):
        raise TypeError("tensor_proto is not a tensor_pb2.TensorProto object")
    sizes = [dim.size for dim in shape.dim] if hasattr(shape, "dim") else list(shape)
    return [dim.size for dim in tensor_proto.tensor_shape.dim] == sizes
