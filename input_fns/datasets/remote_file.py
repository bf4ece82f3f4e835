"""RemoteFile: a file that a mirror serves, known by its content."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RemoteFile:
    """A mirror serves it as `<name>.gz`; size and hash are of what is inside.

    Mirrors compress on their own, so that the compressed bytes differ where the content is the same.
    """

    name: str
    size: int
    sha256: str
