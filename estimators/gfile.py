"""tf.gfile: files by TensorFlow 1's names and with its errors (NotFoundError, AlreadyExistsError, ...)."""

from __future__ import annotations

import errno
import glob
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, final

from model_fns import errors

_BY_NUMBER = {
    errno.ENOENT: errors.NotFoundError,
    errno.EEXIST: errors.AlreadyExistsError,
    errno.ENOSPC: errors.ResourceExhaustedError,
}
_PASSED_ON = (errno.ENOTEMPTY, errno.ENOTDIR, errno.EISDIR)


@contextmanager
def _errors_of(path: Any) -> Iterator[None]:
    """An OSError comes out as TensorFlow's error for it."""
    try:
        yield
    except OSError as error:
        fallback = errors.FailedPreconditionError if error.errno in _PASSED_ON else errors.OpError
        kind = _BY_NUMBER.get(error.errno or 0, fallback)
        raise kind(None, None, f"{os.fspath(path)}; {error.strerror}") from None


@final
class GFile:
    """A file, opened on first use. `mode`: r, w, a, r+, w+, a+, each also with b for bytes."""

    def __init__(self, name: Any, mode: str = "r") -> None:
        if mode.replace("b", "") not in ("r", "w", "a", "r+", "w+", "a+"):
            raise errors.InvalidArgumentError(None, None, f"mode is not 'r' or 'w' or 'a': {mode!r}")
        self._name, self._mode = os.fspath(name), mode
        self._file: IO[Any] | None = None

    @property
    def name(self) -> str:
        return self._name

    @property
    def mode(self) -> str:
        return self._mode

    def _open(self) -> IO[Any]:
        if self._file is None:
            with _errors_of(self._name):
                encoding = None if "b" in self._mode else "utf-8"
                self._file = open(self._name, self._mode, encoding=encoding)  # noqa: SIM115  # closed by close
        return self._file

    def read(self, n: int = -1) -> Any:
        """The next `n` characters or bytes, or all that is left."""
        return self._open().read(n)

    def readline(self) -> Any:
        return self._open().readline()

    def readlines(self) -> list[Any]:
        return self._open().readlines()

    def write(self, file_content: Any) -> None:
        self._open().write(file_content)

    def seek(self, offset: int | None = None, whence: int = 0, position: int | None = None) -> None:
        """Goes to `offset` from the start (whence 0), from here (1) or from the end (2)."""
        place = position if offset is None else offset
        if place is None:
            raise TypeError("seek(): offset argument required")
        self._open().seek(place, whence)

    def tell(self) -> int:
        return self._open().tell()

    def seekable(self) -> bool:
        return True

    def size(self) -> int:
        """Bytes in the file."""
        with _errors_of(self._name):
            return os.path.getsize(self._name)

    def flush(self) -> None:
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> GFile:
        return self

    def __exit__(self, *exception: Any) -> None:
        self.close()

    def __iter__(self) -> GFile:
        return self

    def __next__(self) -> Any:
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def next(self) -> Any:
        return self.__next__()


@final
@dataclass(frozen=True)
class FileStatistics:
    """What Stat tells."""

    length: int  # bytes
    mtime_nsec: int
    is_directory: bool


def Exists(filename: Any) -> bool:
    return os.path.exists(filename)


def IsDirectory(dirname: Any) -> bool:
    return os.path.isdir(dirname)


def ListDirectory(dirname: Any) -> list[str]:
    """The names in a directory, in order. NotFoundError if it is none."""
    if not os.path.isdir(dirname):
        raise errors.NotFoundError(None, None, f"Could not find directory {os.fspath(dirname)}")
    return sorted(os.listdir(dirname))


def Glob(filename: Any) -> list[str]:
    """The files that match a pattern, or any of a list of patterns, in order."""
    patterns = filename if isinstance(filename, list | tuple) else [filename]
    return sorted(path for pattern in patterns for path in glob.glob(os.fspath(pattern)))


def MkDir(dirname: Any) -> None:
    with _errors_of(dirname):
        os.mkdir(dirname)


def MakeDirs(dirname: Any) -> None:
    """Makes a directory with those above it; nothing if it is there."""
    with _errors_of(dirname):
        os.makedirs(dirname, exist_ok=True)


def Remove(filename: Any) -> None:
    with _errors_of(filename):
        os.remove(filename)


def DeleteRecursively(dirname: Any) -> None:
    """Deletes a directory with all that is in it. NotFoundError if there is none."""
    if not os.path.exists(dirname):
        raise errors.NotFoundError(None, None, f"{os.fspath(dirname)} not found")
    with _errors_of(dirname):
        shutil.rmtree(dirname)


def _check_free(path: Any, overwrite: bool) -> None:
    if not overwrite and os.path.exists(path):
        raise errors.AlreadyExistsError(None, None, "file already exists")


def Copy(oldpath: Any, newpath: Any, overwrite: bool = False) -> None:
    _check_free(newpath, overwrite)
    with _errors_of(oldpath):
        shutil.copyfile(oldpath, newpath)


def Rename(oldname: Any, newname: Any, overwrite: bool = False) -> None:
    _check_free(newname, overwrite)
    with _errors_of(oldname):
        os.replace(oldname, newname)


def Stat(filename: Any) -> FileStatistics:
    with _errors_of(filename):
        found = os.stat(filename)
    return FileStatistics(found.st_size, found.st_mtime_ns, os.path.isdir(filename))


def Walk(top: Any, in_order: bool = True) -> Iterator[tuple[str, list[str], list[str]]]:
    """(directory, names of directories, names of files) for each directory; each before those in it, or after."""
    return os.walk(top, topdown=in_order)
