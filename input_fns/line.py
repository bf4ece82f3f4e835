"""Input functions of points on a line: features {"x": [batch, 1]}, labels [batch, 1], y = 3 x + 10 and nothing else.

`params` may hold batch_size.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy

from input_fns.numpy_input import numpy_input_fn

SLOPE, HEIGHT = 3, 10


def train_input_fn(params: Mapping[str, Any]) -> Any:
    """A hundred points from -1 to 1 without end, each epoch in an order of its own."""
    x, y = _points(100)
    return numpy_input_fn({"x": x}, y, params.get("batch_size", 10), num_epochs=None, shuffle=True)()


def eval_input_fn() -> Any:
    """Twenty points from -1 to 1."""
    x, y = _points(20)
    return numpy_input_fn({"x": x}, y, batch_size=20, shuffle=False)()


def predict_input_fn() -> Any:
    """Five points from -1 to 1, with their labels, which an Estimator leaves aside."""
    x, y = _points(5)
    return numpy_input_fn({"x": x}, y, batch_size=5, shuffle=False)()


def describe_data() -> str:
    """The data set, in words."""
    return f"points of y = {SLOPE} x + {HEIGHT}"


def _points(count: int) -> tuple[Any, Any]:
    x = numpy.linspace(-1, 1, count, dtype=numpy.float32)[:, numpy.newaxis]
    return x, SLOPE * x + HEIGHT
