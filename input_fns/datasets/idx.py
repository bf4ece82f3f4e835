"""The IDX format, in which MNIST and its relatives come: a big-endian header, then the values of one array.

    byte 0, 1          zero
    byte 2             the type: 08 uint8, 09 int8, 0B int16, 0C int32, 0D float32, 0E float64
    byte 3             the number of dimensions
    4 bytes each       the dimensions, as unsigned integers
    the rest           the values in C order, big-endian

Source: the foot of http://yann.lecun.com/exdb/mnist/ (2010). A file may be compressed with gzip; that is seen from its
first bytes, not from its name. The header is believed only as far as the size of the file allows: memory is taken for
bytes that were read, never for bytes that were promised.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from io import BufferedIOBase
from os import PathLike
from pathlib import Path
from typing import Any

import numpy

from input_fns.datasets.errors import IdxError

_DTYPE_OF_CODE: dict[int, numpy.dtype[Any]] = {
    0x08: numpy.dtype(">u1"),
    0x09: numpy.dtype(">i1"),
    0x0B: numpy.dtype(">i2"),
    0x0C: numpy.dtype(">i4"),
    0x0D: numpy.dtype(">f4"),
    0x0E: numpy.dtype(">f8"),
}
_CODE_OF_DTYPE = {dtype.newbyteorder("="): code for code, dtype in _DTYPE_OF_CODE.items()}

_GZIP_MAGIC = b"\x1f\x8b"
# Deflate packs at most 1032 bytes into one (RFC 1951: a match of 258 bytes in two bits).
_LARGEST_COMPRESSION = 1032
_MOST_DIMENSIONS = 32
_BLOCK_BYTES = 1 << 20


def read_idx(path: str | PathLike[str]) -> numpy.ndarray[Any, Any]:
    """The array in the IDX file at `path`, compressed with gzip or not, in the machine's own byte order.

    Raises:
        IdxError: the file is not an IDX file, or is damaged, too short or too long.
        OSError: the file cannot be opened.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            compressed = file.read(2) == _GZIP_MAGIC
            most_bytes = path.stat().st_size * (_LARGEST_COMPRESSION if compressed else 1)
            file.seek(0)
            return _read_array(gzip.GzipFile(fileobj=file) if compressed else file, most_bytes)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise IdxError(f"{path}: the gzip stream is damaged ({error}); fetch the file again.") from None
    except IdxError as error:
        raise IdxError(f"{path}: {error}") from None


def encode_idx(array: numpy.ndarray[Any, Any]) -> bytes:
    """The bytes of an uncompressed IDX file that holds `array`, which has one of the format's six types."""
    code = _CODE_OF_DTYPE.get(array.dtype.newbyteorder("="))
    if code is None:
        raise IdxError(f"an IDX file cannot hold {array.dtype}, only {', '.join(map(str, _CODE_OF_DTYPE))}.")
    header = struct.pack(f">HBB{array.ndim}I", 0, code, array.ndim, *array.shape)
    return header + array.astype(_DTYPE_OF_CODE[code]).tobytes()


def _read_array(stream: BufferedIOBase, most_bytes: int) -> numpy.ndarray[Any, Any]:
    dtype, shape = _read_header(stream)
    promised = dtype.itemsize * math.prod(shape)
    described = f"its header promises {dtype.name} of shape {list(shape)}, {promised} bytes"
    if promised > most_bytes:
        raise IdxError(f"{described}, but the file is too small to hold them; it is truncated or not an IDX file.")
    values = _read_at_most(stream, promised)
    if len(values) < promised:
        raise IdxError(f"{described}, but only {len(values)} follow; the file is truncated.")
    if stream.read(1):
        raise IdxError(f"{described}, but more bytes follow; the file has trailing data or a wrong header.")
    return numpy.frombuffer(values, dtype).reshape(shape).astype(dtype.newbyteorder("="), copy=False)


def _read_header(stream: BufferedIOBase) -> tuple[numpy.dtype[Any], tuple[int, ...]]:
    magic = stream.read(4)
    if len(magic) < 4:
        raise IdxError(f"{len(magic)} bytes are too few for an IDX file.")
    if magic[:2] != b"\0\0":
        raise IdxError(f"not an IDX file: it begins with {magic!r}, expected two zero bytes.")
    code, rank = magic[2], magic[3]
    if code not in _DTYPE_OF_CODE:
        known = ", ".join(f"{known:02X}" for known in _DTYPE_OF_CODE)
        raise IdxError(f"not an IDX file: its type code is {code:02X}, expected one of {known}.")
    if not 1 <= rank <= _MOST_DIMENSIONS:
        raise IdxError(f"not an IDX file: it has {rank} dimensions, expected 1 to {_MOST_DIMENSIONS}.")
    dimensions = stream.read(4 * rank)
    if len(dimensions) < 4 * rank:
        raise IdxError(f"the file ends inside its header of {rank} dimensions; it is truncated.")
    shape = struct.unpack(f">{rank}I", dimensions)
    # numpy multiplies the dimensions without their zeros, and so can overflow for an array of no bytes at all.
    if math.prod(max(size, 1) for size in shape) >= 2**60:
        raise IdxError(f"not an IDX file: no array has the shape {list(shape)}.")
    return _DTYPE_OF_CODE[code], shape


def _read_at_most(stream: BufferedIOBase, count: int) -> bytearray:
    values = bytearray()
    while len(values) < count:
        block = stream.read(min(count - len(values), _BLOCK_BYTES))
        if not block:
            break
        values += block
    return values
