"""Event files, which TensorBoard reads: a file that grows by whole events, and a reader of what is there.

No file stays open. What was added is kept in memory and appended in one go, so that whoever reads meanwhile sees whole
events, and a directory deleted on the way is made again.
"""

from __future__ import annotations

import contextlib
import os
import struct
import time
from collections.abc import Iterable, Iterator
from typing import Any, final

import numpy as np

from estimators.host_name import host_name
from input_fns.data.crc32c import masked_crc32c, masked_crc32c_of_rows
from input_fns.data.record_file import records
from model_fns.protos.event import Event

_VERSION = "brain.Event:2"


@final
class EventFile:
    """An event file of the directory `logdir`, made when the first event is written."""

    def __init__(self, logdir: Any, suffix: str | None = None) -> None:
        self._logdir, self._suffix = os.fspath(logdir), suffix or ""
        self._waiting: list[bytes] = []
        self._path: str | None = None

    @property
    def is_begun(self) -> bool:
        """Whether anything was written yet."""
        return self._path is not None

    def add(self, event: bytes) -> None:
        """Adds an event, in wire format, which `flush` will write."""
        self._waiting.append(_record(event))

    def add_alike(self, events: Iterable[np.ndarray]) -> None:
        """Adds many events: uint8 [some, bytes] for each length."""
        self._waiting += map(_records_alike, events)

    def flush(self) -> None:
        """Appends what was added. OSError, the file being as it was and what was added forgotten, if that fails."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        os.makedirs(self._logdir, exist_ok=True)
        if self._path is None or not os.path.exists(self._path):
            self._path = _new_file(self._logdir, self._suffix)
            waiting.insert(0, _record(Event(wall_time=time.time(), file_version=_VERSION).SerializeToString()))
        append(self._path, b"".join(waiting))


def append(path: str, content: bytes) -> None:
    """Appends to a file all of `content` or, with an OSError, nothing."""
    with open(path, "ab", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[file.write(rest) or 0 :]
        except OSError:
            with contextlib.suppress(OSError):
                file.truncate(size)
            raise


def _new_file(logdir: str, suffix: str) -> str:
    """An empty file of a name that is not there yet: TensorFlow's, of which there is one a second."""
    second = int(time.time())
    while True:
        path = os.path.join(logdir, f"events.out.tfevents.{second:010d}.{host_name()}{suffix}")
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
            return path
        except FileExistsError:
            second += 1


def _record(content: bytes) -> bytes:
    """An event as a record: its length, its bytes, and a checksum of each."""
    length = struct.pack("<Q", len(content))
    return b"".join(
        [length, struct.pack("<I", masked_crc32c(length)), content, struct.pack("<I", masked_crc32c(content))]
    )


def _records_alike(contents: np.ndarray) -> bytes:
    """Events of one length, uint8 [some, bytes], as records."""
    rows, length = contents.shape
    size = struct.pack("<Q", length)
    head = np.frombuffer(size + struct.pack("<I", masked_crc32c(size)), np.uint8)
    sums = masked_crc32c_of_rows(contents).astype("<u4").view(np.uint8).reshape(rows, 4)
    return np.concatenate([np.broadcast_to(head, (rows, len(head))), contents, sums], 1).tobytes()


def summary_iterator(path: Any) -> Iterator[Event]:
    """The events of an event file. NotFoundError if there is none, DataLossError if it is damaged or cut off."""
    return map(Event.FromString, records(os.fspath(path)))
