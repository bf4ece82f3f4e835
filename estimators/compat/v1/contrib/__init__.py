"""tf.contrib."""

from estimators.compat.missing import of_contrib as __getattr__  # noqa: F401
from estimators.compat.v1.contrib import layers

__all__ = [
    "layers",
]
