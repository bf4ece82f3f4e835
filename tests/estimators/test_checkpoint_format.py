"""A checkpoint comes back as it was written, or not at all: never half, never wrong."""

from __future__ import annotations

import errno
import os
import threading
import time

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from estimators.checkpoint import (
    atomic_file,
    checkpoint_exists,
    get_checkpoint_mtimes,
    list_variables,
    load_checkpoint,
    load_variable,
    read_checkpoint,
    remove_checkpoint,
    update_checkpoint_state,
    write_checkpoint,
)
from model_fns.errors import DataLossError, NotFoundError

SMALL = {
    "dense/kernel": np.arange(6, dtype=np.float32).reshape(2, 3),
    "dense/bias": np.array([1.5, -2.5], np.float64),
    "global_step": np.array(7, np.int64),
    "flags": np.array([True, False]),
}


def same(a: dict, b: dict) -> bool:
    return a.keys() == b.keys() and all(
        a[k].dtype == b[k].dtype and a[k].shape == b[k].shape and a[k].tobytes() == b[k].tobytes() for k in a
    )


@pytest.mark.parametrize(
    "array",
    [
        np.float32(3.5),
        np.array(2**62, np.int64),
        np.zeros((0,), np.float32),
        np.zeros((3, 0, 2), np.float64),
        np.array([True, False, True]),
        np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324]),
        np.arange(12.0).reshape(3, 4).T,
        np.asfortranarray(np.arange(24, dtype=np.float32).reshape(2, 3, 4)),
        np.arange(20, dtype=np.int32)[::-3],
        np.broadcast_to(np.float32(2), (3, 4)),
        np.arange(5, dtype=">i4"),
        np.arange(4, dtype=np.uint8),
        np.arange(4, dtype=np.float16),
        [1, 2, 3],
        7,
    ],
    ids=lambda array: f"{np.asarray(array).dtype}{np.asarray(array).shape}",
)
def test_round_trip(tmp_path, array):
    write_checkpoint(tmp_path / "c", {"x": array, "y": np.ones(3)}, {})
    back, _ = read_checkpoint(tmp_path / "c")
    expected = np.asarray(array)
    assert back["x"].shape == expected.shape
    assert back["x"].dtype == expected.dtype.newbyteorder("=")
    np.testing.assert_array_equal(back["x"], expected)
    assert back["x"].flags.c_contiguous and back["x"].flags.writeable and back["x"].flags.owndata


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.text(min_size=1, max_size=8).filter(lambda name: name != "__metadata__"),
        arrays_of.arrays(
            st.sampled_from([np.float32, np.float64, np.int32, np.int64, np.bool_, np.uint8]),
            arrays_of.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
        ),
        max_size=4,
    ),
    st.dictionaries(st.text(max_size=4), st.integers() | st.floats(allow_nan=False) | st.text(max_size=4) | st.none()),
)
def test_anything_comes_back(tmp_path_factory, arrays, metadata):
    prefix = tmp_path_factory.mktemp("any") / "c"
    write_checkpoint(prefix, arrays, metadata)
    back, back_metadata = read_checkpoint(prefix)
    assert same(back, arrays) and back_metadata == metadata


def test_metadata(tmp_path):
    given = {"seed": 2**63 - 1, "input": {"epoch": np.int64(3), "order": np.arange(3)}, "scale": np.float32(0.5)}
    write_checkpoint(tmp_path / "c", SMALL, given)
    expected = {"seed": 2**63 - 1, "input": {"epoch": 3, "order": [0, 1, 2]}, "scale": 0.5}
    assert read_checkpoint(tmp_path / "c")[1] == expected
    with pytest.raises(TypeError, match="metadata holds what JSON can hold; .* is a object"):
        write_checkpoint(tmp_path / "c", SMALL, {"x": object()})


@pytest.mark.parametrize("array", [np.array(["a", b"b"], object), np.array(["text"]), np.array([1 + 2j])])
def test_other_element_types_are_refused(tmp_path, array):
    with pytest.raises(
        TypeError, match="'names' has element type .*; a checkpoint holds floats, integers and bools only."
    ):
        write_checkpoint(tmp_path / "c", {"names": array}, {})
    assert os.listdir(tmp_path) == []


