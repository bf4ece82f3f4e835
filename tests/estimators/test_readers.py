"""Readers: keys, values and counts are those of TensorFlow 1.15."""

from __future__ import annotations

import pytest

import estimators.compat.v1 as tf


@pytest.fixture(autouse=True)
def _own_graph():
    with tf.Graph().as_default():
        yield


def read_all(reader, contents, folder, number=None):
    """[keys, values] of all runs, the folder left out of the keys, and what the reader counts then."""
    queue = tf.FIFOQueue(10, tf.string, [[]])
    paths = [str(folder / name) for name in contents]
    for path, content in zip(paths, contents.values(), strict=True):
        if content is not None:
            with open(path, "wb") as file:
                file.write(content)
    read = reader.read(queue) if number is None else reader.read_up_to(queue, number)
    counts = [reader.num_records_produced(), reader.num_work_units_completed()]
    found = []
    with tf.Session() as session:
        session.run(queue.enqueue_many([paths]))
        session.run(queue.close())
        with pytest.raises(tf.errors.OutOfRangeError, match=r"is closed and has insufficient elements \(requested 1,"):
            while True:
                keys, values = session.run(read)
                if number is None:
                    found.append((keys.decode().removeprefix(f"{folder}/"), values))
                else:
                    found.append(([key.decode().removeprefix(f"{folder}/") for key in keys.tolist()], values.tolist()))
        counted = session.run(counts)
        session.run(reader.reset())
        assert session.run(counts) == [0, 0]
    return found, counted


def test_lines(tmp_path):
    contents = {"empty": b"", "a": b"x\r\ny\n\nz", "b": b"head\none\n"}
    found, counts = read_all(tf.TextLineReader(), contents, tmp_path)
    assert found == [("a:1", b"x"), ("a:2", b"y"), ("a:3", b""), ("a:4", b"z"), ("b:1", b"head"), ("b:2", b"one")]
    assert counts == [6, 3]


def test_lines_after_a_header_several_at_once(tmp_path):
    contents = {"a": b"head\n1\n2\n3\n", "b": b"head\n4\n"}
    found, counts = read_all(tf.TextLineReader(skip_header_lines=1), contents, tmp_path, number=2)
    assert found == [(["a:2", "a:3"], [b"1", b"2"]), (["a:4"], [b"3"]), (["b:2"], [b"4"])]
    assert counts == [4, 2]


def test_stretches_of_fixed_length(tmp_path):
    contents = {"f": b"HHabcdefghijFF"}
    found, counts = read_all(tf.FixedLengthRecordReader(4, 2, 2), contents, tmp_path)
    assert (found, counts) == ([("f:0", b"abcd"), ("f:1", b"efgh")], [2, 1])
    found, counts = read_all(tf.FixedLengthRecordReader(4, 2, 2, hop_bytes=2), contents, tmp_path, number=3)
    assert found == [(["f:0", "f:1", "f:2"], [b"abcd", b"cdef", b"efgh"]), (["f:3"], [b"ghij"])]
    assert counts == [4, 1]


def test_bytes_keep_their_zeros(tmp_path):
    found, _ = read_all(tf.FixedLengthRecordReader(3), {"f": b"a\0\0\0\0\0"}, tmp_path)
    assert [value for _, value in found] == [b"a\0\0", b"\0\0\0"]


@pytest.mark.parametrize("compression", ["", "GZIP", "ZLIB"])
def test_records(tmp_path, compression):
    path = tmp_path / "r"
    with tf.python_io.TFRecordWriter(str(path), compression) as writer:
        for record in (b"one", b"three", b""):
            writer.write(record)
    reader = tf.TFRecordReader(options=tf.python_io.TFRecordOptions(compression))
    found, counts = read_all(reader, {"r": None}, tmp_path)
    assert (found, counts) == ([("r:0", b"one"), ("r:19", b"three"), ("r:40", b"")], [3, 1])


def test_whole_files_and_what_the_queue_yields(tmp_path):
    contents = {"a": b"", "b": b"x\r\ny"}
    assert read_all(tf.WholeFileReader(), contents, tmp_path) == ([("a", b""), ("b", b"x\r\ny")], [2, 2])
    found, counts = read_all(tf.IdentityReader(), contents, tmp_path, number=5)
    assert ([keys for keys, _ in found], counts) == ([["a"], ["b"]], [2, 2])


def test_a_file_that_is_not_there_is_told_and_passed(tmp_path):
    there = tmp_path / "there"
    there.write_text("x\n")
    queue, reader = tf.FIFOQueue(3, tf.string, [[]]), tf.TextLineReader()
    value = reader.read(queue).value
    with tf.Session() as session:
        session.run(queue.enqueue_many([[str(tmp_path / "none"), str(there)]]))
        with pytest.raises(tf.errors.NotFoundError, match="none; No such file or directory"):
            session.run(value)
        assert session.run(value) == b"x"


def test_saving_the_state_of_a_reader():
    queue, reader = tf.FIFOQueue(3, tf.string, [[]]), tf.IdentityReader()
    assert (reader.supports_serialize, tf.TextLineReader().supports_serialize) == (True, False)
    read, state = reader.read(queue), reader.serialize_state()
    with tf.Session() as session:
        session.run(queue.enqueue_many([["a", "b"]]))
        session.run(read)
        saved = session.run(state)
        session.run(read)
        session.run(reader.restore_state(saved))
        assert session.run(reader.num_records_produced()) == 1
        with pytest.raises(tf.errors.InvalidArgumentError, match="Could not parse"):
            session.run(reader.restore_state("?"))
        with pytest.raises(tf.errors.UnimplementedError, match="Reader SerializeState"):
            session.run(tf.TextLineReader().serialize_state())


def test_names_and_shapes_are_tensorflows():
    queue, reader = tf.FIFOQueue(3, tf.string, [[]]), tf.TextLineReader()
    read, several = reader.read(queue), reader.read_up_to(queue, 3)
    assert reader.reader_ref.name == "TextLineReaderV2:0"
    assert [read.key.name, read.value.name] == ["ReaderReadV2:0", "ReaderReadV2:1"]
    assert (several.keys.name, several.values.shape.as_list()) == ("ReaderReadUpToV2:0", [None])
    assert reader.num_records_produced().name == "ReaderNumRecordsProducedV2:0"
    with pytest.raises(ValueError, match="record_bytes must be > 0"):
        tf.FixedLengthRecordReader(0)
