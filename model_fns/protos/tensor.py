"""Arrays and their shapes as messages: TensorProto, and to and from NumPy."""

from __future__ import annotations

from typing import Any, ClassVar, final

import numpy as np

from model_fns.graph import dtypes
from model_fns.graph.constant import as_array
from model_fns.graph.dtypes import as_dtype
from model_fns.protos.field import Field
from model_fns.protos.message import Message

_BY_NUMBER = {dtype.as_datatype_enum: dtype for dtype in dtypes.ALL}
_OTHER_NAMES = {"float32": "FLOAT", "float64": "DOUBLE", "float16": "HALF"}
DATA_TYPES = {number: f"DT_{_OTHER_NAMES.get(dtype.name, dtype.name.upper())}" for number, dtype in _BY_NUMBER.items()}


@final
class Dim(Message):
    """One size of a shape: -1 if it is not known."""

    FIELDS: ClassVar[tuple[Field, ...]] = (Field(1, "size", "int64"), Field(2, "name", "string"))


@final
class TensorShapeProto(Message):
    """A shape."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field(2, "dim", message=Dim, repeated=True),
        Field(3, "unknown_rank", "bool"),
    )


@final
class TensorProto(Message):
    """An array: its bytes in `tensor_content`, or its elements in the list of their type."""

    FIELDS: ClassVar[tuple[Field, ...]] = (
        Field(1, "dtype", "enum", names=DATA_TYPES),
        Field(2, "tensor_shape", message=TensorShapeProto),
        Field(3, "version_number", "int32"),
        Field(4, "tensor_content", "bytes"),
        Field(13, "half_val", "int32", repeated=True),
        Field(5, "float_val", "float", repeated=True),
        Field(6, "double_val", "double", repeated=True),
        Field(7, "int_val", "int32", repeated=True),
        Field(8, "string_val", "bytes", repeated=True),
        Field(10, "int64_val", "int64", repeated=True),
        Field(11, "bool_val", "bool", repeated=True),
    )


_LISTS = {
    "float32": "float_val",
    "float64": "double_val",
    "int64": "int64_val",
    "bool": "bool_val",
    "string": "string_val",
    "float16": "half_val",
} | dict.fromkeys(("int32", "int16", "int8", "uint8", "uint16"), "int_val")


_LARGE = 1024  # elements: a smaller array is written in full, as TensorFlow writes it


def shape_proto(dims: Any) -> TensorShapeProto:
    """Sizes as a message; None for an unknown rank, what is no number for an unknown size."""
    if dims is None:
        return TensorShapeProto(unknown_rank=True)
    return TensorShapeProto(dim=[Dim(size=size if isinstance(size, int) else -1) for size in dims])


def make_tensor_proto(
    values: Any, dtype: Any = None, shape: Any = None, verify_shape: bool = False, allow_broadcast: bool = False
) -> TensorProto:
    """An array as a message: its bytes, or, of one element, of strings, or of fewer than `shape` has, its elements.

    `shape` is another shape for as many elements, or for more: then the last stands for those that follow. Raises
    ValueError for fewer, TypeError for what `dtype` cannot hold and, with `verify_shape`, for any other shape.
    """
    if isinstance(values, TensorProto):
        return values
    array = as_array(values, None if dtype is None else as_dtype(dtype))
    sizes = array.shape if shape is None else tuple(int(size) for size in shape)
    count, kind = int(np.prod(sizes)), as_dtype(array.dtype)
    if verify_shape and array.shape != sizes:
        raise TypeError(f"Expected Tensor's shape: {sizes}, got {array.shape}.")
    if array.size > count:
        raise ValueError(f"Too many elements provided. Needed at most {count}, but received {array.size}")
    made = TensorProto(dtype=kind.as_datatype_enum, tensor_shape=shape_proto(sizes))
    made.tensor_shape.SetInParent()
    flat = array.reshape(-1)
    if kind == dtypes.string:
        made.string_val.extend(item if isinstance(item, bytes) else str(item).encode() for item in flat)
    elif kind.name in _LISTS and (array.size != count or count == 1 or kind.is_bool or _is_one_number(array)):
        listed = flat[:1] if array.size == count and not kind.is_bool else flat
        getattr(made, _LISTS[kind.name]).extend(listed.view(np.uint16) if kind == dtypes.float16 else listed.tolist())
    else:
        made.tensor_content = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
    return made


def _is_one_number(array: np.ndarray) -> bool:
    """Whether a large array holds the same bits again and again, as what an optimizer's slots begin with."""
    if array.size < _LARGE:
        return False
    bits = np.ascontiguousarray(array).reshape(-1).view(f"u{array.itemsize}")
    return bool((bits == bits[0]).all())


def make_ndarray(tensor: TensorProto) -> np.ndarray:
    """The array that a message holds. TypeError for an element type that is not there, ValueError for too few bytes."""
    if tensor.dtype not in _BY_NUMBER:
        raise TypeError(f"Unsupported tensor type: {tensor.dtype}")
    kind = _BY_NUMBER[tensor.dtype]
    shape = tuple(dim.size for dim in tensor.tensor_shape.dim)
    if tensor.tensor_content:
        return np.frombuffer(tensor.tensor_content, kind.as_numpy_dtype).copy().reshape(shape)
    if 0 in shape:
        return np.zeros(shape, kind.as_numpy_dtype)
    if kind.name not in _LISTS:
        raise TypeError(f"Unsupported tensor type: {DATA_TYPES[tensor.dtype]}")
    items = list(getattr(tensor, _LISTS[kind.name]))
    if kind == dtypes.float16:
        array = np.array(items, np.uint16).view(np.float16)
    else:
        array = np.array(items, object if kind == dtypes.string else kind.as_numpy_dtype)
    missing = int(np.prod(shape)) - len(items)
    if items and missing > 0:  # the last one stands for those that follow
        array = np.concatenate([array, np.repeat(array[-1:], missing)])
    return array.reshape(shape)
