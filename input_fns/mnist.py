"""Input functions of MNIST: features {"x": images [batch, 28, 28, 1]} in [0, 1], labels [batch] from 0 to 9.

`params` may hold
  data_dir: a directory with MNIST's four files, or others of the same shape (Fashion-MNIST);
  download: True for all of MNIST from the network, 11 MB, once;
  batch_size.
Without data_dir, $ESTIMATORS_DATA names the directory; without either it is the shipped sample: 5,000 images to train
with, 1,000 to test with.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from input_fns.datasets.dataset import Dataset
from input_fns.datasets.mnist import DATA_VARIABLE, load_mnist, load_mnist_sample
from input_fns.numpy_input import numpy_input_fn


def train_input_fn(params: Mapping[str, Any]) -> Any:
    """The train part without end, each epoch in an order of its own."""
    examples = _data(params).train
    batch_size = params.get("batch_size", 100)
    return numpy_input_fn({"x": examples.features}, examples.labels, batch_size, num_epochs=None, shuffle=True)()


def eval_input_fn(params: Mapping[str, Any]) -> Any:
    """The test part once, in its order."""
    examples = _data(params).test
    return numpy_input_fn({"x": examples.features}, examples.labels, batch_size=100, shuffle=False)()


def predict_input_fn(params: Mapping[str, Any]) -> Any:
    """The test part once, ten at a time, with its labels, which an Estimator leaves aside."""
    examples = _data(params).test
    return numpy_input_fn({"x": examples.features}, examples.labels, batch_size=10, shuffle=False)()


def describe_data(params: Mapping[str, Any]) -> str:
    """Which of the data sets it is, in words."""
    directory = _directory(params)
    return f"MNIST in {directory}" if directory else "all of MNIST" if params.get("download") else "a sample of MNIST"


def _directory(params: Mapping[str, Any]) -> str | None:
    return params.get("data_dir") or os.environ.get(DATA_VARIABLE) or None


def _data(params: Mapping[str, Any]) -> Dataset:
    return _loaded(_directory(params), bool(params.get("download")))


@lru_cache(maxsize=1)
def _loaded(directory: str | None, download: bool) -> Dataset:
    return load_mnist(directory) if directory or download else load_mnist_sample()
