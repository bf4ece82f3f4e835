"""pandas_input_fn: a DataFrame in memory as the input function of an Estimator. Needs pandas when it is called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from input_fns.array_input import ArrayInput
from input_fns.validation import Component, InputArrays, check_shuffle
from model_fns.graph.dtypes import as_dtype


def pandas_input_fn(
    x: Any,
    y: Any = None,
    batch_size: int = 128,
    num_epochs: int | None = 1,
    shuffle: bool | None = None,
    queue_capacity: int = 1000,
    num_threads: int = 1,
    target_column: str = "target",
) -> Callable[[], Any]:
    """An input function that yields the rows of `x` and `y` in batches. Later changes to them do not matter.

    Args:
      x: a DataFrame; each column, [rows], is a feature. Columns of text become object arrays.
      y: labels with the same index: a Series, or a DataFrame for a dict of labels; None for none.
      batch_size, num_epochs, shuffle: as for numpy_input_fn.
      queue_capacity, num_threads: accepted as in TensorFlow 1, without effect: there is no queue.
      target_column: a name that no column of x may have if there is a `y`.
    Returns a function without arguments that returns a dict of features, or (features, labels), in the order of the
    columns. Raises TypeError if pandas is not installed, TypeError or ValueError for arguments and columns that cannot
    be used.
    """
    try:
        import pandas
    except ImportError:
        raise TypeError(
            "pandas_input_fn should not be called without pandas installed: python -m pip install pandas"
        ) from None
    check_shuffle(shuffle)
    if not isinstance(target_column, str):
        raise TypeError("target_column must be a string type")
    if not isinstance(x, pandas.DataFrame):
        raise TypeError(f"x must be a DataFrame; got {type(x).__name__}. For arrays there is numpy_input_fn.")
    if y is not None:
        _check_target(x, y, target_column, (pandas.Series, pandas.DataFrame))
    features = _components(x, "x")
    labels: tuple[Component, ...] = ()
    if isinstance(y, pandas.DataFrame):
        labels = _components(y, "y")
    elif y is not None:
        labels = (Component(target_column, _column(y, "y")),)
    inputs = InputArrays(features, labels, False, isinstance(y, pandas.Series))
    return ArrayInput(lambda: inputs, batch_size, num_epochs, bool(shuffle))


def _check_target(x: Any, y: Any, target_column: str, kinds: Any) -> None:
    if target_column in x:
        raise ValueError(
            f"Cannot use name {target_column} for target column: DataFrame already has a column with that name: "
            f"{x.columns}"
        )
    if not isinstance(y, kinds):
        raise TypeError(f"y must be a Series or a DataFrame; got {type(y).__name__}. Try pandas.Series(y, x.index).")
    if not np.array_equal(x.index, y.index):
        raise ValueError(f"Index for x and y are mismatched.\nIndex for x: {x.index}\nIndex for y: {y.index}\n")


def _components(frame: Any, name: str) -> tuple[Component, ...]:
    """The columns of a frame, in its order."""
    if frame.empty:
        raise ValueError(f"{name} cannot be an empty DataFrame; it has {len(frame)} rows and {frame.shape[1]} columns")
    if not frame.columns.is_unique:
        twice = list(frame.columns[frame.columns.duplicated()])
        raise ValueError(f"the columns of {name} must have different names; more than one is called {twice[0]!r}.")
    return tuple(Component(key, _column(column, f"{name}[{key!r}]")) for key, column in frame.items())


def _column(column: Any, name: str) -> np.ndarray[Any, Any]:
    """A copy of a column's values, of a type that tensors have; ours are the sentences if it has none."""
    plain = None if column.hasnans else getattr(column.dtype, "numpy_dtype", None)  # of Int64 and its like
    array: np.ndarray[Any, Any] = column.to_numpy(plain, copy=True)
    if array.dtype.kind == "O":
        for label, value in zip(column.index, array, strict=True):
            if not isinstance(value, str | bytes):
                raise TypeError(
                    f"{name} is a column of {column.dtype}, whose values must all be text, but at index {label!r} is "
                    f"{value!r}. Fill in what is missing (fillna), leave it out (dropna), or give the column a type "
                    "of numbers (astype)."
                )
        return array
    try:
        as_dtype(array.dtype.newbyteorder("="))
    except TypeError:
        raise TypeError(
            f"{name} is a column of {column.dtype}, which no tensor can hold. Turn it into numbers or text (astype)."
        ) from None
    return array
