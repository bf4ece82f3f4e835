"""tf.contrib.lookup."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from model_fns.lookup_tables import HashTable, KeyValueTensorInitializer, TextFileIndex, TextFileInitializer
from model_fns.vocabulary_tables import (
    index_table_from_file,
    index_table_from_tensor,
    index_to_string_table_from_file,
    index_to_string_table_from_tensor,
)

__all__ = [
    "HashTable",
    "KeyValueTensorInitializer",
    "TextFileIndex",
    "TextFileInitializer",
    "index_table_from_file",
    "index_table_from_tensor",
    "index_to_string_table_from_file",
    "index_to_string_table_from_tensor",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
