"""The data sets: what is shipped, what is read from files, what is downloaded, and the sentences when that fails."""

from __future__ import annotations

import errno
import functools
import gzip
import hashlib
import http.server
import struct
import threading
from pathlib import Path

import numpy
import pytest

import input_fns.datasets.mnist as mnist
from input_fns.datasets import (
    DatasetError,
    DatasetUnavailableError,
    IdxError,
    load_digits,
    load_mnist,
    load_mnist_sample,
    read_idx,
)
from input_fns.datasets.cache_directory import cache_directory
from input_fns.datasets.download import download
from input_fns.datasets.idx import encode_idx
from input_fns.datasets.remote_file import RemoteFile

DATA = Path(mnist.__file__).parent / "data"


# --- shipped ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("load", "train_shape", "test_shape"),
    [
        (load_digits, (1440, 64), (357, 64)),
        (load_mnist_sample, (5000, 28, 28, 1), (1000, 28, 28, 1)),
    ],
)
def test_a_shipped_data_set_has_its_shape(load, train_shape, test_shape):
    dataset = load()
    for examples, shape in [(dataset.train, train_shape), (dataset.test, test_shape)]:
        assert examples.features.shape == shape
        assert examples.features.dtype == numpy.float32
        assert (examples.features.min(), examples.features.max()) == (0, 1)
        assert examples.labels.shape == shape[:1]
        assert examples.labels.dtype == numpy.int32
        assert set(examples.labels.tolist()) == set(range(10))
        assert len(examples) == shape[0]


@pytest.mark.parametrize("load", [load_digits, load_mnist_sample])
def test_a_shipped_data_set_is_the_same_each_time(load):
    first, second = load(), load()
    for a, b in [(first.train, second.train), (first.test, second.test)]:
        assert numpy.array_equal(a.features, b.features) and numpy.array_equal(a.labels, b.labels)


@pytest.mark.parametrize("load", [load_digits, load_mnist_sample])
def test_train_and_test_share_no_example(load):
    dataset = load()
    train = {image.tobytes() for image in dataset.train.features}
    assert not [image for image in dataset.test.features if image.tobytes() in train]


def test_the_mnist_sample_has_as_many_of_each_digit():
    dataset = load_mnist_sample()
    assert numpy.bincount(dataset.train.labels).tolist() == [500] * 10
    assert numpy.bincount(dataset.test.labels).tolist() == [100] * 10


def test_the_digits_are_sixteenths_in_a_fixed_order():
    dataset = load_digits()
    sixteenths = dataset.train.features * 16
    assert numpy.array_equal(sixteenths, sixteenths.round())
    assert dataset.train.labels[:10].tolist() == [2, 8, 2, 6, 6, 7, 1, 9, 8, 5]
    assert numpy.bincount(numpy.concatenate([dataset.train.labels, dataset.test.labels])).tolist() == [
        *(178, 182, 177, 183, 181),
        *(182, 181, 179, 174, 180),
    ]


def test_the_shipped_files_are_those_of_the_readme_and_small():
    rows = [line.split("|") for line in (DATA / "README.md").read_text().splitlines() if ".gz |" in line]
    documented = {row[1].strip(): row[3].strip() for row in rows}
    actual = {path.name: hashlib.sha256(gzip.decompress(path.read_bytes())).hexdigest() for path in DATA.glob("*.gz")}
    assert actual == documented
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 1_300_000


# --- IDX files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int16", "int32", "float32", "float64"])
@pytest.mark.parametrize("shape", [(3,), (2, 3), (1, 2, 3, 4), (0,), (0, 28, 28)])
@pytest.mark.parametrize("compress", [False, True])
def test_an_idx_file_gives_back_its_array(dtype, shape, compress, tmp_path):
    array = (numpy.arange(numpy.prod(shape)).reshape(shape) - 3).astype(dtype)
    encoded = encode_idx(array)
    (tmp_path / "a").write_bytes(gzip.compress(encoded) if compress else encoded)
    read = read_idx(tmp_path / "a")
    assert read.dtype == array.dtype and read.dtype.isnative
    assert read.shape == shape and numpy.array_equal(read, array)


def test_the_format_is_the_published_one(tmp_path):
    (tmp_path / "a").write_bytes(bytes([0, 0, 0x0B, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0x01, 0x02, 0xFF, 0xFE]))
    assert read_idx(tmp_path / "a").tolist() == [[258, -2]]


