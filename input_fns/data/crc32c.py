"""CRC-32C (Castagnoli), the checksum of TensorFlow's record files.

A checksum is linear: that of a block is the exclusive-or of what each byte adds, which depends on the byte and on its
distance from the end alone. So NumPy looks up all bytes of a block at once; the register carried over from before is
exclusive-ored into the block's first four bytes.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

_POLYNOMIAL = 0x82F63B78  # reflected
_BLOCK = 1024  # bytes
_SHORT = 48  # bytes up to which a plain loop is faster
_ALL = 0xFFFFFFFF
_MASK_DELTA = 0xA282EAD8


@cache
def _table() -> tuple[int, ...]:
    """What the last byte adds, by its value."""
    entries = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
        entries.append(value)
    return tuple(entries)


@cache
def _tables() -> np.ndarray[Any, Any]:
    """What a byte adds: uint32 [block, 256], by its place in a block that ends with it and by its value."""
    last = np.array(_table(), np.uint32)
    rows = [last]
    for _ in range(_BLOCK - 1):
        rows.append((rows[-1] >> np.uint32(8)) ^ last[rows[-1] & np.uint32(0xFF)])
    return np.array(rows[::-1])


def crc32c(content: bytes) -> int:
    """The checksum of `content`."""
    register, start = _ALL, 0
    while len(content) - start > _SHORT:
        block = np.frombuffer(content, np.uint8, min(_BLOCK, len(content) - start), start).copy()
        block[:4] ^= np.frombuffer(register.to_bytes(4, "little"), np.uint8)
        tables = _tables()[_BLOCK - len(block) :]
        register = int(np.bitwise_xor.reduce(tables[np.arange(len(block)), block]))
        start += len(block)
    table = _table()
    for byte in content[start:]:
        register = (register >> 8) ^ table[(register ^ byte) & 0xFF]
    return register ^ _ALL


def masked_crc32c_of_rows(rows: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """uint32 [n]: the checksum of each row of uint8 [n, 4 to 1024 bytes], as record files store it."""
    count, length = rows.shape
    if not 4 <= length <= _BLOCK:
        return np.array([masked_crc32c(row.tobytes()) for row in rows], np.uint32)
    start = np.full((count, length), 0, np.uint8)
    start[:, :4] = 0xFF  # the register at the beginning
    sums = np.bitwise_xor.reduce(_tables()[_BLOCK - length + np.arange(length), rows ^ start], 1) ^ np.uint32(_ALL)
    return ((sums >> np.uint32(15)) | (sums << np.uint32(17))) + np.uint32(_MASK_DELTA)


def masked_crc32c(content: bytes) -> int:
    """The checksum as record files store it: rotated, and a constant added, so that it can itself be checksummed."""
    crc = crc32c(content)
    return ((crc >> 15 | crc << 17) + _MASK_DELTA) & _ALL
