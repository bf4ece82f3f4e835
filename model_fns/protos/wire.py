"""Protocol buffers' wire format: numbers and byte strings, each after a tag that says which field it is.

message = { tag value }        tag = varint(field number << 3 | wire type)
wire type 0: varint; 1: 8 bytes; 2: varint(length) bytes; 5: 4 bytes
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
_MOST_BYTES_OF_A_VARINT = 10
_64_BITS = (1 << 64) - 1


class DecodeError(ValueError):
    """The bytes are not a message."""


def varint(number: int) -> bytes:
    """A whole number of up to 64 bits, seven bits a byte, the lowest first; a negative one as its two's complement."""
    number &= _64_BITS
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def read_varint(content: bytes, position: int) -> tuple[int, int]:
    """(number, position after it). DecodeError for one that does not end."""
    number = shift = 0
    while True:
        if position >= len(content) or shift >= 7 * _MOST_BYTES_OF_A_VARINT:
            raise DecodeError(f"Truncated message: a number at byte {position} does not end.")
        byte = content[position]
        position += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number & _64_BITS, position
        shift += 7


def signed(number: int) -> int:
    """A 64-bit two's complement as the number it stands for."""
    return number - (1 << 64) if number >> 63 else number


def tag(number: int, wire_type: int) -> bytes:
    return varint(number << 3 | wire_type)


def delimited(content: bytes) -> bytes:
    """Bytes, after their length."""
    return varint(len(content)) + content


def fields(content: bytes) -> Iterator[tuple[int, int, Any, bytes]]:
    """(field number, wire type, value, all its bytes) of each field: an int for a varint, else bytes. DecodeError."""
    position = 0
    while position < len(content):
        start = position
        key, position = read_varint(content, position)
        number, wire_type = key >> 3, key & 7
        if number == 0:
            raise DecodeError(f"Error parsing message: byte {start} begins no field.")
        value: Any
        if wire_type == VARINT:
            value, position = read_varint(content, position)
        else:
            length = {FIXED64: 8, FIXED32: 4}.get(wire_type)
            if wire_type == BYTES:
                length, position = read_varint(content, position)
            if length is None:
                raise DecodeError(f"Error parsing message: byte {start} begins no field.")
            value = content[position : position + length]
            position += length
            if position > len(content):
                raise DecodeError(f"Truncated message: field {number} at byte {start} does not end.")
        yield number, wire_type, value, content[start:position]