def test_an_array_of_another_type_is_not_encoded():
    with pytest.raises(IdxError, match=r"cannot hold int64, only uint8, int8, int16, int32, float32, float64\."):
        encode_idx(numpy.arange(3))


GOOD = encode_idx(numpy.arange(6, dtype=numpy.uint8).reshape(2, 3))
PROMISE = "its header promises uint8 of shape [2, 3], 6 bytes"


def header(*dimensions, code=8, rank=None):
    return struct.pack(f">HBB{len(dimensions)}I", 0, code, len(dimensions) if rank is None else rank, *dimensions)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "0 bytes are too few for an IDX file."),
        (b"\0\0\x08", "3 bytes are too few for an IDX file."),
        (b"<!DOCTYPE html>", "not an IDX file: it begins with b'<!DO', expected two zero bytes."),
        (header(2, 3, code=7) + bytes(6), "its type code is 07, expected one of 08, 09, 0B, 0C, 0D, 0E."),
        (header(), "not an IDX file: it has 0 dimensions, expected 1 to 32."),
        (header(*[1] * 33) + b"\0", "not an IDX file: it has 33 dimensions, expected 1 to 32."),
        (header(2, rank=3), "the file ends inside its header of 3 dimensions; it is truncated."),
        (GOOD[:-1], f"{PROMISE}, but only 5 follow; the file is truncated."),
        (gzip.compress(GOOD[:-1]), f"{PROMISE}, but only 5 follow; the file is truncated."),
        (GOOD + b"\0", f"{PROMISE}, but more bytes follow; the file has trailing data or a wrong header."),
        (gzip.compress(GOOD + b"\0"), f"{PROMISE}, but more bytes follow"),
        (header(2**31, 2**20) + bytes(6), "but the file is too small to hold them"),
        (gzip.compress(header(2**31, 2**20) + bytes(6)), "but the file is too small to hold them"),
        (header(*[2**32 - 1] * 4), "not an IDX file: no array has the shape"),
        (header(0, *[2**32 - 1] * 4), "not an IDX file: no array has the shape"),
        (gzip.compress(GOOD)[:-9], "the gzip stream is damaged (Compressed file ended"),
        (gzip.compress(GOOD)[:-8] + b"\0" * 8, "the gzip stream is damaged (CRC check failed"),
        (b"\x1f\x8b" + b"\xff" * 30, "the gzip stream is damaged ("),
    ],
)
def test_a_malformed_file_gets_a_sentence(content, message, tmp_path):
    path = tmp_path / "broken"
    path.write_bytes(content)
    with pytest.raises(IdxError) as error:
        read_idx(path)
    assert str(error.value).startswith(f"{path}: ")
    assert message in str(error.value)
    assert isinstance(error.value, ValueError) and isinstance(error.value, DatasetError)
    assert error.value.__suppress_context__


# --- MNIST from files ------------------------------------------------------------------------------------------------

CONTENT = {
    mnist.TRAIN_IMAGES.name: numpy.arange(3 * 784).reshape(3, 28, 28).astype(numpy.uint8),
    mnist.TRAIN_LABELS.name: numpy.array([7, 0, 9], numpy.uint8),
    mnist.TEST_IMAGES.name: numpy.full((2, 28, 28), 255, numpy.uint8),
    mnist.TEST_LABELS.name: numpy.array([1, 2], numpy.uint8),
}


