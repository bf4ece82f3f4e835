"""Files of any content: a reader says what they hold or raises what it documents. No crash, no hang, no code run."""

from __future__ import annotations

import gzip
import json
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from estimators.checkpoint import format as checkpoint_format
from estimators.checkpoint import read_checkpoint, write_checkpoint
from estimators.summaries.event_file import EventFile, summary_iterator
from input_fns.data.crc32c import masked_crc32c
from input_fns.data.record_file import TFRecordWriter, tf_record_iterator
from input_fns.datasets.errors import IdxError
from input_fns.datasets.idx import encode_idx, read_idx
from model_fns.errors import DataLossError
from model_fns.protos import DecodeError, Event, Summary

MANY = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)

Edit = tuple[str, float, bytes]
edits: st.SearchStrategy[list[Edit]] = st.lists(
    st.tuples(st.sampled_from(["put", "insert", "cut", "repeat"]), st.floats(0, 1), st.binary(min_size=1, max_size=9)),
    min_size=1,
    max_size=4,
)


def edited(content: bytes, changes: list[Edit]) -> bytes:
    """`content` with bytes overwritten, inserted, cut out and repeated."""
    for kind, where, piece in changes:
        at = int(where * len(content))
        if kind == "put":
            content = content[:at] + piece + content[at + len(piece) :]
        elif kind == "insert":
            content = content[:at] + piece + content[at:]
        elif kind == "cut":
            content = content[:at] + content[at + 3 * len(piece) :]
        else:
            content = content[:at] + content[max(0, at - 2 * len(piece)) :]
    return content


# -- checkpoints ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A checkpoint's file, and what is in it."""
    path = tmp_path_factory.mktemp("checkpoint") / "c.safetensors"
    arrays = {"kernel": np.arange(6, dtype=np.float32).reshape(2, 3), "global_step": np.array(7), "empty": np.zeros(0)}
    write_checkpoint(path, arrays, {"resume": {"seed": 1, "draws": 7, "input": None}})
    return path, path.read_bytes()


@MANY
@given(edits)
def test_an_edited_checkpoint(checkpoint: tuple[Path, bytes], changes: list[Edit]) -> None:
    path, content = checkpoint
    path.write_bytes(content)
    expected = read_checkpoint(path)
    path.write_bytes(edited(content, changes))
    try:
        found = read_checkpoint(path)
    except DataLossError:
        return
    assert found[1] == expected[1]
    np.testing.assert_equal(found[0], expected[0])


METADATA = ["[" * 100_000, "3", "null", "[]", '"x"', "{", "", "NaN", '{"a":' * 50_000]


@pytest.mark.parametrize("metadata", METADATA, ids=lambda text: text[:9])
def test_a_checkpoint_that_was_made_to_do_harm(tmp_path: Path, metadata: str) -> None:
    """Its checksum is right: whoever can write files can compute it."""
    arrays = {"x": np.zeros(2, np.float32)}
    checksum = checkpoint_format._checksum(arrays, metadata)
    header = {"format": "estimators checkpoint 1", "metadata": metadata, "checksum": checksum}
    (tmp_path / "c.safetensors").write_bytes(safetensors.numpy.save(arrays, header))
    with pytest.raises(DataLossError, match="is damaged: its metadata is not what was written"):
        read_checkpoint(tmp_path / "c")


# -- IDX --------------------------------------------------------------------------------------------------------------

IDX = encode_idx(np.arange(24, dtype=np.int16).reshape(2, 3, 4))


@MANY
@given(edits, st.booleans(), st.booleans())
def test_an_edited_idx_file(tmp_path: Path, changes: list[Edit], packed: bool, before: bool) -> None:
    path = tmp_path / "x.idx"
    content = edited(IDX, changes) if before else IDX
    content = gzip.compress(content, mtime=0) if packed else content
    path.write_bytes(content if before else edited(content, changes))
    try:
        assert isinstance(read_idx(path), np.ndarray)
    except IdxError as error:
        assert str(path) in str(error)


@MANY
@given(st.integers(0, 255), st.lists(st.integers(0, 2**32 - 1), max_size=40), st.binary(max_size=40))
def test_any_idx_header(tmp_path: Path, code: int, shape: list[int], rest: bytes) -> None:
    path = tmp_path / "x.idx"
    path.write_bytes(struct.pack(f">HBB{len(shape)}I", 0, code, len(shape), *shape) + rest)
    try:
        assert list(read_idx(path).shape) == shape
    except IdxError as error:
        assert str(path) in str(error)


# -- records and events -----------------------------------------------------------------------------------------------


def tried(read: Callable[[], Iterator[Any]], *documented: type[BaseException]) -> list[Any]:
    """What the iterator yields before it ends or raises one of the documented errors."""
    found = []
    try:
        for item in read():
            found.append(item)
    except documented:
        pass
    return found


@MANY
@given(edits, st.sampled_from(["", "GZIP", "ZLIB"]))
def test_an_edited_record_file(tmp_path: Path, changes: list[Edit], compression: str) -> None:
    path = tmp_path / "records"
    records = [b"first", b"", b"third" * 10]
    with TFRecordWriter(path, compression) as writer:
        for record in records:
            writer.write(record)
    path.write_bytes(edited(path.read_bytes(), changes))
    found = tried(lambda: tf_record_iterator(path, compression), DataLossError)
    assert all(record in records for record in found)  # a checksum guards each


@pytest.mark.parametrize("length", [2**64 - 1, 2**63, 2**62, 2**40, 17])
def test_a_record_that_promises_more_than_there_is(tmp_path: Path, length: int) -> None:
    """Memory is taken for bytes that are there, never for bytes that were promised."""
    header = struct.pack("<Q", length)
    (tmp_path / "records").write_bytes(header + struct.pack("<I", masked_crc32c(header)) + b"little")
    with pytest.raises(DataLossError, match="truncated record at 0"):
        next(tf_record_iterator(tmp_path / "records"))


@MANY
@given(st.binary(max_size=60), edits)
def test_an_event_file_with_any_record(tmp_path: Path, content: bytes, changes: list[Edit]) -> None:
    event = Event(wall_time=1.5, step=3, summary=Summary(value=[{"tag": "loss", "simple_value": 0.5}]))
    with TFRecordWriter(tmp_path / "events") as writer:
        for record in (content, edited(event.SerializeToString(), changes)):
            writer.write(record)
    for found in tried(lambda: summary_iterator(tmp_path / "events"), DecodeError):
        assert str(found) == str(Event.FromString(found.SerializeToString()))


@MANY
@given(edits)
def test_an_edited_event_file(tmp_path_factory: pytest.TempPathFactory, changes: list[Edit]) -> None:
    directory = tmp_path_factory.mktemp("events")
    file = EventFile(directory)
    for step in range(3):
        event = Event(wall_time=1.5, step=step, summary=Summary(value=[{"tag": "loss", "simple_value": 0.5}]))
        file.add(event.SerializeToString())
    file.flush()
    (path,) = directory.iterdir()
    path.write_bytes(edited(path.read_bytes(), changes))
    assert len(tried(lambda: summary_iterator(path), DataLossError, DecodeError)) <= 4


def test_metadata_is_json_and_nothing_else(checkpoint: tuple[Path, bytes]) -> None:
    _, content = checkpoint
    length = int.from_bytes(content[:8], "little")
    assert json.loads(content[8 : 8 + length])["__metadata__"]["format"] == "estimators checkpoint 1"