def test_it_is_an_ordinary_safetensors_file(tmp_path):
    write_checkpoint(tmp_path / "c", SMALL, {})
    assert same(safetensors.numpy.load_file(tmp_path / "c.safetensors"), SMALL)


# --- damage ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path):
    write_checkpoint(tmp_path / "c", SMALL, {"seed": 1})
    return tmp_path / "c.safetensors"


def test_every_truncation_is_found(small):
    content = small.read_bytes()
    for length in range(len(content)):
        small.write_bytes(content[:length])
        with pytest.raises(DataLossError, match=f"The checkpoint file {small} is damaged: .* Delete it and go on"):
            read_checkpoint(small)


def test_every_flipped_bit_and_byte_is_found(small):
    content = small.read_bytes()
    missed = []
    for position in range(len(content)):
        for flip in (1, 2, 4, 8, 16, 32, 64, 128, 255):
            damaged = bytearray(content)
            damaged[position] ^= flip
            small.write_bytes(damaged)
            try:
                arrays, metadata = read_checkpoint(small)
            except DataLossError:
                continue
            if not (same(arrays, SMALL) and metadata == {"seed": 1}):
                missed.append((position, flip))
    assert not missed


@pytest.mark.parametrize("tail", [b"\0", b"more", bytes(8)])
def test_appended_bytes_are_found(small, tail):
    small.write_bytes(small.read_bytes() + tail)
    with pytest.raises(DataLossError):
        read_checkpoint(small)


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=200), headed=st.booleans())
def test_garbage_is_found(tmp_path_factory, content, headed):
    path = tmp_path_factory.getbasetemp() / "garbage.safetensors"
    path.write_bytes(len(content).to_bytes(8, "little") + content if headed else content)
    with pytest.raises(DataLossError):
        read_checkpoint(path)


def test_a_foreign_safetensors_file_is_no_checkpoint(tmp_path):
    safetensors.numpy.save_file(SMALL, tmp_path / "c.safetensors")
    with pytest.raises(DataLossError, match="not marked as 'estimators checkpoint 1'"):
        read_checkpoint(tmp_path / "c")


def test_a_missing_file(tmp_path):
    with pytest.raises(NotFoundError, match=f"There is no checkpoint {tmp_path}/c: the file {tmp_path}/c.safetensors"):
        read_checkpoint(tmp_path / "c")


# --- failing to write ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("function", ["_write_through", "replace"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_the_old_checkpoint_survives_a_failure(tmp_path, monkeypatch, function, number):
    write_checkpoint(tmp_path / "c", SMALL, {})
    real_open = open

    def fail(path, content):
        if function == "_write_through":
            with real_open(path, "wb") as file:
                file.write(b"half of it")
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(atomic_file if function == "_write_through" else atomic_file.os, function, fail)
    with pytest.raises(OSError, match="nothing was written, what was there before is untouched") as caught:
        write_checkpoint(tmp_path / "c", {"x": np.zeros(1)}, {})
    monkeypatch.undo()
    assert caught.value.errno == number and caught.value.filename == f"{tmp_path}/c.safetensors"
    assert os.listdir(tmp_path) == ["c.safetensors"]
    assert same(read_checkpoint(tmp_path / "c")[0], SMALL)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk(tmp_path, monkeypatch):
    real_open = open
    monkeypatch.setattr(atomic_file, "open", lambda path, *a, **k: real_open("/dev/full", *a, **k), raising=False)
    with pytest.raises(OSError, match="No space left on device; nothing was written"):
        write_checkpoint(tmp_path / "c", SMALL, {})
    assert os.listdir(tmp_path) == []


