"""Files that may be compressed, and TensorFlow's errors for what is wrong with them."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from model_fns.errors import DataLossError, InvalidArgumentError, NotFoundError, OpError, PermissionDeniedError

_LEVEL = 6


@contextmanager
def errors_of(path: str) -> Iterator[None]:
    """Failures to open or read come out as TensorFlow's."""
    try:
        yield
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise DataLossError(message=f"inflate() failed: {error}: {path}") from None
    except FileNotFoundError as error:
        raise NotFoundError(message=f"{path}; {error.strerror}") from None
    except PermissionError as error:
        raise PermissionDeniedError(message=f"{path}; {error.strerror}") from None
    except OSError as error:
        raise OpError(message=f"{path}; {error.strerror}") from None


def checked_compression(kind: Any) -> str:
    """ "", GZIP or ZLIB. InvalidArgumentError for anything else."""
    text = kind.decode() if isinstance(kind, bytes) else str(kind or "")
    if text not in ("", "GZIP", "ZLIB"):
        raise InvalidArgumentError(message=f"Unsupported compression_type {text!r}: it must be '', 'GZIP' or 'ZLIB'.")
    return text


def open_for_reading(path: str, compression: str) -> IO[bytes]:
    if compression == "GZIP":
        return gzip.open(path, "rb")  # type: ignore[return-value]  # a GzipFile reads like any file
    if compression == "ZLIB":
        with open(path, "rb") as file:
            return io.BytesIO(zlib.decompress(file.read()))
    return open(path, "rb")


class ZlibWriter(io.RawIOBase):
    """A file that is compressed with zlib as it is written."""

    def __init__(self, path: str | os.PathLike[str], level: int = _LEVEL) -> None:
        self._file = open(path, "wb")  # noqa: SIM115  # closed by close
        self._compressor = zlib.compressobj(level)

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._file.write(self._compressor.compress(content))
        return len(content)

    def flush(self) -> None:
        if not self._file.closed:
            self._file.flush()

    def close(self) -> None:
        if not self._file.closed:
            self._file.write(self._compressor.flush())
            self._file.close()
        super().close()


def open_for_writing(path: str | os.PathLike[str], compression: str, level: int | None = None) -> Any:
    if compression == "GZIP":
        return gzip.open(path, "wb", _LEVEL if level is None else level)
    if compression == "ZLIB":
        return ZlibWriter(path, _LEVEL if level is None else level)
    return open(path, "wb")
