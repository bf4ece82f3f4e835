"""Feeds a model: input functions over arrays, and data sets to try them with."""

from input_fns.data.dataset import Dataset, TextLineDataset, TFRecordDataset
from input_fns.datasets import load_digits, load_mnist, load_mnist_sample
from input_fns.numpy_input import numpy_input_fn
from input_fns.pandas_input import pandas_input_fn

__all__ = [
    "Dataset",
    "TFRecordDataset",
    "TextLineDataset",
    "load_digits",
    "load_mnist",
    "load_mnist_sample",
    "numpy_input_fn",
    "pandas_input_fn",
]
