"""Readers: `TextLineReader` and its like, which read records of the files whose names a queue yields."""

from __future__ import annotations

from typing import Any, NamedTuple, final

from input_fns.data.compression import checked_compression
from input_fns.data.record_file import TFRecordOptions
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import int64, string
from model_fns.graph.tensor import Operation, Tensor
from model_fns.ops.apply import graph_of
from model_fns.ops.reader import (
    FixedLengthRecordReaderOp,
    IdentityReaderOp,
    ReaderNumRecordsProduced,
    ReaderNumWorkUnitsCompleted,
    ReaderRead,
    ReaderReadUpTo,
    ReaderReset,
    ReaderRestoreState,
    ReaderSerializeState,
    TextLineReaderOp,
    TFRecordReaderOp,
    WholeFileReaderOp,
)
from model_fns.ops.resource import ResourceUse, handle


@final
class ReaderReadV2(NamedTuple):
    """One record."""

    key: Tensor
    value: Tensor


@final
class ReaderReadUpToV2(NamedTuple):
    """Several records."""

    keys: Tensor
    values: Tensor


class ReaderBase:
    """Reads records, with keys that say where they come from, from what a queue of strings yields: names of files.

    Args:
      reader_ref: the tensor that stands for the reader.
      supports_serialize: whether its state can be saved.
    """

    def __init__(self, reader_ref: Tensor, supports_serialize: bool = False) -> None:
        self._reader_ref, self._supports_serialize = reader_ref, supports_serialize

    @property
    def reader_ref(self) -> Tensor:
        return self._reader_ref

    @property
    def supports_serialize(self) -> bool:
        return self._supports_serialize

    def read(self, queue: Any, name: str | None = None) -> ReaderReadV2:
        """The next record's key and value, strings. Running it waits for the queue's next file if need be."""
        made = self._use(ReaderRead(), name, getattr(queue, "queue_ref", queue), yields=True)
        return ReaderReadV2(*made.outputs)

    def read_up_to(self, queue: Any, num_records: Any, name: str | None = None) -> ReaderReadUpToV2:
        """The next records of a file, at most `num_records`: keys [n] and values [n]."""
        graph = graph_of(self._reader_ref)
        with graph.as_default(), graph.name_scope(name or ReaderReadUpTo.type_name) as scope:
            number = convert_to_tensor(num_records, int64, "num_records")
            reference = getattr(queue, "queue_ref", queue)
            made = graph.create(ReaderReadUpTo(), (self._reader_ref, reference, number), scope)
            graph.sources[made] = None
        return ReaderReadUpToV2(*made.outputs)

    def num_records_produced(self, name: str | None = None) -> Tensor:
        """How many records were read, int64."""
        return self._use(ReaderNumRecordsProduced(), name).outputs[0]

    def num_work_units_completed(self, name: str | None = None) -> Tensor:
        """How many files were read to their end, int64."""
        return self._use(ReaderNumWorkUnitsCompleted(), name).outputs[0]

    def serialize_state(self, name: str | None = None) -> Tensor:
        """The state as a string. Running it raises UnimplementedError for most readers: see `supports_serialize`."""
        return self._use(ReaderSerializeState(), name).outputs[0]

    def restore_state(self, state: Any, name: str | None = None) -> Operation:
        """An operation that puts the reader where it was when `state` was serialized."""
        return self._use(ReaderRestoreState(), name, convert_to_tensor(state, string))

    def reset(self, name: str | None = None) -> Operation:
        """An operation that lets the reader begin with the queue's next file."""
        return self._use(ReaderReset(), name)

    def _use(self, definition: ResourceUse, name: str | None, *others: Tensor, yields: bool = False) -> Operation:
        graph = graph_of(self._reader_ref)
        with graph.as_default(), graph.name_scope(name or definition.type) as scope:
            made = graph.create(definition, (self._reader_ref, *others), scope)
        if yields:
            graph.sources[made] = None
        return made


@final
class TextLineReader(ReaderBase):
    """The lines of files, without what ends them, after the first `skip_header_lines` of each."""

    def __init__(self, skip_header_lines: int | None = None, name: str | None = None) -> None:
        definition = TextLineReaderOp(skip_header_lines=int(skip_header_lines or 0))
        super().__init__(handle(definition, name or definition.type))


@final
class WholeFileReader(ReaderBase):
    """Whole files, by their names."""

    def __init__(self, name: str | None = None) -> None:
        definition = WholeFileReaderOp()
        super().__init__(handle(definition, name or definition.type), supports_serialize=True)


@final
class IdentityReader(ReaderBase):
    """What the queue yields, as key and as value."""

    def __init__(self, name: str | None = None) -> None:
        definition = IdentityReaderOp()
        super().__init__(handle(definition, name or definition.type), supports_serialize=True)


@final
class TFRecordReader(ReaderBase):
    """The records of record files, compressed as `options` (TFRecordOptions) say."""

    def __init__(self, name: str | None = None, options: Any = None) -> None:
        compression = checked_compression(TFRecordOptions.get_compression_type_string(options))
        definition = TFRecordReaderOp(compression_type=compression)
        super().__init__(handle(definition, name or definition.type))


@final
class FixedLengthRecordReader(ReaderBase):
    """Stretches of `record_bytes` bytes of files.

    Args:
      header_bytes, footer_bytes: what is left out at the beginning and the end of each file.
      hop_bytes: how far from the beginning of one stretch to that of the next; 0 or None for record_bytes.
      encoding: "", "ZLIB" or "GZIP".
    Raises ValueError for sizes that cannot be.
    """

    def __init__(
        self,
        record_bytes: int,
        header_bytes: int | None = None,
        footer_bytes: int | None = None,
        hop_bytes: int | None = None,
        name: str | None = None,
        encoding: str | None = None,
    ) -> None:
        sizes = [int(size or 0) for size in (record_bytes, header_bytes, footer_bytes, hop_bytes)]
        if sizes[0] < 1 or min(sizes) < 0:
            raise ValueError(
                "record_bytes must be > 0, and header_bytes, footer_bytes and hop_bytes >= 0, but they are "
                f"{record_bytes}, {header_bytes}, {footer_bytes} and {hop_bytes}."
            )
        definition = FixedLengthRecordReaderOp(
            "", sizes[0], sizes[1], sizes[2], sizes[3], checked_compression(encoding)
        )
        super().__init__(handle(definition, name or definition.type))
