"""RecordReader: where a session has got to in the files of a reader, and the records that the kinds of readers find."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from itertools import islice
from typing import final

from input_fns.data.compression import errors_of, open_for_reading
from input_fns.data.record_file import numbered_records
from input_fns.queues.element_queue import ElementQueue
from model_fns.errors import InvalidArgumentError, UnimplementedError
from model_fns.ops.reader import FixedLengthRecordReaderOp, TextLineReaderOp, TFRecordReaderOp
from model_fns.ops.strings import each_as_bytes

Record = tuple[bytes, bytes]  # key and value


@final
class RecordReader:
    """Reads file after file, whose names a queue yields.

    Args:
      records: the records of a file.
      serializes: whether its state can be had as a string.
    """

    def __init__(self, records: Callable[[bytes], Iterator[Record]], serializes: bool = False) -> None:
        self._records, self._serializes = records, serializes
        self._lock = threading.Lock()
        self._current: Iterator[Record] | None = None
        self._produced = self._completed = 0

    def read(self, queue: ElementQueue) -> Record:
        """The next record. OutOfRangeError if the queue is closed and its files are read."""
        return self.read_up_to(queue, 1)[0]

    def read_up_to(self, queue: ElementQueue, number: int) -> list[Record]:
        """The next records of one file, at least 1 and at most `number`."""
        if number < 1:
            raise InvalidArgumentError(message=f"num_records must be positive, but got {number}")
        with self._lock:
            while True:
                if self._current is None:
                    (name,) = queue.dequeue()
                    self._current = self._records(next(each_as_bytes(name)))
                try:
                    found = list(islice(self._current, number))
                except BaseException:  # the next file may be better
                    self._current = None
                    raise
                if len(found) < number:
                    self._current = None
                    self._completed += 1
                self._produced += len(found)
                if found:
                    return found

    def records_produced(self) -> int:
        with self._lock:
            return self._produced

    def work_units_completed(self) -> int:
        with self._lock:
            return self._completed

    def reset(self) -> None:
        """Forgets the file that is being read, and the counts."""
        with self._lock:
            self._current, self._produced, self._completed = None, 0, 0

    def serialized(self) -> bytes:
        """The counts. UnimplementedError for readers that stand somewhere in a file."""
        if not self._serializes:
            raise UnimplementedError(message="Reader SerializeState")
        with self._lock:
            return json.dumps([self._produced, self._completed]).encode()

    def restore(self, state: bytes) -> None:
        """Takes on the counts. InvalidArgumentError for a string that `serialized` did not make."""
        if not self._serializes:
            raise UnimplementedError(message="Reader RestoreState")
        try:
            produced, completed = map(int, json.loads(state))
        except (ValueError, TypeError):
            raise InvalidArgumentError(message=f"Could not parse the state of a reader: {state!r}") from None
        with self._lock:
            self._current, self._produced, self._completed = None, produced, completed


def lines(definition: TextLineReaderOp) -> Callable[[bytes], Iterator[Record]]:
    """The lines of a file without their ends; the keys are `name:number of the line`."""

    def read(name: bytes) -> Iterator[Record]:
        path = name.decode()
        with errors_of(path), open_for_reading(path, "") as file:
            for number, line in enumerate(file, 1):
                if number > definition.skip_header_lines:
                    yield b"%s:%d" % (name, number), line.removesuffix(b"\n").removesuffix(b"\r")

    return read


def stretches(definition: FixedLengthRecordReaderOp) -> Callable[[bytes], Iterator[Record]]:
    """Stretches of fixed length; the keys are `name:number of the stretch`."""
    size, hop = definition.record_bytes, definition.hop_bytes or definition.record_bytes

    def read(name: bytes) -> Iterator[Record]:
        path = name.decode()
        with errors_of(path), open_for_reading(path, definition.encoding) as file:
            content = file.read()
        end = len(content) - definition.footer_bytes
        for number, at in enumerate(range(definition.header_bytes, end - size + 1, hop)):
            yield b"%s:%d" % (name, number), content[at : at + size]

    return read


def tf_records(definition: TFRecordReaderOp) -> Callable[[bytes], Iterator[Record]]:
    """The records of a record file; the keys are `name:offset`."""

    def read(name: bytes) -> Iterator[Record]:
        for offset, record in numbered_records(name.decode(), definition.compression_type):
            yield b"%s:%d" % (name, offset), record

    return read


def whole_file(name: bytes) -> Iterator[Record]:
    """The contents of a file, by its name."""
    path = name.decode()
    with errors_of(path), open_for_reading(path, "") as file:
        yield name, file.read()


def itself(work: bytes) -> Iterator[Record]:
    """What the queue yielded, as key and as value."""
    yield work, work
