"""Constants, and the conversion of Python values, arrays and variables to tensors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.graph.dimensions import Dims
from model_fns.graph.dtypes import DType, as_dtype, float32, int32, string
from model_fns.graph.graph import get_default_graph
from model_fns.graph.op import Op, TensorSpec
from model_fns.graph.shapes import Dimension, TensorShape
from model_fns.graph.tensor import Tensor

_SMALL = 64  # elements up to which an integer constant's value takes part in shape inference


@final
class FrozenArray:
    """A read-only array that can be a field of a frozen dataclass: equal and hashed by content."""

    __slots__ = ("array",)

    def __init__(self, array: np.ndarray) -> None:
        self.array = array if not array.flags.writeable else array.copy()
        self.array.flags.writeable = False

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FrozenArray):
            return NotImplemented
        a, b = self.array, other.array
        return a.dtype == b.dtype and a.shape == b.shape and bool(self._content() == other._content())

    def __hash__(self) -> int:
        return hash((self.array.dtype.str, self.array.shape, self._content()))

    def _content(self) -> Any:
        """The elements; an array of objects has only their addresses in its bytes."""
        return tuple(self.array.ravel().tolist()) if self.array.dtype == object else self.array.tobytes()

    def __repr__(self) -> str:
        return np.array2string(self.array, threshold=8).replace("\n", "")


@final
@dataclass(frozen=True)
class Constant(Op):
    """A value fixed when the graph is built."""

    type_name: ClassVar[str] = "Const"
    value: FrozenArray

    def output_dtype(self, *inputs: DType) -> DType:
        return as_dtype(self.value.array.dtype)

    def output_shape(self, *inputs: Dims) -> Dims:
        return self.value.array.shape

    def kernel(self, *inputs: Any) -> Any:
        return self.value.array

    def known_value(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> Any:
        array = self.value.array
        return array if array.dtype.kind in "iu" and array.size <= _SMALL else None


_CONVERSIONS: list[tuple[Any, Callable[..., Any]]] = []


def register_conversion(kind: Any, function: Callable[..., Any]) -> None:
    """`function(value, dtype, name)` converts instances of `kind`; it may return NotImplemented."""
    _CONVERSIONS.append((kind, function))


def convert_to_tensor(
    value: Any, dtype: Any = None, name: str | None = None, preferred_dtype: Any = None, dtype_hint: Any = None
) -> Tensor:
    """`value` as a tensor of the default graph.

    Python floats become float32, ints int32; arrays keep their element type unless `dtype` says otherwise. Raises
    TypeError if the value does not fit `dtype` and ValueError for a tensor of another `dtype`.
    """
    wanted = None if dtype is None else as_dtype(dtype)
    for kind, function in _CONVERSIONS:
        if isinstance(value, kind):
            result = function(value, wanted, name)
            if result is not NotImplemented:
                value = result
                break
    if isinstance(value, Tensor):
        if wanted is not None and value.dtype != wanted:
            raise ValueError(
                f"Tensor conversion requested dtype {wanted.name} for Tensor with dtype {value.dtype.name}: {value!r}"
            )
        return value
    hint = preferred_dtype if preferred_dtype is not None else dtype_hint
    if wanted is None and hint is not None:
        try:
            return constant(value, hint, name=name or "Const")
        except (TypeError, ValueError):
            pass
    return constant(value, wanted, name=name or "Const")


def constant(
    value: Any, dtype: Any = None, shape: Any = None, name: str = "Const", verify_shape: bool = False
) -> Tensor:
    """A constant tensor. With `shape`, a single value is repeated, a shorter list continued with its last element."""
    array = as_array(value, None if dtype is None else as_dtype(dtype))
    if shape is not None:
        array = _shaped(array, shape, verify_shape)
    return get_default_graph().create(Constant(FrozenArray(array)), (), name).outputs[0]


def _shaped(array: np.ndarray, shape: Any, verify_shape: bool) -> np.ndarray:
    target = tuple(int(size) for size in shape) if not isinstance(shape, int) else (shape,)
    if verify_shape and array.shape != target:
        raise TypeError(f"Expected Tensor's shape: {target}, got {array.shape}.")
    count = int(np.prod(target))
    if array.size > count:
        raise ValueError(f"Too many elements provided. Needed at most {count}, but received {array.size}")
    if array.size == count:
        return array.reshape(target)
    flat = array.ravel()
    return np.concatenate([flat, np.repeat(flat[-1:], count - flat.size)]).reshape(target)


def as_array(value: Any, dtype: DType | None) -> np.ndarray:
    """`value` as an array by TensorFlow's rules of conversion."""
    if value is None:
        raise ValueError("None values not supported.")
    if isinstance(value, np.ndarray | np.generic):
        array = np.asarray(value)
        if array.dtype.kind in "SUO" and (dtype is None or dtype == string):
            return as_bytes(array)
        if dtype is None or array.dtype == dtype.as_numpy_dtype:
            return np.asarray(array, as_dtype(array.dtype).as_numpy_dtype)
        return array.astype(dtype.as_numpy_dtype)
    array = _plain_array(value)
    natural = _natural_dtype(array)
    if dtype is not None and array.size == 0:
        return array.astype(dtype.as_numpy_dtype)
    if dtype is not None and not _fits(natural, dtype):
        first = next(iter(array.ravel().tolist()), value)
        raise TypeError(f"Expected {dtype.name}, got {first!r} of type '{type(first).__name__}' instead.")
    return as_bytes(array) if natural == string else array.astype((dtype or natural).as_numpy_dtype)


