"""tf.keras, of which the data sets are here, and layers for model functions."""

from estimators.compat.missing import of_keras as __getattr__  # noqa: F401
from estimators.compat.v1.keras import datasets, layers

__all__ = [
    "datasets",
    "layers",
]
