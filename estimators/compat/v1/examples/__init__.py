"""tensorflow.examples, of which the tutorials are here."""

from estimators.compat.missing import of_examples as __getattr__  # noqa: F401
from estimators.compat.v1.examples import tutorials

__all__ = [
    "tutorials",
]
