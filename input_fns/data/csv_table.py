"""make_csv_dataset: the columns of CSV files by name, in batches; names and types found in the files themselves."""

from __future__ import annotations

import csv
import io
from collections import OrderedDict
from collections.abc import Sequence
from itertools import islice
from typing import Any

import numpy as np

from input_fns.data.compression import errors_of, open_for_reading
from input_fns.data.dataset import Dataset
from input_fns.data.experimental import CsvDataset
from input_fns.data.files import matching_names
from model_fns.graph.dtypes import DType, as_dtype, float32, float64, int32, int64, string

_INTEGERS, _FLOATS = (int32, int64), (float32, float64)


def make_csv_dataset(
    file_pattern: Any,
    batch_size: int,
    column_names: Sequence[str] | None = None,
    column_defaults: Sequence[Any] | None = None,
    label_name: str | None = None,
    select_columns: Sequence[Any] | None = None,
    field_delim: str = ",",
    use_quote_delim: bool = True,
    na_value: str = "",
    header: bool = True,
    num_epochs: int | None = None,
    shuffle: bool = True,
    shuffle_buffer_size: int = 10000,
    shuffle_seed: int | None = None,
    prefetch_buffer_size: Any = None,
    num_parallel_reads: Any = None,
    sloppy: bool = False,
    num_rows_for_inference: int | None = 100,
    compression_type: Any = None,
    ignore_errors: bool = False,
) -> Dataset:
    """Batches of the rows of CSV files: a dict of columns, or (dict, the column `label_name`).

    Args:
      file_pattern: a pattern, or patterns, of file names.
      column_names: by default those in the first line of the first file.
      column_defaults: types or defaults as of CsvDataset, one for each column that is read; by default the types of the
        first `num_rows_for_inference` rows, 0 or "" standing for an empty field.
      select_columns: names or numbers of the columns to read.
      num_epochs: None for no end, and batches of one size.
      ignore_errors: not available. The other arguments as of CsvDataset and Dataset.
    Raises ValueError if no file matches, or for names that are not there.
    """
    if ignore_errors:
        raise NotImplementedError("make_csv_dataset: ignore_errors is not available.")
    names = _files(file_pattern)
    first = _Head(names[0], str(compression_type or ""), field_delim, use_quote_delim, header)
    columns = first.names() if column_names is None else list(column_names)
    if len(set(columns)) != len(columns):
        raise ValueError("Cannot have duplicate column names.")
    if label_name is not None and label_name not in columns:
        raise ValueError("`label_name` provided must be one of the columns.")
    chosen = None if select_columns is None else sorted(_number(item, columns) for item in select_columns)
    read = list(range(len(columns))) if chosen is None else chosen
    defaults = column_defaults or first.defaults(read, num_rows_for_inference, na_value)
    kept = [columns[number] for number in read][: len(defaults)]

    def by_name(*values: Any) -> Any:
        features = OrderedDict(zip(kept, values, strict=True))
        return features if label_name is None else (features, features.pop(label_name))

    rows = Dataset.from_tensor_slices(names)
    rows = rows.shuffle(len(names), shuffle_seed) if shuffle else rows
    how = compression_type, None, header, field_delim, use_quote_delim, na_value, chosen
    rows = rows.flat_map(lambda name: CsvDataset(name, defaults, *how))
    rows = rows.shuffle(shuffle_buffer_size, shuffle_seed) if shuffle else rows
    rows = rows if num_epochs == 1 else rows.repeat(num_epochs)
    return rows.batch(batch_size, drop_remainder=num_epochs is None).map(by_name)


def _files(patterns: Any) -> list[str]:
    given = [patterns] if isinstance(patterns, str | bytes) else list(patterns)
    names = matching_names([item.decode() if isinstance(item, bytes) else item for item in given])
    if not names:
        raise ValueError(f"No files match {patterns}.")
    return [name.decode() for name in names]


def _number(item: Any, columns: list[str]) -> int:
    """The number of a column, given by number or name."""
    if isinstance(item, int) and 0 <= item < len(columns):
        return item
    if item not in columns:
        raise ValueError(f"Value '{item}' specified in select_columns not a valid column index or name.")
    return columns.index(item)


class _Head:
    """The first rows of a file."""

    def __init__(self, path: str, compression: str, delimiter: str, quotes: bool, header: bool) -> None:
        self._path, self._compression, self._header = path, compression, header
        self._how: dict[str, Any] = {"delimiter": delimiter}
        self._how["quoting"] = csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE

    def _rows(self, start: int, count: int | None) -> list[list[str]]:
        with (
            errors_of(self._path),
            open_for_reading(self._path, self._compression) as file,
            io.TextIOWrapper(file, "utf-8", newline="") as text,
        ):
            return list(islice(csv.reader(text, **self._how), start, None if count is None else start + count))

    def names(self) -> list[str]:
        """What the first line says. ValueError if it is data."""
        if not self._header:
            raise ValueError("Cannot infer column names without a header line.")
        return next(iter(self._rows(0, 1)), [])

    def defaults(self, columns: Sequence[int], rows: int | None, na_value: str) -> list[Any]:
        """0 or "" for each column, of the type that its values have."""
        types: list[DType | None] = [None] * len(columns)
        for row in self._rows(1 if self._header else 0, rows):
            for at, column in enumerate(columns):
                types[at] = _type(row[column], types[at], na_value)
        found = [dtype or string for dtype in types]
        return [[""] if dtype == string else np.zeros(1, as_dtype(dtype).as_numpy_dtype) for dtype in found]


def _type(text: str, before: DType | None, na_value: str) -> DType | None:
    """The narrowest type, not narrower than `before`, that holds a value."""
    if text in ("", na_value):
        return before
    order = (*_INTEGERS, *_FLOATS, string)
    candidates = order[order.index(before) :] if before is not None else order
    return next(dtype for dtype in candidates if dtype == string or _holds(dtype, text))


def _holds(dtype: DType, text: str) -> bool:
    try:
        number: Any = int(text) if dtype in _INTEGERS else float(text)
    except ValueError:
        return False
    return bool(dtype.min <= number <= dtype.max)
