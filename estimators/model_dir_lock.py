"""A lock on a model directory: of two trainings in one directory the second is refused.

The operating system holds the lock for the process that took it, and lets it go when that process ends, however it
does: there is no lock left over to be removed by hand.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from estimators import logging
from estimators.host_name import host_name

if sys.platform != "win32":
    import fcntl

FILE_NAME = ".training"
_held: set[int] = set()  # descriptors


@contextmanager
def training_lock(model_dir: Any) -> Iterator[None]:
    """Holds the lock while inside. RuntimeError, naming the other process, if it is held already.

    Where files cannot be locked, or not be made, a warning says that nobody watches; on Windows nobody does.
    """
    descriptor = _locked(os.fspath(model_dir))
    try:
        yield
    finally:
        if descriptor in _held:
            _held.discard(descriptor)
            _release(descriptor)


def _locked(directory: str) -> int | None:
    path = os.path.join(directory, FILE_NAME)
    if sys.platform == "win32":
        return None
    try:
        os.makedirs(directory, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        logging.warning("%s is not guarded against a second training at the same time: %s", directory, error)
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        with open(descriptor, encoding="utf-8", errors="replace") as file:
            holder = file.read(200).strip() or "another process"
        raise RuntimeError(
            f"{holder} is training in {directory}: wait until it ends, or use another model_dir. Evaluating and "
            "predicting there is possible meanwhile."
        ) from None
    except OSError as error:
        os.close(descriptor)
        logging.warning("%s is not guarded against a second training at the same time: %s", directory, error)
        return None
    _held.add(descriptor)
    with contextlib.suppress(OSError):  # a full disk: the lock holds all the same
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"Process {os.getpid()} on {host_name()}".encode())
    return descriptor


def _release(descriptor: int) -> None:
    if sys.platform != "win32":
        fcntl.flock(descriptor, fcntl.LOCK_UN)  # not by closing alone: a child that was just forked has it open, too
    os.close(descriptor)


def _let_go() -> None:
    """In a forked child, which does not train: else the lock would last as long as it does."""
    for descriptor in _held:
        with contextlib.suppress(OSError):
            os.close(descriptor)
    _held.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go)
