"""Input functions of the shipped 8x8 digits: features {"x": [batch, 64]} in [0, 1], labels [batch] from 0 to 9.

`params` may hold batch_size.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from input_fns.datasets.dataset import Dataset
from input_fns.datasets.digits import load_digits
from input_fns.numpy_input import numpy_input_fn

# Height and width of the flat images, for those who draw them.
IMAGE_SHAPE = (8, 8)


def train_input_fn(params: Mapping[str, Any]) -> Any:
    """The train part without end, each epoch in an order of its own."""
    examples = _data().train
    batch_size = params.get("batch_size", 32)
    return numpy_input_fn({"x": examples.features}, examples.labels, batch_size, num_epochs=None, shuffle=True)()


def eval_input_fn() -> Any:
    """The test part once, in its order."""
    examples = _data().test
    return numpy_input_fn({"x": examples.features}, examples.labels, batch_size=len(examples), shuffle=False)()


def predict_input_fn() -> Any:
    """The test part once, ten at a time, with its labels, which an Estimator leaves aside."""
    examples = _data().test
    return numpy_input_fn({"x": examples.features}, examples.labels, batch_size=10, shuffle=False)()


def describe_data() -> str:
    """The data set, in words."""
    return "the 8x8 digits"


@cache
def _data() -> Dataset:
    return load_digits()
