"""Unique names and name scopes, by TensorFlow's rules, which checkpoints and hooks of old programs depend on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

_VALID_AT_ROOT = re.compile(r"[A-Za-z0-9.][A-Za-z0-9_./-]*")
_VALID_INSIDE = re.compile(r"[A-Za-z0-9_./-]*")


class Names:
    """The names a graph has used, and the scope it is in. Names are unique without regard to case, as in TensorFlow."""

    def __init__(self) -> None:
        self.scope = ""
        self._used: dict[str, int] = {}

    def copy(self) -> Names:
        """Names that go their own way from here."""
        made = Names()
        made.scope, made._used = self.scope, dict(self._used)
        return made

    def unique(self, name: str, mark_as_used: bool = True) -> str:
        """`name` inside the current scope, with `_1`, `_2`, ... appended if it is taken."""
        full = f"{self.scope}/{name}" if self.scope else name
        key = full.lower()
        count = self._used.get(key, 0)
        if mark_as_used:
            self._used[key] = count + 1
        if count == 0:
            return full
        candidate = key
        while candidate in self._used:
            candidate = f"{key}_{count}"
            count += 1
        if mark_as_used:
            self._used[candidate] = 1
        return f"{full}_{count - 1}"

    def check_scope(self, name: str) -> None:
        """ValueError for what cannot be a name in the current scope."""
        if not (_VALID_INSIDE if self.scope else _VALID_AT_ROOT).fullmatch(name):
            raise ValueError(f"'{name}' is not a valid scope name")

    @staticmethod
    def check_node(name: str) -> None:
        """ValueError for what cannot be the full name of an operation."""
        if not _VALID_AT_ROOT.fullmatch(name):
            raise ValueError(f"'{name}' is not a valid node name")

    @contextmanager
    def inside(self, name: str | None) -> Iterator[str]:
        """Enters a scope. A name ending in `/` is entered as it stands; None or '' leaves every scope.

        Yields the scope's name with a `/` at its end, '' for the root.
        """
        outer = self.scope
        name = name.decode() if isinstance(name, bytes) else name
        if name:
            self.check_scope(name)
        if not name:
            self.scope = ""
        elif name.endswith("/"):
            self.scope = name[:-1]
        else:
            self.scope = self.unique(name)
        try:
            yield f"{self.scope}/" if self.scope else ""
        finally:
            self.scope = outer
