"""TensorFlow's record files: byte strings one after the other, each with its length and checksums.

    record = uint64 length | uint32 masked crc of the length | the bytes | uint32 masked crc of the bytes

all little-endian; the whole file may be compressed.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import IO, Any, final

from input_fns.data.compression import checked_compression, errors_of, open_for_reading, open_for_writing
from input_fns.data.crc32c import masked_crc32c
from model_fns.errors import DataLossError

_HEADER = struct.Struct("<QI")
_FOOTER = struct.Struct("<I")
_BLOCK_BYTES = 1 << 20


def records(path: str, compression: str = "") -> Iterator[bytes]:
    """The records of a file. DataLossError for one that is damaged or cut off."""
    return (content for _, content in numbered_records(path, compression))


def numbered_records(path: str, compression: str = "") -> Iterator[tuple[int, bytes]]:
    """The same, each with the offset at which it begins."""
    with errors_of(path), open_for_reading(path, compression) as file:
        offset = 0
        while True:
            header = file.read(_HEADER.size)
            if not header:
                return
            content = _record(file, header, offset)
            yield offset, content
            offset += _HEADER.size + len(content) + _FOOTER.size


def _record(file: IO[bytes], header: bytes, offset: int) -> bytes:
    if len(header) < _HEADER.size:
        raise DataLossError(message=f"truncated record at {offset}")
    length, crc = _HEADER.unpack(header)
    if masked_crc32c(header[:8]) != crc:
        raise DataLossError(message=f"corrupted record at {offset}")
    content, footer = _read_at_most(file, length), file.read(_FOOTER.size)
    if len(content) < length or len(footer) < _FOOTER.size:
        raise DataLossError(message=f"truncated record at {offset}")
    if masked_crc32c(content) != _FOOTER.unpack(footer)[0]:
        raise DataLossError(message=f"corrupted record at {offset + _HEADER.size}")
    return content


def _read_at_most(file: IO[bytes], count: int) -> bytes:
    """Memory is taken for bytes that are there, never for bytes that were promised."""
    if count <= _BLOCK_BYTES:
        return file.read(count)
    content = bytearray()
    while len(content) < count and (block := file.read(min(count - len(content), _BLOCK_BYTES))):
        content += block
    return bytes(content)


@final
class TFRecordCompressionType:
    """The kinds of compression, as old programs name them."""

    NONE = 0
    ZLIB = 1
    GZIP = 2


@final
class TFRecordOptions:
    """How a record file is written: `compression_type` is "", GZIP or ZLIB, or one of TFRecordCompressionType.

    `compression_level` goes to zlib; the other arguments tune zlib in TensorFlow and have no effect.
    """

    compression_type_map = {0: "", 1: "ZLIB", 2: "GZIP"}  # noqa: RUF012  # TensorFlow's public attribute

    def __init__(
        self,
        compression_type: Any = None,
        flush_mode: Any = None,
        input_buffer_size: Any = None,
        output_buffer_size: Any = None,
        window_bits: Any = None,
        compression_level: int | None = None,
        compression_method: Any = None,
        mem_level: Any = None,
        compression_strategy: Any = None,
    ) -> None:
        self.compression_type = checked_compression(self.get_compression_type_string(compression_type))
        self.compression_level = compression_level

    @classmethod
    def get_compression_type_string(cls, options: Any) -> str:
        """The name of the compression in options, or of a TFRecordCompressionType; "" for none."""
        kind = options.compression_type if isinstance(options, TFRecordOptions) else options
        return cls.compression_type_map.get(kind, kind) if not isinstance(kind, str) else kind or ""


@final
class TFRecordWriter:
    """Writes a record file; a context manager.

    Args:
      path: of the file, which is written anew.
      options: TFRecordOptions, or a kind of compression.
    """

    def __init__(self, path: str | os.PathLike[str], options: Any = None) -> None:
        if not isinstance(options, TFRecordOptions):
            options = TFRecordOptions(options)
        with errors_of(os.fspath(path)):
            self._file = open_for_writing(path, options.compression_type, options.compression_level)

    def write(self, record: bytes | str) -> None:
        """Appends a record: bytes, or text as UTF-8."""
        content = record.encode() if isinstance(record, str) else bytes(record)
        length = struct.pack("<Q", len(content))
        parts = length, _FOOTER.pack(masked_crc32c(length)), content, _FOOTER.pack(masked_crc32c(content))
        self._file.write(b"".join(parts))

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> TFRecordWriter:
        return self

    def __exit__(self, *exception: Any) -> None:
        self.close()


def tf_record_iterator(path: str | os.PathLike[str], options: Any = None) -> Iterator[bytes]:
    """The records of a file, compressed as `options` say."""
    return records(os.fspath(path), checked_compression(TFRecordOptions.get_compression_type_string(options)))
