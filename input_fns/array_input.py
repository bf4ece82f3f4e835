"""Checked arrays as tensors: what numpy_input_fn and pandas_input_fn share."""

from __future__ import annotations

from typing import Any

import numpy as np

from input_fns.batching import BatchPlan
from input_fns.source import ArraySource
from input_fns.validation import InputArrays
from model_fns.graph.constant import as_bytes
from model_fns.graph.dimensions import named
from model_fns.graph.dtypes import as_dtype
from model_fns.ops.input import next_batch


def batches_of(inputs: InputArrays, batch_size: int, num_epochs: int | None, shuffle: bool) -> Any:
    """The next batch of `inputs`, added to the default graph: features, or (features, labels), of tensors."""
    arrays = tuple(_contiguous(component.array) for component in inputs.components)
    source = ArraySource(arrays, BatchPlan(inputs.rows, batch_size, num_epochs), shuffle)
    components = tuple((as_dtype(array.dtype), array.shape[1:]) for array in arrays)
    batch = batch_size if num_epochs is None else named("batch")
    queue, many = "random_shuffle_queue" if shuffle else "fifo_queue", "Many" if num_epochs is None else "UpTo"
    return inputs.packed(next_batch(source, components, batch, shuffle, f"{queue}_Dequeue{many}"))


def _contiguous(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The array as machine code can read it: row by row, in the machine's byte order; text as a tensor holds it."""
    if array.dtype.kind in "SUO":
        return as_bytes(array)
    return np.ascontiguousarray(array, array.dtype.newbyteorder("="))
