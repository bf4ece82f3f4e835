"""Examples, messages and saved graphs of any content: read, or refused with the documented error."""

from __future__ import annotations

import contextlib
import copy
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import estimators.compat.v1 as tf
from estimators.export.saved_model import FILE_NAME, read_saved_model
from model_fns.errors import DataLossError, InvalidArgumentError
from model_fns.graph.graph import Graph
from model_fns.protos import DecodeError, Event, GraphDef
from model_fns.saved_graph import restored, saved
from tests.robustness.test_fuzz_files import MANY, Edit, edited, edits

EXAMPLE = tf.train.Example(
    features=tf.train.Features(
        feature={
            "x": tf.train.Feature(float_list=tf.train.FloatList(value=[1.0, 2.5])),
            "y": tf.train.Feature(int64_list=tf.train.Int64List(value=[-1, 300])),
            "z": tf.train.Feature(bytes_list=tf.train.BytesList(value=[b"text", b""])),
        }
    )
).SerializeToString()
WANTED = {
    "x": tf.FixedLenFeature([2], tf.float32, [0.0, 0.0]),
    "y": tf.VarLenFeature(tf.int64),
    "z": tf.FixedLenSequenceFeature([], tf.string, allow_missing=True),
}


@pytest.fixture(scope="module")
def parsing() -> Any:
    """A function of a serialized example that parses it, alone or in a batch."""
    graph = Graph()
    with graph.as_default():
        serialized = tf.placeholder(tf.string, [])
        single = tf.parse_single_example(serialized, WANTED)
        several = tf.parse_example(tf.stack([serialized, serialized]), WANTED)
    session = tf.Session(graph=graph)

    def parse(content: bytes) -> Any:
        found = session.run({"single": single, "several": several}, {serialized: content})
        assert found["single"]["x"].shape == (2,) and found["several"]["x"].shape == (2, 2)
        return found

    return parse


def test_the_example_itself(parsing: Any) -> None:
    found = parsing(EXAMPLE)["single"]
    assert found["x"].tolist() == [1.0, 2.5] and found["y"].values.tolist() == [-1, 300]
    assert found["z"].tolist() == [b"text", b""]


def parsed_or_refused(parsing: Any, content: bytes) -> None:
    with contextlib.suppress(InvalidArgumentError):
        parsing(content)
    with contextlib.suppress(DecodeError):
        assert isinstance(str(tf.train.Example.FromString(content)), str)


@MANY
@given(edits)
def test_an_edited_example(parsing: Any, changes: list[Edit]) -> None:
    parsed_or_refused(parsing, edited(EXAMPLE, changes))


small = st.integers(0, 7).map(lambda wire: bytes([8 | wire])) | st.sampled_from([b"\x0a", b"\x12", b"\x1a", b"\x09"])
pieces = st.lists(small | st.binary(max_size=4) | st.sampled_from([b"x", b"\x01x", b"\xff" * 10]), max_size=6)


def field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2, len(content)]) + content


@MANY
@given(pieces, st.sampled_from(["x", "y", "z"]), st.integers(1, 4))
def test_any_list_within_an_example(parsing: Any, parts: list[bytes], key: str, kind: int) -> None:
    """Everything around the list is right."""
    feature = field(kind, b"".join(parts))
    entry = field(1, key.encode()) + field(2, feature)
    parsed_or_refused(parsing, field(1, field(1, entry)))


# What TensorFlow 1.15 makes of these lists of bytes, floats and integers; None: it cannot parse them.
LISTS: dict[bytes, tuple[Any, Any, Any]] = {
    b"\x0a\x03abc": ([b"abc"], [], [97, 98, 99]),
    b"\x08\x01": (None, None, [1]),
    b"\x0d\0\0": (None, None, None),
    b"\x0a\x01\xff": ([b"\xff"], [], None),
    b"\x0d\0\0\0\0": (None, [0.0], None),
    b"\x09" + bytes(8): (None, None, None),
    b"\xff": (None, None, None),
}


