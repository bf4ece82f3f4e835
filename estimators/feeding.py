"""Feeds: what `run` is given - values in place of tensors, sparse tensors, slices, and nested structures of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from estimators.compiler.reference import fed_array
from estimators.run_conversions import conversion_of
from model_fns.graph.constant import as_bytes
from model_fns.graph.dtypes import string
from model_fns.graph.graph import Graph
from model_fns.graph.indexed_slices import IndexedSlices
from model_fns.graph.tensor import Tensor
from model_fns.sparse_tensor import SparseTensor


def feeds_of(graph: Graph, feed_dict: Mapping[Any, Any] | None) -> dict[Tensor, np.ndarray]:
    """The array that each tensor is fed with.

    Raises TypeError for a key that is no tensor, a value that is one, and a number that the tensor's type cannot hold;
    ValueError for a shape that contradicts the tensor's, and for a tensor that may not be fed.
    """
    feeds = {}
    for key, value in (feed_dict or {}).items():
        if isinstance(key, Tensor) and key.graph is graph:
            feeds[key] = _array(graph, key, key, value)
            continue
        for part, given in _parts(key, value):
            feeds[_tensor(graph, part)] = _array(graph, _tensor(graph, part), key, given)
    return feeds


def _parts(key: Any, value: Any) -> Iterator[tuple[Any, Any]]:
    """The tensors, or names of them, that a key stands for, each with its value."""
    if isinstance(key, tuple):
        if not isinstance(value, tuple | list) or len(value) != len(key):
            raise ValueError(f"Could not flatten dictionary. Key had {len(key)} elements, but value was {value!r}.")
        for item, given in zip(key, value, strict=True):
            yield from _parts(item, given)
    elif isinstance(key, SparseTensor):  # without the shape, if that is a constant
        yield from zip((key.indices, key.values, key.dense_shape), value, strict=False)
    elif isinstance(key, IndexedSlices):
        yield from zip((key.values, key.indices, key.dense_shape)[: len(key.parts)], value, strict=False)
    elif (conversion := conversion_of(key)) is not None and conversion.feed is not None:
        yield from conversion.feed(key, value)
    else:
        yield key, value


def _tensor(graph: Graph, key: Any) -> Tensor:
    try:
        return graph.as_graph_element(key, allow_operation=False)
    except (KeyError, TypeError, ValueError) as error:
        raise TypeError(f"Cannot interpret feed_dict key as Tensor: {error.args[0]}") from None


def _array(graph: Graph, tensor: Tensor, key: Any, value: Any) -> np.ndarray:
    if isinstance(value, Tensor):
        raise TypeError(
            "The value of a feed cannot be a tf.Tensor object. Acceptable feed values include Python scalars, strings, "
            f"lists, numpy ndarrays, or TensorHandles. For reference, the tensor object was {value} which was passed "
            f"to the feed with key {key}."
        )
    if not graph.is_feedable(tensor):
        raise ValueError(f"Tensor {tensor} may not be fed.")
    if isinstance(value, int) and not _holds(tensor, value):
        raise TypeError(
            f"Type of feed value {value} with type {type(value)} is not compatible with Tensor type "
            f"{tensor.dtype.as_numpy_dtype}. Try explicitly setting the type of the feed tensor to a larger type (e.g. "
            "int64)."
        )
    return fed_array(tensor, as_bytes(np.asarray(value, object)) if tensor.dtype == string else value)


def _holds(tensor: Tensor, value: int) -> bool:
    """Whether an element of the tensor can be this number."""
    if not tensor.dtype.is_integer:
        return True
    limits = np.iinfo(tensor.dtype.as_numpy_dtype)
    return int(limits.min) <= value <= int(limits.max)
