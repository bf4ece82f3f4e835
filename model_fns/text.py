"""Text and bytes as one another (`tf.compat.as_text`, `tf.compat.as_bytes`)."""

from __future__ import annotations

from os import PathLike, fspath
from typing import Any


def as_bytes(bytes_or_text: Any, encoding: str = "utf-8") -> bytes:
    """`bytes_or_text` as bytes. TypeError if it is neither."""
    if isinstance(bytes_or_text, bytearray | bytes):
        return bytes(bytes_or_text)
    if isinstance(bytes_or_text, str):
        return bytes_or_text.encode(encoding)
    raise TypeError(f"Expected binary or unicode string, got {bytes_or_text!r}")


def as_text(bytes_or_text: Any, encoding: str = "utf-8") -> str:
    """`bytes_or_text` as text. TypeError if it is neither."""
    if isinstance(bytes_or_text, str):
        return bytes_or_text
    if isinstance(bytes_or_text, bytes):
        return bytes_or_text.decode(encoding)
    raise TypeError(f"Expected binary or unicode string, got {bytes_or_text!r}")


def as_str_any(value: Any) -> str:
    """`value` as text: bytes decoded, anything else as `str` shows it."""
    return as_text(value) if isinstance(value, bytes) else str(value)


def path_to_str(path: str | PathLike[str]) -> str:
    """A path as text."""
    return as_str_any(fspath(path)) if isinstance(path, PathLike) else path
