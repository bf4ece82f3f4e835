"""One comma-separated record and its fields, as RFC 4180 and TensorFlow have them."""

from __future__ import annotations

from model_fns.errors import InvalidArgumentError

_QUOTE, _ENDS = ord('"'), b"\r\n"


def fields(record: bytes, delimiter: bytes, quotes: bool) -> list[bytes]:
    """The fields of a record, quotes around them taken off. InvalidArgumentError for quotes where none may be."""
    if not record:
        return []
    if (not quotes or b'"' not in record) and b"\n" not in record and b"\r" not in record:
        return record.split(delimiter)
    found, at, end = [], 0, len(record)
    while at < end:
        if record[at] in _ENDS:
            at += 1
        elif quotes and record[at] == _QUOTE:
            field, at = _quoted(record, at + 1, delimiter)
            found.append(field)
        else:
            field, at = _plain(record, at, delimiter, quotes)
            found.append(field)
    if record.endswith(delimiter):
        found.append(b"")
    return found


def _plain(record: bytes, at: int, delimiter: bytes, quotes: bool) -> tuple[bytes, int]:
    """(field, where the next one begins)."""
    stop = record.find(delimiter, at)
    field = record[at:] if stop < 0 else record[at:stop]
    if b"\n" in field or b"\r" in field or (quotes and b'"' in field):
        raise InvalidArgumentError(message="Unquoted fields cannot have quotes/CRLFs inside")
    return field, at + len(field) + 1


def _quoted(record: bytes, at: int, delimiter: bytes) -> tuple[bytes, int]:
    """(field, where the next one begins), `at` being behind the opening quote."""
    parts = []
    while True:
        stop = record.find(b'"', at)
        if stop < 0:
            raise InvalidArgumentError(message="Quoted field has to end with quote followed by delim or end")
        parts.append(record[at:stop])
        after = record[stop + 1 : stop + 2]
        if after in (b"", delimiter):
            return b"".join(parts), stop + 2
        if after != b'"':
            raise InvalidArgumentError(message="Quote inside a string has to be escaped by another quote")
        parts.append(b'"')
        at = stop + 2
