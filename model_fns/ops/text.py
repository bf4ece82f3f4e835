"""Strings to strings: case, spaces, pieces, patterns, joining. Strings are bytes; text is taken as UTF-8."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, final

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims, broadcast
from model_fns.graph.dtypes import DType, bool_, int32, string
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.strings import each_as_bytes, object_array

_UNITS = ("BYTE", "UTF8_CHAR")


class _OfEachString(Op):
    """A function of every string"""

    made: ClassVar[DType] = string

    def output_dtype(self, *inputs: DType) -> DType:
        if inputs[0] != string:
            raise TypeError(f"the input must be of strings, but it is {inputs[0].name}: see tf.as_string")
        return self.made

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[0]

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,) * len(inputs)

    def kernel(self, *inputs: Any) -> Any:
        array = np.asarray(inputs[0], object)
        results = map(self.of_one, each_as_bytes(array))
        if self.made == string:
            return object_array(results, array.shape)
        return np.fromiter(results, self.made.as_numpy_dtype, array.size).reshape(array.shape)

    def of_one(self, text: bytes) -> Any:
        raise NotImplementedError


@final
@dataclass(frozen=True)
class StringLower(_OfEachString):
    """In small letters; without an encoding, those of ASCII alone"""

    encoding: str = ""

    def of_one(self, text: bytes) -> Any:
        return text.decode().lower().encode() if self.encoding else text.lower()


@final
@dataclass(frozen=True)
class StringUpper(_OfEachString):
    """In capitals; without an encoding, those of ASCII alone"""

    encoding: str = ""

    def of_one(self, text: bytes) -> Any:
        return text.decode().upper().encode() if self.encoding else text.upper()


@final
class StringStrip(_OfEachString):
    """Without the white space around"""

    def of_one(self, text: bytes) -> Any:
        return text.strip()


@final
@dataclass(frozen=True)
class StringLength(_OfEachString):
    """The number of bytes or characters"""

    unit: str = "BYTE"
    made: ClassVar[DType] = int32

    def of_one(self, text: bytes) -> Any:
        return len(text) if self.unit == "BYTE" else len(text.decode("utf-8", "replace"))


@final
@dataclass(frozen=True)
class RegexReplace(_OfEachString):
    """With what matches a pattern replaced: `\\1` stands for the first group, `\\0` for the whole match"""

    pattern: str
    rewrite: str
    replace_global: bool = True

    def of_one(self, text: bytes) -> Any:
        return _pattern(self.pattern).sub(self._rewritten, text, 0 if self.replace_global else 1)

    def _rewritten(self, match: re.Match[bytes]) -> bytes:
        return re.sub(rb"\\([0-9\\])", lambda m: _group(match, m[1]), self.rewrite.encode())


@final
@dataclass(frozen=True)
class RegexFullMatch(_OfEachString):
    """Whether the whole string matches a pattern"""

    pattern: str
    made: ClassVar[DType] = bool_

    def of_one(self, text: bytes) -> Any:
        return _pattern(self.pattern).fullmatch(text) is not None


@lru_cache(maxsize=64)
def _pattern(pattern: str) -> re.Pattern[bytes]:
    try:
        return re.compile(pattern.encode())
    except re.error as error:
        raise InvalidArgumentError(message=f"Invalid pattern: {pattern}, error: {error}") from None


def _group(match: re.Match[bytes], name: bytes) -> bytes:
    return b"\\" if name == b"\\" else match[int(name)] or b""


@final
@dataclass(frozen=True)
class StringJoin(Op):
    """The strings of several tensors of one shape, or single strings, one behind the other"""

    separator: str = ""

    def output_shape(self, *inputs: Dims) -> Dims:
        shapes = [dims for dims in inputs if dims != ()]
        result: Dims = shapes[0] if shapes else ()
        for dims in shapes[1:]:
            if len(dims) != len(result):
                raise ValueError(f"Shapes must be equal rank, but are {len(result)} and {len(dims)}")
            result = broadcast(result, dims)
        return result

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,) * len(inputs)

    def kernel(self, *inputs: Any) -> Any:
        arrays = np.broadcast_arrays(*(np.asarray(item, object) for item in inputs))
        parts = zip(*map(each_as_bytes, arrays), strict=True)
        return object_array((self.separator.encode().join(items) for items in parts), arrays[0].shape)


@final
@dataclass(frozen=True)
class Substr(Op):
    """`len` bytes or characters of each string, from `pos` on, counted from the end if it is negative"""

    unit: str = "BYTE"

    def output_dtype(self, *inputs: DType) -> DType:
        return string

    def output_shape(self, *inputs: Dims) -> Dims:
        return broadcast(broadcast(inputs[0], inputs[1]), inputs[2])

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,) * len(inputs)

    def kernel(self, *inputs: Any) -> Any:
        texts, starts, lengths = np.broadcast_arrays(np.asarray(inputs[0], object), inputs[1], inputs[2])
        triples = zip(each_as_bytes(texts), starts.ravel().tolist(), lengths.ravel().tolist(), strict=True)
        return object_array((self._part(at, *triple) for at, triple in enumerate(triples)), texts.shape)

    def _part(self, index: int, text: bytes, start: int, length: int) -> bytes:
        whole: Any = text if self.unit == "BYTE" else text.decode("utf-8", "replace")
        if not -len(whole) <= start <= len(whole):
            raise InvalidArgumentError(message=f"pos {start} out of range for string {text!r} at index {index}")
        start = start + len(whole) if start < 0 else start
        part = whole[start : start + max(length, 0)]
        return part if self.unit == "BYTE" else part.encode()


@final
@dataclass(frozen=True)
class ReduceJoin(Op):
    """The strings along some axes joined, the first of the axes outermost"""

    axes: tuple[int, ...]
    keep_dims: bool = False
    separator: str = ""

    def output_shape(self, *inputs: Dims) -> Dims:
        axes = self._axes(len(inputs[0]))
        sizes = (1 if axis in axes else size for axis, size in enumerate(inputs[0]))
        return tuple(size for axis, size in enumerate(sizes) if self.keep_dims or axis not in axes)

    def _axes(self, rank: int) -> tuple[int, ...]:
        for axis in self.axes:
            if not -rank <= axis < rank:
                raise ValueError(f"Invalid reduction dimension {axis} for input with {rank} dimensions.")
        return tuple(axis % rank for axis in self.axes)

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,)

    def kernel(self, *inputs: Any) -> Any:
        array = np.asarray(inputs[0], object)
        axes = self._axes(array.ndim)
        kept = [axis for axis in range(array.ndim) if axis not in axes]
        shape = [array.shape[axis] for axis in kept]
        along = [array.shape[axis] for axis in axes]
        rows = array.transpose([*kept, *axes]).reshape(int(np.prod(shape)), int(np.prod(along)))
        joined = (self.separator.encode().join(each_as_bytes(row)) for row in rows)
        sizes = [1 if axis in axes else size for axis, size in enumerate(array.shape)] if self.keep_dims else shape
        return object_array(joined, sizes)


def _applied(definition: Op, value: Any, name: str | None) -> Tensor:
    return apply(definition, name, input=convert_to_tensor(value))


def string_lower(input: Any, encoding: str = "", name: str | None = None) -> Tensor:
    """Each string in small letters: of ASCII, or of all of Unicode with encoding="utf-8"."""
    return _applied(StringLower(_encoding(encoding)), input, name)


def string_upper(input: Any, encoding: str = "", name: str | None = None) -> Tensor:
    """Each string in capitals: of ASCII, or of all of Unicode with encoding="utf-8"."""
    return _applied(StringUpper(_encoding(encoding)), input, name)


def _encoding(encoding: str) -> str:
    if encoding not in ("", "utf-8"):
        raise InvalidArgumentError(message=f"only utf-8 or '' (no encoding) is supported, received {encoding}")
    return encoding


def string_strip(input: Any, name: str | None = None) -> Tensor:
    """Each string without the white space around it."""
    return _applied(StringStrip(), input, name)


def string_length(input: Any, name: str | None = None, unit: str = "BYTE") -> Tensor:
    """The length of each string, int32: in bytes, or characters with unit="UTF8_CHAR"."""
    return _applied(StringLength(_unit(unit)), input, name)


def _unit(unit: str) -> str:
    if unit not in _UNITS:
        allowed = ", ".join(f'"{item}"' for item in _UNITS)
        raise ValueError(f"Value for attr 'unit' of \"{unit}\" is not in the list of allowed values: {allowed}")
    return unit


def regex_replace(
    input: Any, pattern: str, rewrite: str, replace_global: bool = True, name: str | None = None
) -> Tensor:
    """Each string with what matches `pattern` replaced: all of it, or the first. `\\1` is the first group."""
    return _applied(RegexReplace(pattern, rewrite, replace_global), input, name)


def regex_full_match(input: Any, pattern: str, name: str | None = None) -> Tensor:
    """Whether each string as a whole matches `pattern`."""
    return _applied(RegexFullMatch(pattern), input, name)


def string_join(inputs: Any, separator: str = "", name: str | None = None) -> Tensor:
    """The strings of several tensors, element by element one behind the other; single strings go with each."""
    tensors = {f"inputs_{number}": convert_to_tensor(item) for number, item in enumerate(inputs)}
    return apply(StringJoin(separator), name, **tensors)


def substr(input: Any, pos: Any, len: Any, name: str | None = None, unit: str = "BYTE") -> Tensor:
    """`len` bytes (or characters) of each string from `pos` on. InvalidArgumentError beyond a string's end."""
    given = {"input": convert_to_tensor(input), "pos": convert_to_tensor(pos), "len": convert_to_tensor(len)}
    return apply(Substr(_unit(unit)), name, **given)


def reduce_join(
    inputs: Any,
    axis: Any = None,
    keep_dims: bool | None = None,
    separator: str = "",
    name: str | None = None,
    reduction_indices: Any = None,
    keepdims: bool | None = None,
) -> Tensor:
    """The strings along an axis, several in that order, or all of them, joined. ValueError for axes of unknown rank."""
    tensor = convert_to_tensor(inputs)
    axis = reduction_indices if axis is None else axis
    if axis is None:
        if tensor.dims is None:
            raise ValueError("reduce_join: the rank of the input is not known; say which axes with axis=.")
        axis = list(range(tensor.shape.ndims or 0))
    axes = tuple(axis) if isinstance(axis, list | tuple) else (int(axis),)
    keep = bool(keepdims if keepdims is not None else keep_dims)
    return _applied(ReduceJoin(axes, keep, separator), tensor, name)
