"""Whether numbers rise, what is a number, and that floats are of one type."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import DType, as_dtype, float32
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import graph_of
from model_fns.ops.checks import check_numerics, is_tensor
from model_fns.ops.comparison import greater, greater_equal
from model_fns.ops.reduction import reduce_all
from model_fns.ops.shaping import reshape


def is_strictly_increasing(x: Any, name: str | None = None) -> Tensor:
    """Whether each element of the flat tensor is larger than the one before it."""
    return _rises(greater, x, name or "is_strictly_increasing")


def is_non_decreasing(x: Any, name: str | None = None) -> Tensor:
    """Whether no element of the flat tensor is smaller than the one before it."""
    return _rises(greater_equal, x, name or "is_non_decreasing")


def _rises(test: Any, x: Any, name: str) -> Tensor:
    tensor = convert_to_tensor(x)
    with tensor.graph.as_default(), tensor.graph.name_scope(name):
        flat = reshape(tensor, [-1])
        return reduce_all(test(flat[1:], flat[:-1]))


def is_numeric_tensor(tensor: Any) -> bool:
    """Whether this is a tensor of integers or floating-point numbers."""
    return is_tensor(tensor) and (tensor.dtype.is_floating or tensor.dtype.is_integer)


def assert_proper_iterable(values: Any) -> None:
    """TypeError unless `values` is a list or the like: neither a tensor, nor a text, nor an array."""
    if is_tensor(values) or isinstance(values, str | bytes) or hasattr(values, "dtype"):
        raise TypeError(f"Expected argument 'values' to be a 'proper' iterable.  Found: {type(values)}")
    if not isinstance(values, Iterable):
        raise TypeError(f"Expected argument 'values' to be iterable.  Found: {type(values)}")


def assert_same_float_dtype(tensors: Any = None, dtype: Any = None) -> DType:
    """The floating-point type (default float32) that `tensors` have, and `dtype`. ValueError if they differ."""
    expected = None if dtype is None else as_dtype(dtype)
    for tensor in tensors or []:
        if tensor is None:
            continue
        if expected is not None and tensor.dtype != expected:
            raise ValueError(f"Expected {expected}, got {tensor.dtype} of {tensor}.")
        expected = tensor.dtype
    expected = expected or float32
    if not expected.is_floating:
        raise ValueError(f"Expected floating point type, got {expected}.")
    return expected


def verify_tensor_all_finite(
    t: Any = None, msg: str | None = None, name: str | None = None, x: Any = None, message: str | None = None
) -> Tensor:
    """The tensor; InvalidArgumentError with the message if a NaN or an infinity is in it."""
    tensor = x if t is None else t
    graph = graph_of(tensor)
    with graph.as_default(), graph.name_scope(name or "VerifyFinite"):
        return check_numerics(tensor, str(message if msg is None else msg))
