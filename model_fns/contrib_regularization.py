"""Penalties on many weights at once, and summaries of many tensors, as `tf.contrib.layers` has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from model_fns.graph.constant import constant
from model_fns.graph.default_graph import add_to_collection, get_collection
from model_fns.graph.keys import GraphKeys
from model_fns.graph.tensor import Tensor
from model_fns.name_scope import name_scope
from model_fns.ops.arithmetic import add_n
from model_fns.regularizers import Regularizer
from model_fns.summary import histogram, scalar


def apply_regularization(regularizer: Regularizer, weights_list: Sequence[Any] | None = None) -> Tensor:
    """The sum of the penalties on `weights_list`, by default on the collection WEIGHTS; also in REGULARIZATION_LOSSES.

    Raises ValueError without weights, or for a regularizer that returns no scalar.
    """
    weights_list = get_collection(GraphKeys.WEIGHTS) if weights_list is None else weights_list
    if not weights_list:
        raise ValueError("No weights to regularize.")
    with name_scope("get_regularization_penalty", None, list(weights_list)) as inside:
        penalties = [constant(0.0) if item is None else item for item in map(regularizer, weights_list)]
        if any(item.shape.ndims != 0 for item in penalties):
            raise ValueError("regularizer must return a scalar Tensor instead of a Tensor with rank 1 or more.")
        total = add_n(penalties, name=inside)
    add_to_collection(GraphKeys.REGULARIZATION_LOSSES, total)
    return total


def sum_regularizer(regularizer_list: Sequence[Regularizer | None], scope: str | None = None) -> Regularizer | None:
    """The regularizer that is the sum of others; None if there are none."""
    parts = [item for item in regularizer_list if item is not None]
    if not parts:
        return None

    def total(weights: Any) -> Tensor | None:
        with name_scope(scope, "sum_regularizer", [weights]) as inside:
            penalties = [penalty for penalty in (part(weights) for part in parts) if penalty is not None]
            return add_n(penalties, name=inside) if penalties else None

    return total


def summarize_tensor(tensor: Any, tag: str | None = None) -> Tensor:
    """A summary of a scalar as a number, of anything else as a histogram."""
    kind = scalar if tensor.shape.ndims == 0 else histogram
    return kind(tag or tensor.op.name, tensor)


def summarize_tensors(tensors: Sequence[Any], summarizer: Callable[[Any], Any] = summarize_tensor) -> list[Any]:
    """A summary of each."""
    return [summarizer(tensor) for tensor in tensors]


def summarize_collection(
    collection: str, name_filter: str | None = None, summarizer: Callable[[Any], Any] = summarize_tensor
) -> list[Any]:
    """A summary of each tensor in a collection whose name begins with `name_filter`, a regular expression."""
    return summarize_tensors(get_collection(collection, name_filter), summarizer)