def as_bytes(array: np.ndarray) -> np.ndarray:
    """An array of text or objects as a tensor of strings holds it: objects, text in UTF-8 bytes."""
    result = np.empty(array.size, object)
    result[:] = [item.encode() if isinstance(item, str) else item for item in array.ravel().tolist()]
    return result.reshape(array.shape)


def _plain_array(value: Any) -> np.ndarray:
    try:
        array = np.array(value)
    except UnicodeError:  # text and bytes side by side
        array = np.array(value, object)
    except ValueError:
        raise ValueError(
            f"Argument must be a dense tensor: {value} - got shape {list(np.array(value, object).shape)}, but wanted "
            f"{_first_sizes(value)}."
        ) from None
    if array.dtype.kind in "SU":
        array = np.array(value, object)  # NumPy's own strings lose the zeros that they end with
    if (
        array.dtype == object
        and not isinstance(value, str | bytes)
        and not all(isinstance(v, str | bytes) for v in array.ravel())
    ):
        if any(isinstance(item, Tensor) for item in array.ravel()):
            raise TypeError("List of Tensors when single Tensor expected")
        raise TypeError(
            f"Failed to convert object of type {type(value)} to Tensor. Contents: {value}. "
            "Consider casting elements to a supported type."
        )
    return array


def _first_sizes(value: Any) -> list[int]:
    """The shape of nested lists, judged by the first of each."""
    if not isinstance(value, list | tuple):
        return []
    return [len(value), *(_first_sizes(value[0]) if value else [])]


def _natural_dtype(array: np.ndarray) -> DType:
    """The type TensorFlow gives Python values: float32 and int32, not NumPy's float64 and int64."""
    if array.dtype == np.float64:
        return float32
    if array.dtype == np.int64:
        fits = array.size == 0 or (abs(array.max()) < 2**31 and abs(array.min()) <= 2**31)
        return int32 if fits else as_dtype(np.int64)
    return string if array.dtype.kind in "SUO" else as_dtype(array.dtype)


def _fits(natural: DType, wanted: DType) -> bool:
    if natural == wanted:
        return True
    if natural.is_floating:
        return wanted.is_floating
    if natural.is_bool:
        return wanted.is_integer  # as Python has it: True is 1
    return natural.is_integer and (wanted.is_integer or wanted.is_floating)


def _of_shape(value: TensorShape, dtype: DType | None, name: str | None) -> Tensor:
    sizes = value.as_list() if value.ndims is not None else [None]
    if any(size is None for size in sizes):
        raise ValueError(f"Cannot convert a partially known TensorShape to a Tensor: {value}")
    if dtype is not None and not dtype.is_integer:
        raise TypeError(f"Cannot convert a TensorShape to dtype: {dtype!s}")
    return constant(np.array(sizes, np.int32), dtype, name=name or "shape_as_tensor")


def _of_dimension(value: Dimension, dtype: DType | None, name: str | None) -> Tensor:
    if value.value is None:
        raise ValueError(f"Cannot convert an unknown Dimension to a Tensor: {value}")
    if dtype is not None and not dtype.is_integer:
        raise TypeError(f"Cannot convert Dimension to dtype: {dtype.name}")
    return constant(value.value, dtype, name=name or "shape_as_tensor")


register_conversion(TensorShape, _of_shape)
register_conversion(Dimension, _of_dimension)
