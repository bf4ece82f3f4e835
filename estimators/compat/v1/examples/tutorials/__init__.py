"""tensorflow.examples.tutorials."""

from estimators.compat.missing import of_tutorials as __getattr__  # noqa: F401
from estimators.compat.v1.examples.tutorials import mnist

__all__ = [
    "mnist",
]
