"""Transformations for `Dataset.apply`, and datasets of TensorFlow's tf.data.experimental."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from input_fns.data.dataset import Dataset, TextLineDataset
from input_fns.data.selection import IgnoreErrors
from model_fns.graph.dtypes import DType, as_dtype
from model_fns.graph.tensor import Tensor
from model_fns.ops.arithmetic import cast
from model_fns.ops.decoding import decode_csv
from model_fns.ops.shaping import reshape

Transformation = Callable[[Dataset], Dataset]

AUTOTUNE = -1  # as many as seem good
_FOR_EVER = 1 << 62


def shuffle_and_repeat(buffer_size: Any, count: Any = None, seed: Any = None) -> Transformation:
    """Shuffles, then repeats."""
    return lambda dataset: dataset.shuffle(buffer_size, seed).repeat(count)


def map_and_batch(
    map_func: Callable[..., Any],
    batch_size: Any,
    num_parallel_batches: Any = None,
    drop_remainder: Any = False,
    num_parallel_calls: Any = None,
) -> Transformation:
    """Maps, then makes batches. ValueError if both kinds of parallelism are asked for."""
    if num_parallel_batches is not None and num_parallel_calls is not None:
        raise ValueError("The `num_parallel_batches` and `num_parallel_calls` arguments are mutually exclusive.")
    return lambda dataset: dataset.map(map_func).batch(batch_size, drop_remainder)


def parallel_interleave(
    map_func: Callable[..., Any],
    cycle_length: Any,
    block_length: Any = 1,
    sloppy: Any = False,
    buffer_output_elements: Any = None,
    prefetch_input_elements: Any = None,
) -> Transformation:
    """Interleaves, always in the same order."""
    return lambda dataset: dataset.interleave(map_func, cycle_length, block_length)


def unbatch() -> Transformation:
    """Takes elements apart into their rows."""
    return Dataset.unbatch


def ignore_errors() -> Transformation:
    """Leaves out the elements whose computation fails."""
    return lambda dataset: Dataset(IgnoreErrors(dataset.node))


def enumerate_dataset(start: Any = 0) -> Transformation:
    """Numbers the elements."""
    return lambda dataset: dataset.enumerate(start)


def Counter(start: int = 0, step: int = 1, dtype: Any = "int64") -> Dataset:
    """start, start + step, ... without end."""
    numbers = Dataset.range(start, start + step * _FOR_EVER, step)
    return numbers if as_dtype(dtype).name == "int64" else numbers.map(lambda number: cast(number, dtype))


class CsvDataset(Dataset):
    """The rows of CSV files: a tuple of one value for each of `record_defaults`.

    Args:
      filenames: a name, names, or a tensor of them.
      record_defaults: for each column its type, if the field must not be empty, or what stands for an empty one.
      header: whether the first line of each file is no data.
      The others as of decode_csv and TextLineDataset. A field cannot go on in the next line.
    """

    def __init__(
        self,
        filenames: Any,
        record_defaults: Sequence[Any],
        compression_type: Any = None,
        buffer_size: Any = None,
        header: bool = False,
        field_delim: str = ",",
        use_quote_delim: bool = True,
        na_value: str = "",
        select_cols: Sequence[int] | None = None,
    ) -> None:
        defaults = [_required(value) if isinstance(value, DType | type) else value for value in record_defaults]

        def of_file(name: Any) -> Dataset:
            return TextLineDataset(name, compression_type).skip(1 if header else 0)

        def of_line(line: Any) -> tuple[Any, ...]:
            return tuple(decode_csv(line, defaults, field_delim, use_quote_delim, None, na_value, select_cols))

        names = reshape(filenames, [-1]) if isinstance(filenames, Tensor) else np.ravel(np.asarray(filenames, object))
        super().__init__(Dataset.from_tensor_slices(names).flat_map(of_file).map(of_line).node)


def _required(dtype: Any) -> Any:
    """A default without a value, which makes a field of this type required."""
    return np.zeros(0, as_dtype(dtype).as_numpy_dtype)
