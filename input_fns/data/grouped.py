"""Transformations that group elements by a key, choose among datasets, or carry a state along."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from input_fns.data.choosing import Chosen, Sampled
from input_fns.data.dataset import Dataset
from input_fns.data.function import trace
from input_fns.data.mapping import Scan
from input_fns.data.shuffling import shuffle_seed
from input_fns.data.structure import Structure, flatten, pack
from input_fns.data.tensors import components_of
from input_fns.data.windows import Gathered, GroupByWindow
from model_fns.graph.constant import constant, convert_to_tensor
from model_fns.graph.dtypes import int32, int64
from model_fns.graph.op import TensorSpec
from model_fns.ops.arithmetic import cast
from model_fns.ops.comparison import greater_equal
from model_fns.ops.indexing import gather
from model_fns.ops.reduction import reduce_sum

Transformation = Callable[[Dataset], Dataset]

_KEY = Structure(None, (TensorSpec(int64, ()),))


def sample_from_datasets(datasets: Sequence[Dataset], weights: Any = None, seed: Any = None) -> Dataset:
    """Each element from one of `datasets`, drawn at random; from those that have elements left.

    Args:
      weights: a list or tensor of how probable each is; None for equal chances.
      seed: for the same draws each time.
    """
    if isinstance(weights, Dataset):
        raise NotImplementedError("sample_from_datasets: weights must be numbers or a tensor, not a dataset.")
    given, stream = shuffle_seed(seed)
    own = None if given is None else given + (stream << 8)
    return Dataset(Sampled(tuple(dataset.node for dataset in datasets), weights, own))


def choose_from_datasets(datasets: Sequence[Dataset], choice_dataset: Dataset) -> Dataset:
    """Each element from that of `datasets` whose number (a scalar int64) `choice_dataset` has next.

    TypeError if that one has other elements.
    """
    specs = choice_dataset.node.structure.specs
    if len(specs) != 1 or specs[0].dtype != int64 or specs[0].dims != ():
        raise TypeError("`choice_dataset` must be a dataset of scalar `tf.int64` tensors.")
    return Dataset(Chosen(tuple(dataset.node for dataset in datasets), choice_dataset.node))


def scan(initial_state: Any, scan_func: Callable[..., Any]) -> Transformation:
    """`scan_func(state, element)` gives (the next state, what is handed on), beginning with `initial_state`."""
    state = components_of(initial_state)
    form = pack(initial_state, [None] * len(flatten(initial_state)))

    def transformation(dataset: Dataset) -> Dataset:
        inner = dataset.node.structure
        tensors = [convert_to_tensor(item) for item in state]
        specs = tuple(TensorSpec(item.dtype, item.dims) for item in tensors)
        function = trace(scan_func, Structure((form, inner.nest), (*specs, *inner.specs)), "scan()")
        found = function.structure
        if not isinstance(found.nest, tuple) or len(found.nest) != 2:
            raise TypeError("The scan function must return a pair comprising the new state and the output value.")
        for before, after in zip(specs, found.specs, strict=False):
            if before.dtype != after.dtype:
                raise TypeError(
                    f"The element types for the new state must match the initial state. Expected {before.dtype!r}; got "
                    f"{after.dtype!r}."
                )
        return Dataset(Scan(dataset.node, function, tuple(state)))

    return transformation


def group_by_window(
    key_func: Callable[..., Any],
    reduce_func: Callable[..., Any],
    window_size: Any = None,
    window_size_func: Callable[..., Any] | None = None,
) -> Transformation:
    """`reduce_func(key, dataset)` of every `window_size` elements with one key, and of what is left of each at the end.

    Args:
      key_func: from an element to its key, a scalar int64.
      reduce_func: makes a dataset of a key and the dataset of the window's elements.
      window_size: how many elements; or `window_size_func`, which tells it for a key.
    Raises ValueError unless one of the two is given, and for a key of another kind.
    """
    if (window_size is None) == (window_size_func is None):
        raise ValueError("Must pass either window_size or window_size_func.")

    def size_of(key: Any) -> Any:
        return cast(convert_to_tensor(window_size if window_size_func is None else window_size_func(key)), int64)

    def transformation(dataset: Dataset) -> Dataset:
        structure = dataset.node.structure
        key = trace(key_func, structure, "group_by_window()")
        if len(key.outputs) != 1 or key.outputs[0].dtype != int64 or key.outputs[0].dims not in (None, ()):
            raise ValueError("`key_func` must return a single tf.int64 tensor.")
        gathered = Gathered(structure)
        reduce = trace(lambda number: reduce_func(number, Dataset(gathered)), _KEY, "group_by_window()")
        if reduce.node is None:
            raise TypeError("`reduce_func` must return a `Dataset` object.")
        return Dataset(GroupByWindow(dataset.node, key, reduce, trace(size_of, _KEY, "group_by_window()"), gathered))

    return transformation


def bucket_by_sequence_length(
    element_length_func: Callable[..., Any],
    bucket_boundaries: Sequence[int],
    bucket_batch_sizes: Sequence[int],
    padded_shapes: Any = None,
    padding_values: Any = None,
    pad_to_bucket_boundary: bool = False,
    no_padding: bool = False,
    drop_remainder: bool = False,
) -> Transformation:
    """Padded batches of elements of about the same length.

    Args:
      element_length_func: from an element to its length, int32.
      bucket_boundaries: where the next bucket begins; the first holds what is shorter than the first of them.
      bucket_batch_sizes: the rows of a batch of each bucket, one more than there are boundaries, else ValueError.
      padded_shapes, padding_values, drop_remainder: see Dataset.padded_batch; by default each component's own shape.
      pad_to_bucket_boundary: fill up unknown sizes to one below the bucket's end; no element may then be longer than
        the last boundary.
      no_padding: batch what has one shape as it is.
    """
    if len(bucket_batch_sizes) != len(bucket_boundaries) + 1:
        raise ValueError("len(bucket_batch_sizes) must equal len(bucket_boundaries) + 1")
    sizes = np.array(bucket_batch_sizes, np.int64)
    ends = np.array([*bucket_boundaries, np.iinfo(np.int32).max], np.int32)

    def bucket_of(*element: Any) -> Any:
        length = cast(convert_to_tensor(element_length_func(*element)), int32)
        return reduce_sum(cast(greater_equal(length, constant(ends[:-1])), int64))

    def size_of(bucket: Any) -> Any:
        return gather(constant(sizes), bucket)

    def batched(bucket: Any, dataset: Dataset) -> Dataset:
        if no_padding:
            return dataset.batch(size_of(bucket), drop_remainder)
        shapes = dataset.output_shapes if padded_shapes is None else padded_shapes
        if pad_to_bucket_boundary:
            raise NotImplementedError("bucket_by_sequence_length: pad_to_bucket_boundary is not available.")
        return dataset.padded_batch(size_of(bucket), shapes, padding_values, drop_remainder)

    return lambda dataset: dataset.apply(group_by_window(bucket_of, batched, None, size_of))
