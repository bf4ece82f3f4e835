"""tf.compat: tf.compat.v1 is tf itself."""

from estimators.compat.internal.tensor_shape import dimension_at_index, dimension_value
from estimators.compat.missing import of_compat as __getattr__  # noqa: F401
from model_fns.text import as_bytes, as_str_any, as_text, path_to_str
from model_fns.text import as_text as as_str

__all__ = [
    "as_bytes",
    "as_str",
    "as_str_any",
    "as_text",
    "dimension_at_index",
    "dimension_value",
    "path_to_str",
]
