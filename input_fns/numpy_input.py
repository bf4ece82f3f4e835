"""numpy_input_fn: arrays in memory as the input function of an Estimator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from input_fns.array_input import ArrayInput
from input_fns.validation import check_arrays, check_shuffle


def numpy_input_fn(
    x: Any,
    y: Any = None,
    batch_size: int = 128,
    num_epochs: int | None = 1,
    shuffle: bool | None = None,
    queue_capacity: int = 1000,
    num_threads: int = 1,
) -> Callable[[], Any]:
    """An input function that yields the rows of `x` and `y` in batches.

    Args:
      x: an array [rows, ...], or a dict of arrays with the same number of rows.
      y: labels, likewise; None for none.
      batch_size: rows in a batch. Batches cross the border between epochs; only the very last may be short.
      num_epochs: passes over the rows; None for no end.
      shuffle: True gives each epoch an order of its own, an exact permutation that follows from the seed.
      queue_capacity, num_threads: accepted as in TensorFlow 1, without effect: there is no queue.
    Returns a function without arguments that returns features, or (features, labels); element types are those of the
    arrays, float64 stays float64. Raises ValueError at once if `shuffle` is no bool; the returned function raises
    TypeError or ValueError for arrays that are empty, of other types, or of different lengths.
    """
    check_shuffle(shuffle)
    return ArrayInput(lambda: check_arrays(x, y), batch_size, num_epochs, bool(shuffle))
