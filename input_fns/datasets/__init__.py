"""Data sets: arrays of examples to train and test with. The small ones are shipped, the large one is fetched."""

from input_fns.datasets.dataset import Dataset, Examples
from input_fns.datasets.digits import load_digits
from input_fns.datasets.errors import DatasetError, DatasetUnavailableError, IdxError
from input_fns.datasets.idx import read_idx
from input_fns.datasets.mnist import load_mnist, load_mnist_sample

__all__ = [
    "Dataset",
    "DatasetError",
    "DatasetUnavailableError",
    "Examples",
    "IdxError",
    "load_digits",
    "load_mnist",
    "load_mnist_sample",
    "read_idx",
]
