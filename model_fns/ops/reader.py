"""Readers as a graph sees them: what makes one, and what reads records of the files whose names a queue yields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.graph.dimensions import unknown
from model_fns.graph.dtypes import int64, string
from model_fns.graph.op import TensorSpec
from model_fns.ops.resource import Resource, ResourceRead, ResourceUse, held_by
from model_fns.ops.strings import object_array


@final
@dataclass(frozen=True)
class TextLineReaderOp(Resource):
    """Of the lines of files, but for the first few of each."""

    type_name: ClassVar[str] = "TextLineReaderV2"
    skip_header_lines: int = 0


@final
@dataclass(frozen=True)
class FixedLengthRecordReaderOp(Resource):
    """Of stretches of `record_bytes` bytes that begin every `hop_bytes` (0: without gaps)."""

    type_name: ClassVar[str] = "FixedLengthRecordReaderV2"
    record_bytes: int = 1
    header_bytes: int = 0
    footer_bytes: int = 0
    hop_bytes: int = 0
    encoding: str = ""


@final
@dataclass(frozen=True)
class TFRecordReaderOp(Resource):
    """Of the records of record files."""

    type_name: ClassVar[str] = "TFRecordReaderV2"
    compression_type: str = ""


@final
class WholeFileReaderOp(Resource):
    """Of whole files."""

    type_name: ClassVar[str] = "WholeFileReaderV2"


@final
class IdentityReaderOp(Resource):
    """Of what the queue yields itself."""

    type_name: ClassVar[str] = "IdentityReaderV2"


@final
class ReaderRead(ResourceRead):
    """The next record and its key"""

    type_name: ClassVar[str] = "ReaderReadV2"

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        return TensorSpec(string, ()), TensorSpec(string, ())

    def kernel(self, *inputs: Any) -> Any:
        key, value = held_by(inputs[0]).read(held_by(inputs[1]))
        return object_array(iter([key]), ()), object_array(iter([value]), ())


@final
class ReaderReadUpTo(ResourceRead):
    """The next records of a file, at most so many, and their keys"""

    type_name: ClassVar[str] = "ReaderReadUpToV2"

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        number = unknown()
        return TensorSpec(string, (number,)), TensorSpec(string, (number,))

    def kernel(self, *inputs: Any) -> Any:
        pairs = held_by(inputs[0]).read_up_to(held_by(inputs[1]), int(inputs[2]))
        return object_array((key for key, _ in pairs), -1), object_array((value for _, value in pairs), -1)


class _Count(ResourceRead):
    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        return (TensorSpec(int64, ()),)


@final
class ReaderNumRecordsProduced(_Count):
    """How many records were read"""

    type_name: ClassVar[str] = "ReaderNumRecordsProducedV2"

    def kernel(self, *inputs: Any) -> Any:
        return np.array(held_by(inputs[0]).records_produced(), np.int64)


@final
class ReaderNumWorkUnitsCompleted(_Count):
    """How many files were read to their end"""

    type_name: ClassVar[str] = "ReaderNumWorkUnitsCompletedV2"

    def kernel(self, *inputs: Any) -> Any:
        return np.array(held_by(inputs[0]).work_units_completed(), np.int64)


@final
class ReaderSerializeState(ResourceRead):
    """Where the reader is, as a string"""

    type_name: ClassVar[str] = "ReaderSerializeStateV2"

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        return (TensorSpec(string, ()),)

    def kernel(self, *inputs: Any) -> Any:
        return object_array(iter([held_by(inputs[0]).serialized()]), ())


class _Change(ResourceUse):
    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        return ()


@final
class ReaderRestoreState(_Change):
    """Puts the reader where it was"""

    type_name: ClassVar[str] = "ReaderRestoreStateV2"

    def kernel(self, *inputs: Any) -> Any:
        held_by(inputs[0]).restore(np.asarray(inputs[1], object).item())
        return ()


@final
class ReaderReset(_Change):
    """Puts the reader at the beginning: the next record is the first of the next file"""

    type_name: ClassVar[str] = "ReaderResetV2"

    def kernel(self, *inputs: Any) -> Any:
        held_by(inputs[0]).reset()
        return ()
