"""The `checkpoint` state file is read as TensorFlow 1.15 reads it; the expectations below were observed there."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimators.checkpoint import (
    CheckpointState,
    generate_checkpoint_state_proto,
    get_checkpoint_state,
    latest_checkpoint,
    update_checkpoint_state,
    write_checkpoint,
)
from estimators.checkpoint.text_proto import ParseError, parse, quoted

READ = {
    'model_checkpoint_path: "x"': ("D/x", []),
    'model_checkpoint_path: "x" model_checkpoint_path: "y"': ("D/y", []),
    "model_checkpoint_path: 'a' 'b'": ("D/ab", []),
    'model_checkpoint_path: "a\\101\\n\\x41\\\'"': ("D/aA\nA'", []),
    '# comment\nmodel_checkpoint_path: "x"': ("D/x", []),
    'model_checkpoint_path: "x"; all_model_checkpoint_paths: ["a","b"]': ("D/x", ["D/a", "D/b"]),
    'all_model_checkpoint_timestamps: 1.5 model_checkpoint_path: "x"': ("D/x", []),
    'model_checkpoint_path: "/abs/x"\nall_model_checkpoint_paths: "a"\nall_model_checkpoint_paths: "/abs/x"\n': (
        "/abs/x",
        ["D/a", "/abs/x"],
    ),
    'model_checkpoint_path: "\\303\\251"': ("D/é", []),
}
IGNORED = {
    "garbage": "ParseError: 1: There is no field named 'garbage'",
    'model_checkpoint_path: "x': "ParseError: 1: String missing ending quote",
    "model_checkpoint_path: 3": "ParseError: 1: Expected string but found 3.",
    'foo: "x"': "ParseError: 1: There is no field named 'foo'",
    'model_checkpoint_path: "x\ny"': "ParseError: 1: String missing ending quote",
    '\nmodel_checkpoint_path "x"': 'ParseError: 2: Expected : but found "x".',
    'model_checkpoint_path: ["x"': "ParseError: 0: Expected , but found the end of the file.",
    b'model_checkpoint_path: "\xff\xfe"': "UnicodeDecodeError: ",
    "\0\0\0": "ParseError: 1: Unexpected character",
}


def put(directory, content):
    (directory / "checkpoint").write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.mark.parametrize("content", READ)
def test_read(tmp_path, content):
    put(tmp_path, content)
    latest, others = READ[content]
    state = get_checkpoint_state(tmp_path)
    assert state.model_checkpoint_path == latest.replace("D/", f"{tmp_path}/")
    assert state.all_model_checkpoint_paths == [path.replace("D/", f"{tmp_path}/") for path in others]


@pytest.mark.parametrize("content", IGNORED, ids=repr)
def test_what_cannot_be_parsed_is_ignored_with_a_warning(tmp_path, caplog, content):
    put(tmp_path, content)
    assert get_checkpoint_state(tmp_path) is None
    first, second = (record.getMessage() for record in caplog.records)
    assert first.startswith(IGNORED[content])
    assert second == f"{tmp_path}/checkpoint: Checkpoint ignored"


@pytest.mark.parametrize("content", ["", 'all_model_checkpoint_paths: "x"', 'model_checkpoint_path: ""'])
def test_a_state_without_a_latest_checkpoint_is_an_error(tmp_path, content):
    put(tmp_path, content)
    with pytest.raises(ValueError, match=f"Invalid checkpoint state loaded from {tmp_path}"):
        get_checkpoint_state(tmp_path)


def test_no_state_file(tmp_path):
    assert get_checkpoint_state(tmp_path) is None
    assert latest_checkpoint(tmp_path / "nowhere") is None


def test_a_state_file_that_cannot_be_opened(tmp_path, caplog):
    (tmp_path / "checkpoint").mkdir()
    assert get_checkpoint_state(tmp_path) is None
    assert caplog.messages[0].startswith("IsADirectoryError: ")


def test_latest_checkpoint(tmp_path, caplog):
    put(tmp_path, 'model_checkpoint_path: "model.ckpt-5"')
    assert latest_checkpoint(tmp_path) is None
    assert caplog.record_tuples[-1][1:] == (40, f"Couldn't match files for checkpoint {tmp_path}/model.ckpt-5")
    write_checkpoint(tmp_path / "model.ckpt-5", {}, {})
    assert latest_checkpoint(tmp_path) == f"{tmp_path}/model.ckpt-5"
    assert latest_checkpoint(str(tmp_path), "checkpoint") == f"{tmp_path}/model.ckpt-5"
    assert latest_checkpoint(tmp_path, "other") is None


def test_written_as_tensorflow_writes_it(tmp_path):
    update_checkpoint_state(tmp_path, 'a"b\\c\né\t\x01', ["z"], "state")
    assert (tmp_path / "state").read_bytes() == (
        b'model_checkpoint_path: "a\\"b\\\\c\\n\\303\\251\\t\\001"\nall_model_checkpoint_paths: "z"\n'
        b'all_model_checkpoint_paths: "a\\"b\\\\c\\n\\303\\251\\t\\001"\n'
    )
    update_checkpoint_state(tmp_path, "/p/m", ["/p/m"], "state", [1.5], 2.5)
    assert (tmp_path / "state").read_bytes() == (
        b'model_checkpoint_path: "/p/m"\nall_model_checkpoint_paths: "/p/m"\nall_model_checkpoint_timestamps: 1.5\n'
        b"last_preserved_timestamp: 2.5\n"
    )
    state = get_checkpoint_state(tmp_path, "state")
    assert (state.all_model_checkpoint_timestamps, state.last_preserved_timestamp) == ([1.5], 2.5)
    assert str(state).encode() == (tmp_path / "state").read_bytes()
    assert os.listdir(tmp_path) == ["state"]


def test_the_latest_is_added_to_the_list(caplog):
    caplog.set_level("INFO", "tensorflow")
    state = generate_checkpoint_state_proto("/d", "/d/b", ["/d/a"])
    assert state == CheckpointState("/d/b", ["/d/a", "/d/b"])
    assert caplog.messages == ["/d/b is not in all_model_checkpoint_paths. Manually adding it."]


def test_names_below_a_relative_directory_start_from_it():
    state = generate_checkpoint_state_proto("some/dir", "some/dir/b", ["some/dir/a", "/abs/c", "some/dir/b"])
    assert state == CheckpointState("b", ["a", "/abs/c", "b"])


def test_errors(tmp_path):
    with pytest.raises(ValueError, match="Checkpoint timestamps, if provided, must match checkpoint paths"):
        generate_checkpoint_state_proto("/d", "a", ["a"], [1.0, 2.0])
    with pytest.raises(
        RuntimeError, match=r"Save path '.*checkpoint' conflicts with path used for checkpoint state\.  "
    ):
        update_checkpoint_state(tmp_path, str(tmp_path / "checkpoint"))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1, max_size=4))
def test_any_names_come_back(names):
    fields = {"a": str, "b": float}
    text = "".join(f"a: {quoted(name)}\n" for name in names)
    assert text.isascii() and parse(text, fields) == {"a": names, "b": []}


def test_names_that_are_not_utf8_come_back():
    name = os.fsdecode(b"caf\xe9")
    assert parse(f"a: {quoted(name)}", {"a": str}) == {"a": [name]}


PIECES = [
    "model_checkpoint_path",
    "all_model_checkpoint_paths",
    ":",
    " ",
    "\n",
    '"x"',
    "'",
    '"',
    "\\",
    "[",
    "]",
    ",",
    ";",
]
PIECES += ["last_preserved_timestamp", "1.5", "-", "inf", "#", "é", "\\x", "\\9", "\0", "{", "3f"]


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=14).map(lambda p: "".join(p).encode()))
def test_no_content_crashes_the_reader(tmp_path_factory, content):
    directory = tmp_path_factory.getbasetemp()
    (directory / "fuzzed").write_bytes(content)
    try:
        state = get_checkpoint_state(directory, "fuzzed")
    except ValueError as error:
        assert str(error) == f"Invalid checkpoint state loaded from {directory}"
    else:
        assert state is None or isinstance(state.model_checkpoint_path, str)


def test_a_large_file_of_garbage_is_read_in_no_time():
    with pytest.raises(ParseError):
        parse('a: "x"\n' * 50_000 + '"' + "\\" * 100_000, {"a": str})
