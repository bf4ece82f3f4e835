"""tf.saved_model."""

from estimators.compat.missing import of_saved_model as __getattr__  # noqa: F401
from estimators.compat.v1.saved_model import loader, signature_constants, tag_constants

__all__ = [
    "loader",
    "signature_constants",
    "tag_constants",
]
