"""Summaries of numbers in wire format, without messages in between: a training writes two of them every hundred steps.

Summary = { 1: value }   value = { 1: tag, 2: simple_value }   Event = { 1: wall_time, 2: step, 5: summary }
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np

from model_fns.protos.wire import DecodeError, delimited, read_varint, varint

_VALUE, _TAG, _NUMBER = b"\x0a", 0x0A, 0x15  # each a field's number and wire type
_VARINTS_FROM = 1 << (7 * np.arange(1, 9))  # the least number that takes 2, 3, ... bytes
_TIME, _STEP, _SUMMARY = b"\x09", b"\x10", b"\x2a"


def scalar_summary(tag: str, value: float) -> bytes:
    """A Summary of one number."""
    return _head(tag) + struct.pack("<f", np.float32(value))


@cache
def _head(tag: str) -> bytes:
    """What stands before the number's four bytes."""
    content = bytes([_TAG]) + delimited(tag.encode()) + bytes([_NUMBER])
    return _VALUE + varint(len(content) + 4) + content


def summary_events(
    tags: Sequence[str], steps: np.ndarray[Any, Any], numbers: np.ndarray[Any, Any], times: np.ndarray[Any, Any]
) -> Iterator[np.ndarray[Any, Any]]:
    """Events that show numbers, many at once: uint8 [some, bytes] for each number of bytes an event comes to.

    Args:
      steps, times: of the events, int64 [n] in rising order and float64 [n].
      numbers: [n, tags].
    """
    columns = [_bytes_of(numbers[:, place], "<f4") for place in range(len(tags))]
    clock = _bytes_of(times, "<f8")
    sizes = np.searchsorted(_VARINTS_FROM, steps, "right")
    start = 0
    while start < len(steps):
        stop = start + int(np.searchsorted(sizes[start:], sizes[start], "right"))
        rows = slice(start, stop)
        values = [part for tag, column in zip(tags, columns, strict=True) for part in (_head(tag), column[rows])]
        length = varint(sum(map(len, map(_head, tags))) + 4 * len(tags))
        yield _side_by_side(stop - start, [_TIME, clock[rows], _STEP, _varints(steps[rows]), _SUMMARY, length, *values])
        start = stop


def _bytes_of(column: np.ndarray[Any, Any], dtype: str) -> np.ndarray[Any, Any]:
    return np.ascontiguousarray(column, dtype).view(np.uint8).reshape(len(column), -1)


def _varints(numbers: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """uint8 [n, bytes]: positive numbers that all come to as many bytes."""
    count = len(varint(int(numbers[0])))
    groups = (numbers[:, None] >> (7 * np.arange(count))) & 0x7F
    groups[:, :-1] |= 0x80
    return groups.astype(np.uint8)


def _side_by_side(rows: int, parts: Sequence[Any]) -> np.ndarray[Any, Any]:
    """uint8 [rows, ...]: parts that are bytes stand in every row."""
    blocks = [
        np.broadcast_to(np.frombuffer(part, np.uint8), (rows, len(part))) if isinstance(part, bytes) else part
        for part in parts
    ]
    return np.concatenate(blocks, 1)


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
