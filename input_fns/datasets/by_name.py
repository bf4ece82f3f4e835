"""Data sets by the names that `tf.contrib.learn.datasets` knows them by."""

from __future__ import annotations

from typing import Any

from input_fns.datasets.csv_table import load_iris
from input_fns.datasets.mnist_batches import load_mnist

_LOADERS = {"iris": load_iris, "mnist": load_mnist}
_NOT_HERE = ("boston", "dbpedia")


def load_dataset(name: str, size: str = "small", test_with_fake_data: bool = False) -> Any:
    """The data set called `iris` (data and target) or `mnist` (train, validation and test).

    `size` and `test_with_fake_data` are of no effect on these. Raises ValueError for an unknown name and
    NotImplementedError for a data set that does not come with the package.
    """
    if name in _NOT_HERE:
        raise NotImplementedError(
            f"The data set {name!r} does not come with this package; {' and '.join(sorted(_LOADERS))} do. "
            "load_csv_with_header reads a table of your own."
        )
    if name not in _LOADERS:
        raise ValueError(f"Name of dataset is not found: {name}")
    return _LOADERS[name]()
