"""tf.contrib.learn."""

from estimators.compat.missing import of_contrib_learn as __getattr__  # noqa: F401
from estimators.compat.v1.contrib.learn import datasets

__all__ = [
    "datasets",
]
