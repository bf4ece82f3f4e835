"""ForkSafeLock: a lock that a forked child does not inherit locked."""

from __future__ import annotations

import os
import threading
import weakref
from typing import Any, final

_locks: weakref.WeakSet[ForkSafeLock] = weakref.WeakSet()


@final
class ForkSafeLock:
    """A lock that the thread holding it may take again. It is open in a forked child, and in a copy."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        _locks.add(self)

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *exception: Any) -> None:
        self._lock.release()

    def __reduce__(self) -> tuple[Any, ...]:
        return ForkSafeLock, ()

    def open(self) -> None:
        """Forgets who holds it."""
        self._lock = threading.RLock()


def _open_all() -> None:
    for lock in _locks:  # the threads that held them are the parent's
        lock.open()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_open_all)
