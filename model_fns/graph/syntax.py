"""Python source as a syntax tree."""

from __future__ import annotations

import ast
from typing import Any

_ATTEMPTS = 1000


def parsed(source: str, mode: str = "exec") -> Any:
    """`ast.parse`, also while other threads do the same.

    CPython 3.11 counts how deep a tree is in one place for all threads, and raises SystemError if another thread had
    its turn meanwhile (python/cpython issue 106905). Nothing is lost then but the attempt.
    """
    for _ in range(_ATTEMPTS):
        try:
            return ast.parse(source, mode=mode)
        except SystemError:
            continue
    return ast.parse(source, mode=mode)
