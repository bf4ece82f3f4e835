"""tf.strings."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from model_fns.ops.decoding import string_to_number as to_number
from model_fns.ops.sparse import strings_split as split
from model_fns.ops.strings import as_string
from model_fns.ops.strings import string_to_hash_bucket_fast as to_hash_bucket_fast
from model_fns.ops.text import reduce_join, regex_full_match, regex_replace, substr
from model_fns.ops.text import string_join as join
from model_fns.ops.text import string_length as length
from model_fns.ops.text import string_lower as lower
from model_fns.ops.text import string_strip as strip
from model_fns.ops.text import string_upper as upper

__all__ = [
    "as_string",
    "join",
    "length",
    "lower",
    "reduce_join",
    "regex_full_match",
    "regex_replace",
    "split",
    "strip",
    "substr",
    "to_hash_bucket_fast",
    "to_number",
    "upper",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
