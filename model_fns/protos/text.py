"""Messages as text, in protocol buffers' text format."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

_WRITTEN = {"\n": r"\n", "\r": r"\r", "\t": r"\t", '"': r"\"", "'": r"\'", "\\": r"\\"}


def quoted(content: bytes) -> str:
    """Bytes as a string of the text format."""
    characters = content.decode("latin-1")
    plain = (_WRITTEN.get(c) or (c if " " <= c <= "~" else f"\\{ord(c):03o}") for c in characters)
    return f'"{"".join(plain)}"'


def lines_of(message: Any, indent: str = "") -> Iterator[str]:
    """The lines of a message."""
    for field, value in message.ListFields():
        if field.is_map:
            for key, item in value.entries():
                yield f"{indent}{field.name} {{"
                yield f"{indent}  key: {quoted(key.encode())}"
                yield from _inside("value", item, f"{indent}  ")
                yield f"{indent}}}"
            continue
        for item in value if field.repeated else [value]:
            if field.message:
                yield from _inside(field.name, item, indent)
            else:
                yield f"{indent}{field.name}: {_written(field, item)}"


def _inside(name: str, message: Any, indent: str) -> Iterator[str]:
    yield f"{indent}{name} {{"
    yield from lines_of(message, f"{indent}  ")
    yield f"{indent}}}"


def _written(field: Any, value: Any) -> str:
    if field.kind == "string":
        return quoted(value.encode())
    if field.kind == "bytes":
        return quoted(value)
    if field.kind == "bool":
        return "true" if value else "false"
    if field.kind == "enum" and field.names:
        return str(field.names.get(value, value))
    if field.kind == "float":
        return str(np.float32(value))
    return str(value)
