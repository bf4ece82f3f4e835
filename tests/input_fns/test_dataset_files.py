"""Lines, records and stretches of files; the bytes of a record file that TensorFlow 1.15.5 wrote stand here."""

from __future__ import annotations

import functools
import gzip
import inspect
import os
import re
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import estimators.compat.v1 as tf
from input_fns.data.crc32c import crc32c, masked_crc32c
from input_fns.data.csv_table import make_csv_dataset
from input_fns.data.dataset import Dataset, FixedLengthRecordDataset, TextLineDataset, TFRecordDataset
from input_fns.data.experimental import CsvDataset
from input_fns.data.record_file import TFRecordCompressionType, TFRecordOptions, TFRecordWriter, tf_record_iterator
from model_fns.errors import DataLossError, InvalidArgumentError, NotFoundError, OpError
from model_fns.graph.dtypes import float32, int32, string
from model_fns.graph.graph import Graph
from model_fns.protos.example import BytesList, Example, Feature, Features, FloatList, Int64List
from tests.input_fns.elements import elements

# The first of three Examples with x: [i, 2.5], y: [-i], z: [b"r<i>", b""], and the second.
WRITTEN_BY_TENSORFLOW = bytes.fromhex(
    "300000000000000095f5d05f0a2e0a0a0a017912051a030a01000a110a0178120c120a0a0800000000000020400a0d0a017a12080a060a02"
    "72300a0008766dff"
    "39000000000000008b0737f10a370a130a0179120e1a0c0a0affffffffffffffffff010a0d0a017a12080a060a0272310a000a110a017812"
    "0c120a0a080000803f0000204035a3cb55"
)
EXAMPLES = [
    Example(
        features=Features(
            feature={
                "x": Feature(float_list=FloatList(value=[i, 2.5])),
                "y": Feature(int64_list=Int64List(value=[-i])),
                "z": Feature(bytes_list=BytesList(value=[b"r%d" % i, b""])),
            }
        )
    )
    for i in range(2)
]


@pytest.fixture(autouse=True)
def graph():
    with Graph().as_default():
        yield


@pytest.fixture
def records(tmp_path):
    path = tmp_path / "a.tfrecord"
    path.write_bytes(WRITTEN_BY_TENSORFLOW)
    return str(path)


# -- checksums ---------------------------------------------------------------------------------------------------------


def test_known_checksums():
    assert crc32c(b"") == 0
    assert crc32c(b"123456789") == 0xE3069283  # the check value of CRC-32C
    assert crc32c(bytes(32)) == 0x8A9136AA  # RFC 3720, B.4
    assert crc32c(b"\xff" * 32) == 0x62A8AB43
    assert crc32c(bytes(range(32))) == 0x46DD794E
    assert masked_crc32c((48).to_bytes(8, "little")) == int.from_bytes(WRITTEN_BY_TENSORFLOW[8:12], "little")


@given(content=st.binary(max_size=200), at=st.integers(0, 199), times=st.sampled_from([1, 7, 40]))
def test_a_checksum_is_that_of_one_byte_after_the_other(content, at, times):
    content = content * times
    register = 0xFFFFFFFF
    for byte in content:
        register ^= byte
        for _ in range(8):
            register = (register >> 1) ^ (0x82F63B78 if register & 1 else 0)
    assert crc32c(content) == register ^ 0xFFFFFFFF


# -- records -----------------------------------------------------------------------------------------------------------


def test_tensorflows_records_are_read(records):
    found = elements(TFRecordDataset(records))
    assert [Example.FromString(record) for record in found] == EXAMPLES


@pytest.mark.parametrize("compression", ["", "GZIP", "ZLIB", TFRecordCompressionType.GZIP])
def test_what_was_written_is_read(tmp_path, compression):
    path = tmp_path / "b.tfrecord"
    contents = [b"", b"a", b"x" * 5000, EXAMPLES[1].SerializeToString()]
    options = TFRecordOptions(compression)
    with TFRecordWriter(path, options) as writer:
        for content in contents:
            writer.write(content)
    name = TFRecordOptions.get_compression_type_string(options)
    assert elements(TFRecordDataset([str(path)] * 2, name)) == contents * 2
    assert list(tf_record_iterator(path, options)) == contents


