"""Field: one entry of a message - its number, its name, what it holds - and how its values are read and written."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from model_fns.protos.wire import BYTES, FIXED32, FIXED64, VARINT, delimited, read_varint, signed, tag, varint

_WIRE_TYPES = {"double": FIXED64, "float": FIXED32, "string": BYTES, "bytes": BYTES}
_FORMATS = {"double": "<d", "float": "<f"}
_DEFAULTS: dict[str, Any] = {"double": 0.0, "float": 0.0, "bool": False, "string": "", "bytes": b""}
_INTEGER_BITS = {"int32": 32, "enum": 32, "int64": 64}


@final
@dataclass(frozen=True)
class Field:
    """A field of a message.

    Args:
      kind: double, float, int32, int64, bool, enum, string or bytes; "" for a message.
      message: the class of the messages inside.
      repeated: a list. is_map: a map from strings to messages.
      oneof: the name of a group of fields of which one at most is set.
      names: of an enum's numbers.
    """

    number: int
    name: str
    kind: str = ""
    message: Any = None
    repeated: bool = False
    is_map: bool = False
    oneof: str | None = None
    names: Mapping[int, str] | None = None

    @property
    def default(self) -> Any:
        return _DEFAULTS.get(self.kind, 0)

    @property
    def wire_type(self) -> int:
        return BYTES if self.message else _WIRE_TYPES.get(self.kind, VARINT)

    def takes(self, wire_type: int) -> bool:
        """Whether a value on the wire can be this field's: repeated numbers may come one by one or packed."""
        return wire_type == self.wire_type or (self.repeated and wire_type == BYTES)

    def checked(self, value: Any) -> Any:
        """`value` as the field holds it. TypeError for another type, ValueError for a number out of range."""
        if self.kind in ("string", "bytes"):
            wanted = str if self.kind == "string" else bytes
            if self.kind == "string" and isinstance(value, bytes):
                value = value.decode()
            if not isinstance(value, wanted):
                raise TypeError(f"{value!r} has type {type(value).__name__}, but expected one of: {wanted.__name__}")
            return value
        if isinstance(value, np.ndarray | np.generic) and np.size(value) == 1:
            value = np.asarray(value).item()
        if self.kind in _FORMATS:
            if not isinstance(value, int | float):
                raise TypeError(f"{value!r} has type {type(value).__name__}, but expected one of: int, float")
            return float(np.float32(value)) if self.kind == "float" else float(value)
        if not isinstance(value, int):
            raise TypeError(f"{value!r} has type {type(value).__name__}, but expected one of: int")
        bits = _INTEGER_BITS.get(self.kind)
        if bits is not None and not -(1 << bits - 1) <= value < 1 << bits - 1:
            raise ValueError(f"Value out of range: {value}")
        return bool(value) if self.kind == "bool" else int(value)

    # -- writing -----------------------------------------------------------------------------------------------------

    def encoded(self, value: Any) -> bytes:
        """A field that holds no message: tag and value; numbers of a repeated one packed into one."""
        if not self.repeated:
            return tag(self.number, self.wire_type) + self._one(value)
        if self.wire_type == BYTES:
            return b"".join(tag(self.number, BYTES) + self._one(item) for item in value)
        return tag(self.number, BYTES) + delimited(b"".join(map(self._one, value)))

    def key(self, key: str) -> bytes:
        """The key of a map's entry."""
        return tag(1, BYTES) + delimited(key.encode())

    def _one(self, value: Any) -> bytes:
        if self.kind in _FORMATS:
            return struct.pack(_FORMATS[self.kind], value)
        if self.wire_type == BYTES:
            return delimited(value.encode() if self.kind == "string" else value)
        return varint(int(value))

    # -- reading -----------------------------------------------------------------------------------------------------

    def read(self, value: Any) -> Any:
        """A value from the wire, of the field's own wire type."""
        if self.kind in _FORMATS:
            return struct.unpack(_FORMATS[self.kind], value)[0]
        if self.kind == "string":
            return value.decode("utf-8", "replace")
        if self.kind == "bytes":
            return bytes(value)
        if self.kind == "bool":
            return bool(value)
        number = signed(value)
        return number if self.kind == "int64" else (number + (1 << 31)) % (1 << 32) - (1 << 31)

    def several(self, wire_type: int, value: Any) -> list[Any]:
        """The values of a repeated field that does not hold messages: one, or all those packed together."""
        if wire_type == self.wire_type:
            return [self.read(value)]
        return list(map(self.read, _packed(value, self.kind)))


def _packed(content: bytes, kind: str) -> Iterator[Any]:
    if kind in _FORMATS:
        size = struct.calcsize(_FORMATS[kind])
        yield from (content[at : at + size] for at in range(0, len(content) - size + 1, size))
        return
    position = 0
    while position < len(content):
        number, position = read_varint(content, position)
        yield number