@pytest.fixture(autouse=True)
def nobodys_machine(monkeypatch, tmp_path):
    """No data directory, an empty cache, and no proxy between the test and its own server."""
    monkeypatch.delenv(mnist.DATA_VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def write_files(directory, spelling="{}", content=CONTENT, compress=False):
    directory.mkdir(parents=True, exist_ok=True)
    for name, array in content.items():
        encoded = encode_idx(array)
        (directory / spelling.format(name)).write_bytes(gzip.compress(encoded) if compress else encoded)
    return directory


def assert_is_content(dataset):
    assert dataset.train.features.shape == (3, 28, 28, 1)
    assert dataset.train.features.dtype == numpy.float32
    assert dataset.train.features[0, 0, 1, 0] == numpy.float32(1) / numpy.float32(255)
    assert dataset.train.labels.tolist() == [7, 0, 9] and dataset.train.labels.dtype == numpy.int32
    assert dataset.test.features.min() == 1 and dataset.test.labels.tolist() == [1, 2]


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("dotted", [False, True])
def test_mnist_is_read_in_every_usual_spelling(compress, dotted, tmp_path):
    content = {name.replace("-idx", ".idx") if dotted else name: array for name, array in CONTENT.items()}
    directory = write_files(tmp_path / "data", "{}.gz" if compress else "{}", content, compress)
    assert_is_content(load_mnist(directory))
    assert_is_content(load_mnist(str(directory)))


def test_mnist_is_found_by_the_environment_variable(tmp_path, monkeypatch):
    monkeypatch.setenv(mnist.DATA_VARIABLE, str(write_files(tmp_path / "data")))
    assert_is_content(load_mnist(mirrors=()))


def test_a_directory_that_is_named_wins_over_the_environment_variable(tmp_path, monkeypatch):
    monkeypatch.setenv(mnist.DATA_VARIABLE, str(tmp_path / "nowhere"))
    assert_is_content(load_mnist(write_files(tmp_path / "data"), mirrors=()))


def test_mnist_is_found_in_the_cache(tmp_path):
    write_files(cache_directory("mnist"))
    assert_is_content(load_mnist(mirrors=()))


def test_a_missing_directory_gets_a_sentence(tmp_path):
    with pytest.raises(DatasetUnavailableError, match="nowhere is not a directory. Put the four MNIST files"):
        load_mnist(tmp_path / "nowhere")


def test_missing_files_are_named(tmp_path):
    directory = write_files(tmp_path / "data")
    (directory / mnist.TEST_LABELS.name).unlink()
    with pytest.raises(DatasetUnavailableError) as error:
        load_mnist(directory)
    for part in [
        "data does not hold t10k-labels-idx1-ubyte. Put",
        "--data-dir",
        "ESTIMATORS_DATA",
        "load_mnist_sample()",
    ]:
        assert part in str(error.value)


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        (
            mnist.TRAIN_IMAGES.name,
            numpy.zeros((3, 32, 32), numpy.uint8),
            "train-images-idx3-ubyte: expected uint8 images of shape [n, 28, 28], got uint8 of shape [3, 32, 32].",
        ),
        (
            mnist.TRAIN_LABELS.name,
            numpy.zeros((3, 1), numpy.uint8),
            "train-labels-idx1-ubyte: expected uint8 labels of shape [n], got uint8 of shape [3, 1].",
        ),
        (mnist.TRAIN_LABELS.name, numpy.zeros(3, numpy.int32), "got int32 of shape [3]."),
        (mnist.TRAIN_LABELS.name, numpy.zeros(4, numpy.uint8), "train-labels-idx1-ubyte holds 4 labels."),
        (mnist.TRAIN_LABELS.name, numpy.array([1, 2, 10], numpy.uint8), "expected labels from 0 to 9, got 10."),
    ],
)
def test_files_that_do_not_go_together_get_a_sentence(name, array, message, tmp_path):
    with pytest.raises(DatasetError) as error:
        load_mnist(write_files(tmp_path / "data", content=CONTENT | {name: array}))
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/estimators/datasets/mnist"),
        ("linux", {}, "/home/ada/.cache/estimators/datasets/mnist"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "/home/ada/.cache/estimators/datasets/mnist"),
        ("darwin", {}, "/home/ada/Library/Caches/estimators/datasets/mnist"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/estimators/datasets/mnist"),
    ],
)
def test_the_cache_is_where_the_system_keeps_caches(platform, environment, expected, monkeypatch):
    for variable in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in (environment | {"HOME": "/home/ada"}).items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setattr("sys.platform", platform)
    assert cache_directory("mnist").as_posix() == expected


# --- MNIST from a mirror ---------------------------------------------------------------------------------------------


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture
def served(tmp_path):
    """A directory, and the address at which a server on this machine serves it."""
    directory = tmp_path / "served"
    directory.mkdir()
    handler = functools.partial(QuietHandler, directory=str(directory))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield directory, f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def nowhere():
    """An address at which nobody answers."""
    with http.server.HTTPServer(("127.0.0.1", 0), QuietHandler) as server:
        port = server.server_address[1]
    return f"http://127.0.0.1:{port}/"


