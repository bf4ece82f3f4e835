"""The features of a serialized Example as arrays, read straight from its bytes: what parse_example runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.graph.dtypes import DType, float32, int64, string
from model_fns.protos.wire import BYTES, DecodeError, fields, read_varint, signed

_KINDS = {1: string, 2: float32, 3: int64}  # by the number of the list in a Feature


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
    """The values of a list, given in wire format."""
    if dtype == string:
        return [value for number, _, value, _ in fields(content) if number == 1]
    if dtype == float32:
        parts = [value for number, _, value, _ in fields(content) if number == 1]  # packed, or one by one: all floats
        return np.frombuffer(b"".join(parts), "<f4")
    return [number for _, wire_type, value, _ in fields(content) for number in _integers(wire_type, value)]


def _integers(wire_type: int, value: Any) -> Iterator[int]:
    if wire_type != BYTES:
        yield signed(value)
        return
    position = 0
    while position < len(value):
        number, position = read_varint(value, position)
        yield signed(number)
