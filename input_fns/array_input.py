"""Checked arrays as tensors: what numpy_input_fn and pandas_input_fn share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from input_fns.batching import BatchPlan
from input_fns.source import ArraySource
from input_fns.validation import InputArrays
from model_fns.graph.constant import as_bytes
from model_fns.graph.dimensions import unknown_under
from model_fns.graph.dtypes import as_dtype
from model_fns.ops.input import next_batch


@final
@dataclass(frozen=True, eq=False)
class ArrayInput:
    """An input function over arrays. Called, it adds the next batch to the default graph: features, or (features,
    labels), of tensors.

    A graph that was built for it serves every other one of the same `structure`: nothing then needs to be called.
    """

    arrays: Callable[[], InputArrays]  # checked anew each time, as TensorFlow does
    batch_size: int
    num_epochs: int | None
    shuffle: bool

    def __call__(self) -> Any:
        inputs = self.arrays()
        source = self._source(inputs)
        components = tuple((as_dtype(array.dtype), array.shape[1:]) for array in source.arrays)
        batch = self.batch_size if self.num_epochs is None else unknown_under("batch")
        queue = "random_shuffle_queue" if self.shuffle else "fifo_queue"
        many = "Many" if self.num_epochs is None else "UpTo"
        return inputs.packed(next_batch(source, components, batch, self.shuffle, f"{queue}_Dequeue{many}"))

    def described(self) -> tuple[Any, ArraySource]:
        """All that decides which operations a call adds, and the source that they read."""
        inputs = self.arrays()
        source = self._source(inputs)
        keys = tuple(tuple(component.key for component in part) for part in (inputs.features, inputs.labels))
        single = inputs.features_are_single, inputs.labels_are_single
        rows = tuple((array.dtype, array.shape[1:]) for array in source.arrays)
        return (keys, single, rows, self.num_epochs is None and self.batch_size, self.shuffle), source

    def _source(self, inputs: InputArrays) -> ArraySource:
        arrays = tuple(_contiguous(component.array) for component in inputs.components)
        return ArraySource(arrays, BatchPlan(inputs.rows, self.batch_size, self.num_epochs), self.shuffle)


def _contiguous(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The array as machine code can read it: row by row, in the machine's byte order; text as a tensor holds it."""
    if array.dtype.kind in "SUO":
        return as_bytes(array)
    if array.dtype.isnative and array.flags.c_contiguous:
        return array
    return np.ascontiguousarray(array, array.dtype.newbyteorder("="))