def remote(name, content):
    return RemoteFile(name, len(content), hashlib.sha256(content).hexdigest())


@pytest.fixture
def small_mnist(monkeypatch):
    """MNIST's four files as they are in CONTENT, size and hash included."""
    fields = {"TRAIN_IMAGES": 0, "TRAIN_LABELS": 1, "TEST_IMAGES": 2, "TEST_LABELS": 3}
    files = tuple(remote(name, encode_idx(array)) for name, array in CONTENT.items())
    for field, index in fields.items():
        monkeypatch.setattr(mnist, field, files[index])
    monkeypatch.setattr(mnist, "FILES", files)


def test_mnist_is_downloaded_once_and_kept(served, small_mnist):
    directory, address = served
    write_files(directory, "{}.gz", compress=True)
    assert_is_content(load_mnist(mirrors=[address]))
    assert sorted(path.name for path in cache_directory("mnist").iterdir()) == sorted(CONTENT)
    assert_is_content(load_mnist(mirrors=()))


def test_the_next_mirror_is_tried(served, small_mnist, nowhere):
    directory, address = served
    write_files(directory, "{}.gz", compress=True)
    assert_is_content(load_mnist(mirrors=[nowhere, f"{address}absent/", address]))


def test_without_a_network_there_is_a_sentence_and_no_chain(nowhere):
    with pytest.raises(DatasetUnavailableError) as error:
        load_mnist(mirrors=[nowhere])
    sentence = str(error.value)
    assert sentence.startswith("MNIST is not on this machine, and train-images-idx3-ubyte could not be downloaded.\n")
    for part in [
        f"{nowhere}train-images-idx3-ubyte.gz: cannot be reached (",
        "--data-dir",
        "ESTIMATORS_DATA",
        "sample",
    ]:
        assert part in sentence
    assert error.value.__cause__ is None and error.value.__suppress_context__


PAYLOAD = bytes(range(256)) * 4096
WANTED = remote("file", PAYLOAD)
OTHER = hashlib.sha256(PAYLOAD[::-1]).hexdigest()


@pytest.mark.parametrize(
    ("served_bytes", "reason"),
    [
        (gzip.compress(PAYLOAD[::-1]), f"the content has SHA-256 {OTHER}, expected {WANTED.sha256}"),
        (gzip.compress(PAYLOAD[:-1]), f"{len(PAYLOAD) - 1} bytes came, expected {len(PAYLOAD)}"),
        (gzip.compress(PAYLOAD)[:100], f"bytes came, expected {len(PAYLOAD)}"),
        (gzip.compress(PAYLOAD + b"\0"), f"more than the expected {len(PAYLOAD)} bytes came"),
        (gzip.compress(bytes(10**8)), f"more than the expected {len(PAYLOAD)} bytes came"),
        (b"<html>Sign in to this hotel's network</html>", "incorrect header check"),
        (b"", f"0 bytes came, expected {len(PAYLOAD)}"),
        (None, "the server answers 404 File not found"),
    ],
)
def test_wrong_content_never_gets_into_place(served_bytes, reason, served, tmp_path):
    directory, address = served
    if served_bytes is not None:
        (directory / "file.gz").write_bytes(served_bytes)
    with pytest.raises(DatasetUnavailableError) as error:
        download(WANTED, [address], tmp_path / "cache")
    assert f"{address}file.gz: " in str(error.value) and reason in str(error.value)
    assert list((tmp_path / "cache").iterdir()) == []


def test_right_content_gets_into_place(served, tmp_path):
    directory, address = served
    (directory / "file.gz").write_bytes(gzip.compress(PAYLOAD))
    path = download(WANTED, [address], tmp_path / "cache")
    assert path.read_bytes() == PAYLOAD
    assert list((tmp_path / "cache").iterdir()) == [path]


def test_a_full_disk_is_named(served, tmp_path, monkeypatch):
    directory, address = served
    (directory / "file.gz").write_bytes(gzip.compress(PAYLOAD))

    def no_space(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", no_space)
    with pytest.raises(DatasetUnavailableError, match="No space left on device"):
        download(WANTED, [address], tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_an_interruption_leaves_nothing(served, tmp_path, monkeypatch):
    directory, address = served
    (directory / "file.gz").write_bytes(gzip.compress(PAYLOAD))

    def interrupt(descriptor):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        download(WANTED, [address], tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []
