"""Datasets read from files: lines of text, records, stretches of fixed length, and the names of files."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, final

from input_fns.data.compression import checked_compression, errors_of, open_for_reading
from input_fns.data.node import Node
from input_fns.data.opening import Element, Opening, Stream
from input_fns.data.record_file import records
from input_fns.data.structure import Structure
from model_fns.errors import InvalidArgumentError
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import string
from model_fns.graph.op import TensorSpec
from model_fns.graph.tensor import Tensor

_ONE_STRING = Structure(None, (TensorSpec(string, ()),))


@dataclass(frozen=True, eq=False)
class _Files(Node):
    """The contents of files, one file after the other."""

    filenames: Any
    compression: Any

    @property
    def structure(self) -> Structure:
        return _ONE_STRING

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (self.filenames, self.compression)

    def open(self, opening: Opening) -> Stream:
        compression = checked_compression(opening.value(self.compression))
        return Stream(self._elements(opening.texts(self.filenames), compression))

    def _elements(self, paths: list[str], compression: str) -> Iterator[Element]:
        raise NotImplementedError


@final
@dataclass(frozen=True, eq=False)
class TextLines(_Files):
    """The lines, without what ends them."""

    def _elements(self, paths: list[str], compression: str) -> Iterator[Element]:
        for path in paths:
            with errors_of(path), open_for_reading(path, compression) as file:
                for line in file:
                    yield (_without_end(line),)


def _without_end(line: bytes) -> bytes:
    line = line[:-1] if line.endswith(b"\n") else line
    return line[:-1] if line.endswith(b"\r") else line


@final
@dataclass(frozen=True, eq=False)
class Records(_Files):
    """The records of record files."""

    def _elements(self, paths: list[str], compression: str) -> Iterator[Element]:
        return ((record,) for path in paths for record in records(path, compression))


@final
@dataclass(frozen=True, eq=False)
class FixedLengthRecords(_Files):
    """Stretches of `record_bytes` bytes, between a header and a footer of each file."""

    record_bytes: Any
    header_bytes: Any
    footer_bytes: Any

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (*super().arguments, self.record_bytes, self.header_bytes, self.footer_bytes)

    def open(self, opening: Opening) -> Stream:
        size, header, footer = map(opening.number, (self.record_bytes, self.header_bytes, self.footer_bytes))
        if size < 1:
            raise InvalidArgumentError(message="`record_bytes` must be > 0")
        compression = checked_compression(opening.value(self.compression))
        return Stream(
            (record,)
            for path in opening.texts(self.filenames)
            for record in _stretches(path, compression, size, header, footer)
        )


def _stretches(path: str, compression: str, size: int, header: int, footer: int) -> Iterator[bytes]:
    with errors_of(path), open_for_reading(path, compression) as file:
        content = _between(file, header, footer)
    if len(content) % size:
        raise InvalidArgumentError(
            message=f"Excluding the header ({header} bytes) and footer ({footer} bytes), input file {path!r} has body "
            f"length {len(content)} bytes, which is not an exact multiple of the record length ({size} bytes)."
        )
    yield from (content[at : at + size] for at in range(0, len(content), size))


def _between(file: IO[bytes], header: int, footer: int) -> bytes:
    content = file.read()
    return content[header : len(content) - footer]


@final
@dataclass(frozen=True, eq=False)
class MatchingFiles(Node):
    """The names of the files that match patterns, in order."""

    patterns: Any

    @property
    def structure(self) -> Structure:
        return _ONE_STRING

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (self.patterns,)

    def open(self, opening: Opening) -> Stream:
        return Stream((name,) for name in matching_names(opening.texts(self.patterns)))


def matching_names(patterns: list[str]) -> list[bytes]:
    """The names of the files that match one of `patterns`, sorted."""
    found = {path for pattern in patterns for path in glob.glob(pattern) if os.path.isfile(path)}
    return [os.fsencode(path) for path in sorted(found)]


def file_names(filenames: Any) -> Any:
    """File names as an argument: a tensor of strings, or the names. TypeError for anything else."""
    filenames = getattr(filenames, "graph_element", filenames)
    if isinstance(filenames, Tensor):
        if filenames.dtype != string:
            raise TypeError("`filenames` must be a `tf.Tensor` of dtype `tf.string`.")
        return filenames
    names = [filenames] if isinstance(filenames, str | bytes | os.PathLike) else list(filenames)
    if any(isinstance(name, Tensor) for name in names):
        return convert_to_tensor(names)
    names = [os.fspath(name) if isinstance(name, os.PathLike) else name for name in names]
    if not all(isinstance(name, str | bytes) for name in names):
        raise TypeError("`filenames` must be a `tf.data.Dataset` of `tf.string` elements, or strings.")
    return names
