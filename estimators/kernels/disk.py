"""Compiled code on disk: where it is kept, what it depends on, and its entries.

An entry is an object file after a digest of itself. Entries lie in a directory named by a hash of all that decides
about the machine code: the files of kernels and compiler, numba, llvmlite, Python, the processor.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path

from estimators.kernels.host import features, processor
from estimators.version import __version__

CACHE_VARIABLE = "ESTIMATORS_CACHE"  # the directory of compiled code; "off" for none
_DIGEST = 32  # bytes


@cache
def cache_directory() -> Path | None:
    """Where compiled code is kept: $ESTIMATORS_CACHE, else the user's cache directory; None if no place is safe."""
    wish = os.environ.get(CACHE_VARIABLE)
    if wish and wish.lower() in ("off", "0", "none"):
        return None
    home = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    path = Path(wish) if wish else Path(home) / "estimators" / "compiled"
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_ours(path):
            return None
        with tempfile.TemporaryFile(dir=path):
            return path
    except OSError:
        return None


def _is_ours(path: Path) -> bool:
    """Code is only ever loaded from a directory that nobody else can write to."""
    if not hasattr(os, "getuid"):
        return True
    status = path.stat()
    return status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


@cache
def surroundings() -> str:
    """A hash of what besides its own source decides about the machine code of a step or kernel."""
    package = Path(__file__).parents[1]
    files = sorted([*package.glob("kernels/*.py"), *package.glob("compiler/*.py")])
    sources = [(path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in files]
    versions = __version__, version("numba"), version("llvmlite"), sys.version
    return hashlib.sha256(repr((versions, processor(), features(), sources)).encode()).hexdigest()[:24]


def has(name: str) -> bool:
    """Whether something was written under `name`."""
    path = _path(name)
    return path is not None and path.exists()


def read(name: str) -> bytes | None:
    """What was written under `name`; None if nothing was, or if it is not whole."""
    path = _path(name)
    try:
        content = b"" if path is None else path.read_bytes()
    except OSError:
        return None
    digest, kept = content[:_DIGEST], content[_DIGEST:]
    return kept if hashlib.sha256(kept).digest() == digest else None


def write(name: str, code: bytes) -> None:
    """Keeps `code` under `name`. Another process never sees half of it; where it cannot be written it is not kept."""
    path = _path(name)
    if path is None:
        return
    with contextlib.suppress(OSError):  # a full disk, or the directory deleted under us
        path.parent.mkdir(mode=0o700, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(code).digest() + code)
            os.replace(temporary, path)
        except OSError:
            os.unlink(temporary)


def _path(name: str) -> Path | None:
    directory = cache_directory()
    entries = None if directory is None else directory / surroundings()
    return entries / f"{name}.o" if entries is not None and _is_usable(entries) else None


@cache
def _is_usable(entries: Path) -> bool:
    """Whether a directory of entries is there, made if need be, and nobody else can write to it."""
    try:
        entries.mkdir(mode=0o700, exist_ok=True)
        return _is_ours(entries)
    except OSError:
        return False
