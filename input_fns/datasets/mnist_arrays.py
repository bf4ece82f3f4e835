"""MNIST as it is stored, in bytes, for programs that expect their data to be there: from files, or from the sample."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, final

import numpy

from input_fns.datasets.idx import read_idx
from input_fns.datasets.mnist import (
    DATA_VARIABLE,
    SAMPLE,
    TEST_IMAGES,
    TEST_LABELS,
    TRAIN_IMAGES,
    TRAIN_LABELS,
    stored_files,
)

WHOLE_TRAINING_SET = 60_000


@final
@dataclass(frozen=True, eq=False)
class MnistArrays:
    """Images uint8 [n, 28, 28] and labels uint8 [n], to train and to test with; `is_sample` if it is not all of it."""

    train_images: numpy.ndarray[Any, Any]
    train_labels: numpy.ndarray[Any, Any]
    test_images: numpy.ndarray[Any, Any]
    test_labels: numpy.ndarray[Any, Any]
    is_sample: bool


def mnist_arrays(*directories: str | PathLike[str]) -> MnistArrays:
    """MNIST from the first of `directories` that holds its files, from ESTIMATORS_DATA, or from the user's cache.

    If it is nowhere, the sample of 5,000 + 1,000 that comes with the package, and a line of log that says so: nothing
    is downloaded. Raises DatasetUnavailableError if only some of the four files are there.
    """
    files = stored_files(*directories)
    paths = files or SAMPLE
    arrays = MnistArrays(
        train_images=read_idx(paths[TRAIN_IMAGES]),
        train_labels=read_idx(paths[TRAIN_LABELS]),
        test_images=read_idx(paths[TEST_IMAGES]),
        test_labels=read_idx(paths[TEST_LABELS]),
        is_sample=not files,
    )
    if not files:
        logging.getLogger("tensorflow").warning(
            "MNIST is not on this machine, so this runs on the sample that comes with the package: %s examples to "
            "train with and %s to test with. %s names a directory that holds the whole.",
            f"{len(arrays.train_images):,}",
            f"{len(arrays.test_images):,}",
            DATA_VARIABLE,
        )
    return arrays


def load_data(path: str = "mnist.npz") -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """(images, labels) to train with and to test with, as Keras has them: uint8 [n, 28, 28] and uint8 [n].

    Read from the file `path` (relative to Keras' directory, ~/.keras/datasets), if it is there, else as `mnist_arrays`.
    """
    file = Path("~/.keras/datasets").expanduser() / path
    if file.is_file():
        with numpy.load(file, allow_pickle=False) as stored:
            return (stored["x_train"], stored["y_train"]), (stored["x_test"], stored["y_test"])
    arrays = mnist_arrays()
    return (arrays.train_images, arrays.train_labels), (arrays.test_images, arrays.test_labels)
