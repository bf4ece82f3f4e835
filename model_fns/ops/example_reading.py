"""The features of a serialized Example as arrays, read straight from its bytes: what parse_example runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.graph.dtypes import DType, float32, int64, string
from model_fns.protos.wire import BYTES, FIXED32, VARINT, DecodeError, fields, read_varint, signed

_KINDS = {1: string, 2: float32, 3: int64}  # by the number of the list in a Feature
_WIRE_TYPES = {string: (BYTES,), float32: (BYTES, FIXED32), int64: (BYTES, VARINT)}


def read_example(serialized: bytes) -> dict[str, tuple[DType, bytes]]:
    """(element type, list in wire format) of each feature; features without a list are left out."""
    found = {}
    try:
        for number, _, features, _ in fields(serialized):
            if number != 1:
                continue
            for entry_number, wire_type, entry, _ in fields(features):
                if entry_number == 1 and wire_type == BYTES:
                    parts = {part: content for part, _, content, _ in fields(entry)}
                    for kind, _, values, _ in fields(parts.get(2, b"")):
                        found[parts.get(1, b"").decode()] = _KINDS[kind], values
    except (DecodeError, KeyError, TypeError, UnicodeDecodeError):
        raise InvalidArgumentError(message=f"Could not parse example input, value: '{_shown(serialized)}'") from None
    return found


def _shown(serialized: bytes) -> str:
    return serialized[:200].decode("utf-8", "replace")


def values_of(dtype: DType, content: bytes) -> Any:
    """The values of a list, given in wire format. DecodeError if it is none of that type."""
    found = [(wire_type, value) for number, wire_type, value, _ in fields(content) if number == 1]
    for wire_type, _ in found:
        if wire_type not in _WIRE_TYPES[dtype]:
            raise DecodeError(f"A list of {dtype.name} does not hold values of wire type {wire_type}.")
    if dtype == string:
        return [value for _, value in found]
    if dtype == float32:  # packed, or one by one; bytes that are no whole number are left out, as in TensorFlow
        return np.frombuffer(b"".join(value[: len(value) // 4 * 4] for _, value in found), "<f4")
    return [number for wire_type, value in found for number in _integers(wire_type, value)]


def _integers(wire_type: int, value: Any) -> Iterator[int]:
    if wire_type == VARINT:
        yield signed(value)
        return
    position = 0
    while position < len(value):
        number, position = read_varint(value, position)
        yield signed(number)
