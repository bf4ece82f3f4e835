"""Writing a file so that, whatever happens, either the whole new file is there afterwards or the old one still is."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import time
from collections.abc import Iterable

from estimators.host_name import host_name

# A dead process's file must have lain untouched so long: process numbers of two containers do not tell who is dead.
_QUIET_SECONDS = 60.0
_ABANDONED_SECONDS = 24 * 3600.0  # after which another machine's file is given up
_numbers = itertools.count()
_being_written: set[str] = set()


def replace_file(path: str, *content: bytes | memoryview) -> None:
    """Puts `content` in the place of the file `path`; the bytes are on the disk before the name points to them.

    Raises OSError, naming the file and saying that nothing was changed, if that fails: disk full, read-only, no
    directory.
    """
    directory, name = os.path.split(path)
    directory = directory or os.curdir
    temporary = os.path.join(directory, f".{name}.{_host()}.{os.getpid()}.{next(_numbers)}.tmp")
    _being_written.add(os.path.basename(temporary))
    try:
        _write_through(temporary, content)
        os.replace(temporary, path)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else error
        sentence = f"{reason}; nothing was written, what was there before is untouched"
        raise OSError(error.errno or 0, sentence, path) from error
    finally:
        # After a success the name is gone already. After anything else, Ctrl-C too, the remains go.
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        _being_written.discard(os.path.basename(temporary))
    _flush_directory(directory)


def link_file(source: str, target: str) -> None:
    """Puts the file `source`, which is never changed in place, under the name `target`, too.

    It is a link, or a copy where there are no links. That the name outlives a loss of power is not seen to: whatever
    then tells that it is there, does that.

    Raises OSError, with `target` as it was, if that fails.
    """
    directory, name = os.path.split(target)
    temporary = os.path.join(directory, f".{name}.{_host()}.{os.getpid()}.{next(_numbers)}.tmp")
    try:
        os.link(source, temporary)
    except FileNotFoundError:
        raise
    except OSError:  # another disk, or one without links
        with open(source, "rb") as file:
            replace_file(target, file.read())
        return
    try:
        os.replace(temporary, target)
    finally:
        with contextlib.suppress(OSError):  # it is still there if `target` was this very file before
            os.unlink(temporary)


def _write_through(path: str, content: Iterable[bytes | memoryview]) -> None:
    with open(path, "wb", buffering=0) as file:
        for piece in content:
            rest = memoryview(piece)
            while rest:
                rest = rest[file.write(rest) or 0 :]
        os.fsync(file.fileno())


def _flush_directory(directory: str) -> None:
    # Not every system lets a directory be opened or flushed; the file itself is safe either way.
    with contextlib.suppress(OSError):
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_abandoned(directory: str) -> None:
    """Removes what processes that were killed while they wrote into `directory` left behind."""
    pattern = re.compile(r"\..+\.(?P<host>[^.]+)\.(?P<process>\d+)\.\d+\.tmp")
    with contextlib.suppress(OSError), os.scandir(directory or os.curdir) as entries:
        for entry in entries:
            match = None if entry.name in _being_written else pattern.fullmatch(entry.name)
            if match and _is_abandoned(entry, match["host"], int(match["process"])):
                os.unlink(entry.path)


def _is_abandoned(entry: os.DirEntry[str], host: str, process: int) -> bool:
    age = time.time() - entry.stat().st_mtime
    if host == _host() and (process == os.getpid() or not _is_running(process)):
        return age > _QUIET_SECONDS
    return age > _ABANDONED_SECONDS


def _is_running(process: int) -> bool:
    if os.name == "nt":
        return True  # there the question below would interrupt the process
    try:
        os.kill(process, 0)  # signal 0 is only the question whether it could be sent
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _host() -> str:
    return re.sub(r"[^A-Za-z0-9-]", "-", host_name()) or "host"