@pytest.mark.parametrize("content", LISTS, ids=repr)
@pytest.mark.parametrize(("key", "kind"), [("z", 1), ("x", 2), ("y", 3)])
def test_lists_of_another_type_than_they_say(key: str, kind: int, content: bytes) -> None:
    expected = LISTS[content][kind - 1]
    with Graph().as_default(), tf.Session() as session:
        types = {"x": tf.float32, "y": tf.int64, "z": tf.string}
        serialized = [field(1, field(1, field(1, key.encode()) + field(2, field(kind, content))))]
        wanted = tf.parse_example(serialized, {key: tf.VarLenFeature(types[key])})[key].values
        if expected is None:
            message = rf"Name: <unknown>, Key: {key}, Index: 0\.  Can't parse serialized Example\."
            with pytest.raises(InvalidArgumentError, match=message):
                session.run(wanted)
        else:
            assert session.run(wanted).tolist() == expected


@MANY
@given(st.binary(max_size=40) | pieces.map(b"".join), st.sampled_from([Event, GraphDef, tf.train.SequenceExample]))
def test_any_message(content: bytes, kind: Any) -> None:
    try:
        found = kind.FromString(content)
    except DecodeError:
        return
    assert isinstance(str(found), str)
    found.SerializeToString()


def test_a_message_that_is_nested_without_end() -> None:
    content = b""
    for _ in range(20_000):  # Summary > Value > ... cannot nest; AttrValue > list > func > attr > AttrValue can
        content = bytes([10]) + _length(len(content)) + content
    for kind in (Event, GraphDef, tf.train.Example, tf.train.SequenceExample):
        with contextlib.suppress(DecodeError):
            kind.FromString(content)


def _length(number: int) -> bytes:
    found = b""
    while number > 0x7F:
        found, number = found + bytes([number & 0x7F | 0x80]), number >> 7
    return found + bytes([number])


# -- saved graphs -----------------------------------------------------------------------------------------------------


def saved_model_graph() -> dict[str, Any]:
    graph = Graph()
    with graph.as_default():
        x = tf.placeholder(tf.float32, [None, 3], "x")
        tf.nn.softmax(tf.layers.dense(x, 2, name="logits"), name="found")
    return json.loads(json.dumps(saved(graph)))


GRAPH = saved_model_graph()
values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just([]) | st.just({})
values |= st.sampled_from(["__class__", "os.system", "Const", "x:0", "found", "float32", [[]], {"record": "Const"}])


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to all that is within nested lists and dicts."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [found for key, item in items for found in [(*path, key), *places(item, (*path, key))]]


PLACES = places(GRAPH)


def changed(where: int, how: str, value: Any) -> Any:
    data = copy.deepcopy(GRAPH)
    *path, last = PLACES[where % len(PLACES)]
    inside = data
    for key in path:
        inside = inside[key]
    if how == "replace":
        inside[last] = value
    elif how == "remove":
        del inside[last]
    elif isinstance(inside, list):
        inside.append(value)
    else:
        inside["new"] = value
    return data


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6), st.sampled_from(["replace", "remove", "add"]), values)
def test_a_changed_graph(where: int, how: str, value: Any) -> None:
    try:
        restored(changed(where, how, value), Graph())
    except ValueError as error:
        assert "raph" in str(error), error


@MANY
@given(values)
def test_any_data(data: Any) -> None:
    with pytest.raises(ValueError, match="This is no graph saved as"):
        restored(data, Graph())


CONTENTS = [b"", b"[" * 100_000, b"\xff", b"null", b'{"format": "estimators saved model 1"}', b"{}", b"NaN"]


@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: repr(content[:12]))
def test_a_saved_model_with_any_description(tmp_path: Any, content: bytes) -> None:
    from estimators.checkpoint import write_checkpoint

    (tmp_path / "variables").mkdir()
    write_checkpoint(tmp_path / "variables" / "variables", {"x": np.zeros(1)}, {})
    (tmp_path / FILE_NAME).write_bytes(content)
    with pytest.raises((ValueError, OSError, DataLossError), match=FILE_NAME):
        read_saved_model(tmp_path)
