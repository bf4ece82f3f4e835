"""What every loss does with its arguments: their name scope, presence, types and shapes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import float32
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import graph_of
from model_fns.ops.arithmetic import cast


@contextmanager
def loss_scope(scope: str | None, default: str, *values: Any) -> Iterator[str]:
    """The name scope of a loss, in the graph of its arguments."""
    graph = graph_of(*values)
    with graph.as_default(), graph.name_scope(scope or default) as entered:
        yield entered


def require(**arguments: Any) -> None:
    """ValueError, in TensorFlow's words, if one of the arguments is None."""
    for name, value in arguments.items():
        if value is None:
            raise ValueError(f"{name} must not be None.")


def pair(labels: Any, predictions: Any) -> tuple[Tensor, Tensor]:
    """Both as tensors of the predictions' floating type. ValueError unless their shapes agree."""
    predictions = convert_to_tensor(predictions, name="predictions")
    if not predictions.dtype.is_floating:
        predictions = cast(predictions, float32)
    labels = cast(convert_to_tensor(labels, name="labels"), predictions.dtype)
    predictions.shape.assert_is_compatible_with(labels.shape)
    return labels, predictions