def test_the_bytes_are_tensorflows(tmp_path, records):
    path = tmp_path / "c.tfrecord"
    with TFRecordWriter(str(path)) as writer:
        for record in tf_record_iterator(records):
            writer.write(record)
    assert path.read_bytes() == WRITTEN_BY_TENSORFLOW


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda b: b[:-3], "truncated record at 64"),
        (lambda b: b[:66], "truncated record at 64"),
        (lambda b: b[:20] + b"?" + b[21:], "corrupted record at 12"),
        (lambda b: b"?" + b[1:], "corrupted record at 0"),
    ],
)
def test_a_damaged_file_is_seen(records, damage, sentence):
    with open(records, "wb") as file:
        file.write(damage(WRITTEN_BY_TENSORFLOW))
    with pytest.raises(DataLossError, match=sentence):
        elements(TFRecordDataset(records))


# -- text --------------------------------------------------------------------------------------------------------------

LINES = [b"one", b"two", b"", b"three"]


def test_lines(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"one\r\ntwo\n\nthree")
    assert elements(TextLineDataset([path, path])) == LINES * 2
    assert elements(TextLineDataset(str(path)).skip(1)) == LINES[1:]
    assert elements(TextLineDataset(Dataset.from_tensor_slices([str(path)]))) == LINES


@pytest.mark.parametrize(("kind", "compress"), [("GZIP", gzip.compress), ("ZLIB", zlib.compress)])
def test_compressed_lines(tmp_path, kind, compress):
    path = tmp_path / "a"
    path.write_bytes(compress(b"one\ntwo\n\nthree"))
    assert elements(TextLineDataset(str(path), kind)) == LINES


def test_what_cannot_be_read(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"no gzip")
    for dataset, kind, sentence in (
        (TextLineDataset(str(path) + "x"), NotFoundError, re.escape(f"{path}x; No such file or directory")),
        (TextLineDataset(str(path), "GZIP"), DataLossError, "inflate\\(\\) failed"),
        (TextLineDataset(str(path), "ZLIB"), DataLossError, "inflate\\(\\) failed"),
        (TextLineDataset(str(path), "BZ"), InvalidArgumentError, "Unsupported compression_type"),
        (TextLineDataset(str(tmp_path)), OpError, "directory"),
    ):
        with pytest.raises(kind, match=sentence):
            elements(dataset)
    with pytest.raises(TypeError, match="filenames"):
        TextLineDataset([3])


def test_stretches_of_fixed_length(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"HHaabbccF")
    assert elements(FixedLengthRecordDataset(str(path), 2, 2, 1)) == [b"aa", b"bb", b"cc"]
    with pytest.raises(InvalidArgumentError, match="not an exact multiple of the record length"):
        elements(FixedLengthRecordDataset(str(path), 4, 2, 1))


def test_names_of_files(tmp_path):
    for name in ("b.csv", "a.csv", "c.txt"):
        (tmp_path / name).write_text("")
    pattern = str(tmp_path / "*.csv")
    expected = [os.fsencode(tmp_path / name) for name in ("a.csv", "b.csv")]
    assert elements(Dataset.list_files(pattern, shuffle=False)) == expected
    assert sorted(elements(Dataset.list_files(pattern))) == expected
    assert elements(Dataset.list_files(str(tmp_path / "nothing*"), shuffle=False)) == []


