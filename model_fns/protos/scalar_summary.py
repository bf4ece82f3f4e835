"""Summaries of numbers in wire format, without messages in between: a training writes two of them every hundred steps.

Summary = { 1: value }   value = { 1: tag, 2: simple_value }   Event = { 1: wall_time, 2: step, 5: summary }
"""

from __future__ import annotations

import struct
from functools import cache

import numpy as np

from model_fns.protos.wire import DecodeError, delimited, read_varint, varint

_VALUE, _TAG, _NUMBER = b"\x0a", 0x0A, 0x15  # each a field's number and wire type
_TIME, _STEP, _SUMMARY = b"\x09", b"\x10", b"\x2a"


def scalar_summary(tag: str, value: float) -> bytes:
    """A Summary of one number."""
    return _head(tag) + struct.pack("<f", np.float32(value))


@cache
def _head(tag: str) -> bytes:
    """What stands before the number's four bytes."""
    content = bytes([_TAG]) + delimited(tag.encode()) + bytes([_NUMBER])
    return _VALUE + varint(len(content) + 4) + content


def scalars_of(summary: bytes) -> list[tuple[str, float]] | None:
    """(tag, number) of each value of a Summary; None if it holds anything but numbers with a tag."""
    found, position = [], 0
    try:
        while position < len(summary):
            if summary[position] != _VALUE[0]:
                return None
            length, start = read_varint(summary, position + 1)
            position = start + length
            if summary[start] != _TAG:
                return None
            size, tag = read_varint(summary, start + 1)
            if tag + size + 5 != position or summary[tag + size] != _NUMBER or position > len(summary):
                return None
            found.append((summary[tag : tag + size].decode(), struct.unpack_from("<f", summary, tag + size + 1)[0]))
    except (IndexError, DecodeError, UnicodeDecodeError):
        return None
    return found


def summary_event(wall_time: float, step: int | None, summary: bytes) -> bytes:
    """An Event that holds a Summary."""
    when = _TIME + struct.pack("<d", wall_time) + (b"" if step is None else _STEP + varint(step))
    return when + _SUMMARY + delimited(summary)
