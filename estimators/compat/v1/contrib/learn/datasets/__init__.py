"""tf.contrib.learn.datasets."""

from estimators.compat.missing import of_contrib_learn_datasets as __getattr__  # noqa: F401
from estimators.compat.v1.contrib.learn.datasets import base, mnist
from input_fns.datasets.by_name import load_dataset
from input_fns.datasets.csv_table import load_iris

__all__ = [
    "base",
    "load_dataset",
    "load_iris",
    "mnist",
]