def test_ctrl_c_leaves_nothing_behind(tmp_path, monkeypatch):
    def interrupt(path, content):
        open(path, "wb").close()
        raise KeyboardInterrupt

    monkeypatch.setattr(atomic_file, "_write_through", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_checkpoint(tmp_path / "c", SMALL, {})
    assert os.listdir(tmp_path) == []


def test_the_bytes_are_on_the_disk_before_the_name(tmp_path, monkeypatch):
    calls = []
    for name in ("fsync", "replace"):
        real = getattr(os, name)
        monkeypatch.setattr(atomic_file.os, name, lambda *a, n=name, f=real: (calls.append(n), f(*a))[1])
    write_checkpoint(tmp_path / "c", SMALL, {})
    assert calls == ["fsync", "replace", "fsync"]


def test_a_reader_beside_the_writer_sees_whole_checkpoints_only(tmp_path):
    versions = [{"x": np.full(5000, float(n))} for n in range(60)]
    write_checkpoint(tmp_path / "c", versions[0], {})
    writer = threading.Thread(target=lambda: [write_checkpoint(tmp_path / "c", v, {}) for v in versions])
    writer.start()
    while writer.is_alive():
        assert np.ptp(read_checkpoint(tmp_path / "c")[0]["x"]) == 0
    writer.join()


def test_what_killed_processes_left_is_removed(tmp_path):
    host, old = atomic_file._host(), time.time() - 3600
    dead = tmp_path / f".c.safetensors.{host}.999999999.0.tmp"
    running = tmp_path / f".c.safetensors.{host}.{os.getppid()}.0.tmp"
    fresh = tmp_path / f".d.safetensors.{host}.999999999.1.tmp"
    elsewhere = tmp_path / ".c.safetensors.other-host.5.0.tmp"
    unrelated = tmp_path / "notes.tmp"
    for path in (dead, running, fresh, elsewhere, unrelated):
        path.touch()
        if path is not fresh:
            os.utime(path, (old, old))
    write_checkpoint(tmp_path / "c", SMALL, {})
    assert not dead.exists()
    assert all(path.exists() for path in (running, fresh, elsewhere, unrelated))


# --- looking into checkpoints ----------------------------------------------------------------------------------------


def test_reader(tmp_path):
    write_checkpoint(tmp_path / "model.ckpt-7", SMALL, {})
    update_checkpoint_state(tmp_path, str(tmp_path / "model.ckpt-7"))
    for place in (tmp_path, tmp_path / "model.ckpt-7", str(tmp_path / "model.ckpt-7.safetensors")):
        reader = load_checkpoint(place)
        assert reader.get_variable_to_shape_map() == {
            "dense/kernel": [2, 3],
            "dense/bias": [2],
            "global_step": [],
            "flags": [2],
        }
        assert reader.get_variable_to_dtype_map()["dense/bias"] == "float64"
        assert reader.has_tensor("dense/bias") and not reader.has_tensor("dense")
        assert isinstance(reader.get_tensor("global_step"), np.int64)
    assert list_variables(tmp_path) == [
        ("dense/bias", [2]),
        ("dense/kernel", [2, 3]),
        ("flags", [2]),
        ("global_step", []),
    ]
    assert load_variable(tmp_path, "global_step:0") == 7
    reader.get_tensor("dense/bias")[:] = 0
    assert reader.get_tensor("dense/bias")[0] == 1.5
    with pytest.raises(NotFoundError, match="Key nothing not found in checkpoint"):
        load_variable(tmp_path, "nothing")


def test_no_checkpoint_to_look_into(tmp_path):
    with pytest.raises(
        ValueError, match=f"Couldn't find 'checkpoint' file or checkpoints in given directory {tmp_path}"
    ):
        list_variables(tmp_path)
    sentence = "Unsuccessful TensorSliceReader constructor: Failed to find any matching files for "
    with pytest.raises(NotFoundError, match=f"{sentence}{tmp_path}/c"):
        load_variable(tmp_path / "c", "x")


def test_exists_and_remove(small, tmp_path):
    prefix = str(tmp_path / "c")
    assert checkpoint_exists(prefix) and checkpoint_exists(small) and not checkpoint_exists(tmp_path)
    assert get_checkpoint_mtimes([prefix, "nothing"]) == [os.stat(small).st_mtime]
    remove_checkpoint(prefix)
    remove_checkpoint(prefix)
    assert not checkpoint_exists(prefix) and os.listdir(tmp_path) == []
