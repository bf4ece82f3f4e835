"""tf.keras.datasets."""

from estimators.compat.missing import of_keras_datasets as __getattr__  # noqa: F401
from estimators.compat.v1.keras.datasets import mnist

__all__ = [
    "mnist",
]
