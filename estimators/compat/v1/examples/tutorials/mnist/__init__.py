"""tensorflow.examples.tutorials.mnist."""

from estimators.compat.missing import of_tutorials_mnist as __getattr__  # noqa: F401
from estimators.compat.v1.examples.tutorials.mnist import input_data

__all__ = [
    "input_data",
]
