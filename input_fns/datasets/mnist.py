"""MNIST: handwritten digits of 28x28 pixels, 60,000 to train with and 10,000 to test with, or a sample of them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import numpy

from input_fns.datasets.cache_directory import cache_directory
from input_fns.datasets.dataset import Dataset, Examples
from input_fns.datasets.errors import DatasetError, DatasetUnavailableError
from input_fns.datasets.idx import read_idx
from input_fns.datasets.remote_file import RemoteFile

_DATA = Path(__file__).parent / "data"

# Names a directory that holds the four files, for programs that are given no data directory.
DATA_VARIABLE = "ESTIMATORS_DATA"

MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)

TRAIN_IMAGES = RemoteFile(
    "train-images-idx3-ubyte", 47040016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
)
TRAIN_LABELS = RemoteFile(
    "train-labels-idx1-ubyte", 60008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
)
TEST_IMAGES = RemoteFile(
    "t10k-images-idx3-ubyte", 7840016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
)
TEST_LABELS = RemoteFile(
    "t10k-labels-idx1-ubyte", 10008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
)
FILES = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)

_WHAT_TO_DO = (
    f"Put the four MNIST files ({', '.join(file.name for file in FILES)}, as they are or as .gz) into a directory and "
    f"name it with --data-dir (load_mnist(data_dir)) or the environment variable {DATA_VARIABLE}, or use the sample "
    "that comes with the package (load_mnist_sample())."
)


# The sample that comes with the package, under the names of the whole.
SAMPLE = {
    TRAIN_IMAGES: _DATA / "mnist-sample-train-images.gz",
    TRAIN_LABELS: _DATA / "mnist-sample-train-labels.gz",
    TEST_IMAGES: _DATA / "mnist-sample-test-images.gz",
    TEST_LABELS: _DATA / "mnist-sample-test-labels.gz",
}


def load_mnist_sample() -> Dataset:
    """5,000 examples to train with and 1,000 to test with, as many of each digit; needs no network.

    Drawn from the train and test parts of MNIST (the recipe is data/README.md). Features and labels as in load_mnist.
    """
    return Dataset(
        train=_examples(SAMPLE[TRAIN_IMAGES], SAMPLE[TRAIN_LABELS]),
        test=_examples(SAMPLE[TEST_IMAGES], SAMPLE[TEST_LABELS]),
    )


def load_mnist(data_dir: str | PathLike[str] | None = None, mirrors: Sequence[str] = MIRRORS) -> Dataset:
    """All of MNIST. Features are float32 [n, 28, 28, 1] in [0, 1], labels int32 [n], 0 to 9.

    The four IDX files, compressed with gzip or not, are read from `data_dir`, else from the directory that the
    environment variable ESTIMATORS_DATA names, else from the user's cache, to which they are downloaded if need be
    (11 MB).
    Any data set with files of those names and shapes will do, Fashion-MNIST for one; only a download is held to MNIST's
    checksums.

    Source: Y. LeCun, C. Cortes and C. J. C. Burges, The MNIST database of handwritten digits, 1998.

    Raises:
        DatasetUnavailableError: a file is not in the directory that was named, or cannot be downloaded.
        DatasetError: a file is damaged, or images and labels do not go together.
    """
    named = data_dir if data_dir is not None else os.environ.get(DATA_VARIABLE) or None
    paths = _fetched(mirrors) if named is None else _found_in(Path(named))
    return Dataset(
        train=_examples(paths[TRAIN_IMAGES], paths[TRAIN_LABELS]),
        test=_examples(paths[TEST_IMAGES], paths[TEST_LABELS]),
    )


def stored_files(*directories: str | PathLike[str]) -> dict[RemoteFile, Path]:
    """The four files in the first directory that holds any, else in ESTIMATORS_DATA or the user's cache, else none.

    Nothing is downloaded. Raises DatasetUnavailableError if some of the four are there and others are not.
    """
    named = os.environ.get(DATA_VARIABLE)
    for directory in (*directories, *([named] if named else []), cache_directory("mnist")):
        if any(_find(file, Path(directory)) for file in FILES):
            return _found_in(Path(directory))
    return {}


def _found_in(directory: Path) -> dict[RemoteFile, Path]:
    found = {file: _find(file, directory) for file in FILES}
    missing = [file.name for file, path in found.items() if path is None]
    if missing:
        state = f"does not hold {', '.join(missing)}" if directory.is_dir() else "is not a directory"
        raise DatasetUnavailableError(f"{directory} {state}. {_WHAT_TO_DO}")
    return {file: path for file, path in found.items() if path is not None}


def _fetched(mirrors: Sequence[str]) -> dict[RemoteFile, Path]:
    from input_fns.datasets.download import download  # here: who downloads nothing need not wait for HTTP

    directory = cache_directory("mnist")
    try:
        return {file: _find(file, directory) or download(file, mirrors, directory) for file in FILES}
    except DatasetUnavailableError as error:
        raise DatasetUnavailableError(f"MNIST is not on this machine, and {error}\n{_WHAT_TO_DO}") from None


def _find(file: RemoteFile, directory: Path) -> Path | None:
    # train-images-idx3-ubyte, and train-images.idx3-ubyte as some unpackers have it.
    spellings = (file.name, file.name.replace("-idx", ".idx"))
    candidates = (directory / f"{spelling}{ending}" for spelling in spellings for ending in ("", ".gz"))
    return next((path for path in candidates if path.is_file()), None)


def _examples(images_path: Path, labels_path: Path) -> Examples:
    images, labels = read_idx(images_path), read_idx(labels_path)
    if images.dtype != numpy.uint8 or images.shape[1:] != (28, 28):
        raise DatasetError(f"{images_path}: expected uint8 images of shape [n, 28, 28], got {_described(images)}.")
    if labels.dtype != numpy.uint8 or labels.ndim != 1:
        raise DatasetError(f"{labels_path}: expected uint8 labels of shape [n], got {_described(labels)}.")
    if len(images) != len(labels):
        raise DatasetError(f"{images_path} holds {len(images)} images, but {labels_path} holds {len(labels)} labels.")
    if labels.size and labels.max() > 9:
        raise DatasetError(f"{labels_path}: expected labels from 0 to 9, got {labels.max()}.")
    features = numpy.divide(images[..., numpy.newaxis], numpy.float32(255), dtype=numpy.float32)
    return Examples(features, labels.astype(numpy.int32))


def _described(array: numpy.ndarray[Any, Any]) -> str:
    return f"{array.dtype.name} of shape {list(array.shape)}"