def test_rows_of_csv_files(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('n,x,s\n1,2.5,"a, b"\n2,,c\n')
    assert elements(CsvDataset(str(path), [int32, [0.5], [""]], header=True)) == [(1, 2.5, b"a, b"), (2, 0.5, b"c")]
    assert elements(CsvDataset([str(path)], [float32], header=True, select_cols=[0])) == [(1.0,), (2.0,)]


# -- tables ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b,s,y\n1,2.5,x,0\n2,3,y,1\n3,99999999999,,0\n")
    return str(path)


def test_columns_by_name(table):
    dataset = make_csv_dataset(table, 2, label_name="y", num_epochs=1, shuffle=False)
    assert dataset.output_types == ({"a": int32, "b": float32, "s": string}, int32)
    assert elements(dataset) == [
        ({"a": [1, 2], "b": [2.5, 3], "s": [b"x", b"y"]}, [0, 1]),
        ({"a": [3], "b": [np.float32(1e11)], "s": [b""]}, [0]),
    ]
    endless = make_csv_dataset(table, 2, select_columns=["y", 0], shuffle=False)
    assert endless.output_shapes["a"].as_list() == [2]
    assert elements(endless, most=3) == [
        {"a": [1, 2], "y": [0, 1]},
        {"a": [3, 1], "y": [0, 0]},
        {"a": [2, 3], "y": [1, 0]},
    ]
    given = make_csv_dataset(table, 3, column_defaults=[0, 0.0, "?", 0], num_epochs=1)
    (batch,) = elements(given)
    assert sorted(zip(*batch.values(), strict=True))[2] == (3, np.float32(1e11), b"?", 0)


def test_tables_that_make_no_sense(table, tmp_path):
    for how, sentence in (
        ({"label_name": "q"}, "`label_name` provided must be one of the columns."),
        ({"header": False}, "Cannot infer column names without a header line."),
        ({"column_names": ["a", "b", "c", "c"]}, "Cannot have duplicate column names."),
        ({"select_columns": ["zz"]}, "Value 'zz' specified in select_columns not a valid column index or name."),
    ):
        with pytest.raises(ValueError, match=re.escape(sentence)):
            make_csv_dataset(table, 2, **how)
    with pytest.raises(ValueError, match="No files match .*none.csv"):
        make_csv_dataset(str(tmp_path / "none.csv"), 2)


NOT_INTROSPECTED = {  # name: arguments, as TensorFlow 1.15.5's inspection says them
    "data.experimental.CsvDataset": "filenames record_defaults compression_type buffer_size header field_delim "
    "use_quote_delim na_value select_cols",
    "data.experimental.make_csv_dataset": "file_pattern batch_size column_names column_defaults label_name "
    "select_columns field_delim use_quote_delim na_value header num_epochs shuffle shuffle_buffer_size shuffle_seed "
    "prefetch_buffer_size num_parallel_reads sloppy num_rows_for_inference compression_type ignore_errors",
    "data.experimental.map_and_batch": "map_func batch_size num_parallel_batches drop_remainder num_parallel_calls",
    "data.experimental.parallel_interleave": "map_func cycle_length block_length sloppy buffer_output_elements "
    "prefetch_input_elements",
    "data.experimental.shuffle_and_repeat": "buffer_size count seed",
    "python_io.TFRecordOptions": "compression_type flush_mode input_buffer_size output_buffer_size window_bits "
    "compression_level compression_method mem_level compression_strategy",
    "python_io.TFRecordWriter": "path options",
    "python_io.tf_record_iterator": "path options",
    "strings.join": "inputs separator name",
    "strings.length": "input name unit",
    "strings.lower": "input encoding name",
    "strings.reduce_join": "inputs axis keep_dims separator name reduction_indices keepdims",
    "strings.regex_replace": "input pattern rewrite replace_global name",
    "strings.split": "input sep maxsplit result_type source name",
    "strings.substr": "input pos len name unit",
    "strings.to_number": "string_tensor out_type name input",
}


@pytest.mark.parametrize("name", NOT_INTROSPECTED)
def test_arguments_are_tensorflows(name):
    found = functools.reduce(getattr, name.split("."), tf)
    assert list(inspect.signature(found).parameters) == NOT_INTROSPECTED[name].split()
