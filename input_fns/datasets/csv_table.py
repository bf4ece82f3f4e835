"""Numbers from a CSV file, as `tf.contrib.learn.datasets.base` reads them, and the table of irises."""

from __future__ import annotations

import csv
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy

from input_fns.datasets.errors import DatasetError

_DATA = Path(__file__).parent / "data"


class Table(NamedTuple):
    """Rows of numbers, and a number to predict for each: `data` [n, columns], `target` [n]."""

    data: numpy.ndarray[Any, Any]
    target: numpy.ndarray[Any, Any]


def load_csv_with_header(
    filename: str | PathLike[str], target_dtype: Any, features_dtype: Any, target_column: int = -1
) -> Table:
    """The table in a file whose first line begins with the numbers of rows and of columns but the target's.

    Raises DatasetError if the first line does not, or if the file does not hold as many.
    """
    with open(filename, newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    try:
        samples, features = int(header[0]), int(header[1])
    except (IndexError, ValueError):
        raise DatasetError(
            f"{filename}: the first line must begin with the numbers of rows and of columns but the target's, "
            f"got {','.join(header)!r}. load_csv_without_header reads a file that has no such line."
        ) from None
    table = _table(rows, target_dtype, features_dtype, target_column, filename)
    if samples and table.data.shape != (samples, features):
        raise DatasetError(
            f"{filename}: its first line promises {samples} rows of {features} columns and a target, but there are "
            f"{list(table.data.shape)}."
        )
    return table


def load_csv_without_header(
    filename: str | PathLike[str], target_dtype: Any, features_dtype: Any, target_column: int = -1
) -> Table:
    """The table in a file that has nothing but rows of numbers."""
    with open(filename, newline="", encoding="utf-8") as file:
        return _table(list(csv.reader(file)), target_dtype, features_dtype, target_column, filename)


def _table(rows: list[list[str]], target_dtype: Any, features_dtype: Any, target_column: int, filename: Any) -> Table:
    full = [row for row in rows if row]
    try:
        target = numpy.array([row.pop(target_column) for row in full]).astype(target_dtype)
        return Table(numpy.array(full).astype(features_dtype), target)
    except (IndexError, ValueError) as error:
        raise DatasetError(f"{filename} is no table of numbers: {error}") from None


def load_iris(data_path: str | PathLike[str] | None = None) -> Table:
    """The 150 irises of three species: four lengths in centimetres (float64), and the species, 0 to 2 (int64).

    `data_path` names a file to read instead. Source: R. A. Fisher, The use of multiple measurements in taxonomic
    problems, 1936; UCI Machine Learning Repository (data/README.md).
    """
    return load_csv_with_header(_DATA / "iris.csv" if data_path is None else data_path, numpy.int64, numpy.float64)
