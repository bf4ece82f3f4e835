"""Element types, under TensorFlow's names: `float32`, `int64`, `bool_`, `string`, ..."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np


@final
@dataclass(frozen=True, eq=False)
class DType:
    """An element type. Compares equal to whatever names the same type: a numpy dtype, a scalar type, a string."""

    name: str
    as_numpy_dtype: Any
    as_datatype_enum: int

    @property
    def base_dtype(self) -> DType:
        return self

    @property
    def real_dtype(self) -> DType:
        return self

    @property
    def is_floating(self) -> bool:
        return self.name in ("float16", "float32", "float64")

    @property
    def is_integer(self) -> bool:
        return self.name.lstrip("u").startswith("int")

    @property
    def is_unsigned(self) -> bool:
        return self.name.startswith("uint")

    @property
    def is_bool(self) -> bool:
        return self.name == "bool"

    @property
    def is_complex(self) -> bool:
        return False

    @property
    def is_quantized(self) -> bool:
        return False

    @property
    def is_numpy_compatible(self) -> bool:
        return True

    @property
    def size(self) -> int:
        """Bytes an element takes."""
        return 1 if self.name == "string" else int(np.dtype(self.as_numpy_dtype).itemsize)

    @property
    def min(self) -> Any:
        """The smallest representable value."""
        return self._limits("minimum").min

    @property
    def max(self) -> Any:
        """The largest representable value."""
        return self._limits("maximum").max

    @property
    def limits(self) -> tuple[Any, Any]:
        """The range of the values of images: from 0 to 1, or to the greatest whole number."""
        return 0, 1 if self.is_floating else self.max

    def _limits(self, wanted: str) -> Any:
        if self.is_floating:
            return np.finfo(self.as_numpy_dtype)
        if self.is_integer:
            return np.iinfo(self.as_numpy_dtype)
        raise TypeError(f"Cannot find {wanted} value of {self}.")

    def is_compatible_with(self, other: Any) -> bool:
        return self == as_dtype(other)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, DType):
            return self.name == other.name
        if other is None:
            return False
        try:
            return self.name == as_dtype(other).name
        except TypeError:
            return False

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"tf.{self.name}"

    def __str__(self) -> str:
        return f"<dtype: {self.name!r}>"


float16 = DType("float16", np.float16, 19)
float32 = DType("float32", np.float32, 1)
float64 = DType("float64", np.float64, 2)
int8 = DType("int8", np.int8, 6)
int16 = DType("int16", np.int16, 5)
int32 = DType("int32", np.int32, 3)
int64 = DType("int64", np.int64, 9)
uint8 = DType("uint8", np.uint8, 4)
uint16 = DType("uint16", np.uint16, 17)
uint32 = DType("uint32", np.uint32, 22)
uint64 = DType("uint64", np.uint64, 23)
bool_ = DType("bool", np.bool_, 10)
string = DType("string", np.object_, 7)
resource = DType("resource", np.object_, 20)  # a handle of what a session keeps, such as a queue

ALL = (float16, float32, float64, int8, int16, int32, int64, uint8, uint16, uint32, uint64, bool_, string)
_BY_NAME = {dtype.name: dtype for dtype in ALL} | {
    "float": float32,
    "double": float64,
    "half": float16,
    "resource": resource,
}
_BY_NUMPY = {np.dtype(dtype.as_numpy_dtype): dtype for dtype in ALL}
_BY_NUMBER = {dtype.as_datatype_enum: dtype for dtype in ALL}


def as_dtype(type_value: Any) -> DType:
    """The DType that `type_value` stands for: a DType, numpy dtype, Python type, name, or TensorFlow's number of it.

    TypeError if there is none.
    """
    if isinstance(type_value, DType):
        return type_value
    if isinstance(type_value, int) and type_value in _BY_NUMBER:
        return _BY_NUMBER[type_value]
    if isinstance(type_value, str) and type_value in _BY_NAME:
        return _BY_NAME[type_value]
    if type_value is None:  # which NumPy takes for float64
        raise TypeError("Cannot convert value None to a TensorFlow DType.")
    if type_value is float:
        return float32
    if type_value is int:
        return int32
    try:
        dtype = np.dtype(type_value)
    except TypeError:
        raise TypeError(f"Cannot convert value {type_value!r} to a TensorFlow DType.") from None
    if dtype.kind in "SU":
        return string
    if dtype not in _BY_NUMPY:
        raise TypeError(f"Cannot convert value {type_value!r} to a TensorFlow DType.")
    return _BY_NUMPY[dtype]
