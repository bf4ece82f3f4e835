"""Arrays and their shapes as messages: TensorProto, and to and from NumPy."""

from __future__ import annotations

from typing import Any, ClassVar, final

import numpy as np

from model_fns.graph import dtypes
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
    """An array as a message: its bytes, or, of one element or of strings, the elements themselves.

    `shape` is another shape for as many elements; one element may also fill it. ValueError for any other number, and,
    with `verify_shape`, for any other shape.
    """
    array = np.asarray(values, None if dtype is None else as_dtype(dtype).as_numpy_dtype)
    if isinstance(values, float | int | list | tuple) and dtype is None and array.dtype.kind in "fi":
        array = array.astype(np.float32 if array.dtype.kind == "f" else np.int32)  # as Python's numbers become tensors
    if shape is not None:
        array = _shaped(array, tuple(shape), verify_shape)
    kind = as_dtype(array.dtype)
    made = TensorProto(dtype=kind.as_datatype_enum, tensor_shape=shape_proto(array.shape))
    made.tensor_shape.SetInParent()
    if kind == dtypes.string:
        made.string_val.extend(item if isinstance(item, bytes) else str(item).encode() for item in array.reshape(-1))
    elif kind.name in _LISTS and (array.size == 1 or _is_one_number(array)):
        getattr(made, _LISTS[kind.name]).append(array.flat[0].item())
    else:
        made.tensor_content = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
    return made


def _is_one_number(array: np.ndarray) -> bool:
    """Whether a large array holds the same bits again and again, as what an optimizer's slots begin with."""
    if array.size < _LARGE:
        return False
    bits = np.ascontiguousarray(array).reshape(-1).view(f"u{array.itemsize}")
    return bool((bits == bits[0]).all())


def _shaped(array: np.ndarray, shape: tuple[int, ...], verify_shape: bool) -> np.ndarray:
    if verify_shape and array.shape != shape:
        raise TypeError(f"Expected Tensor's shape: {shape}, got {array.shape}.")
    if array.size == 1:
        return np.broadcast_to(array.reshape(()), shape)
    if array.size != np.prod(shape):
        raise ValueError(f"{array.size} elements do not fill the shape {list(shape)}.")
    return array.reshape(shape)


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
    array = np.array(items, object if kind == dtypes.string else kind.as_numpy_dtype)
    size = int(np.prod(shape))
    if len(items) == 1 and size != 1:  # one element stands for all
        array = np.repeat(array, size)
    return array.reshape(shape)
