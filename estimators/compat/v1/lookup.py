"""tf.lookup."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from model_fns.lookup_tables import KeyValueTensorInitializer, StaticHashTable, TextFileIndex, TextFileInitializer
from model_fns.vocabulary_tables import StaticVocabularyTable

__all__ = [
    "KeyValueTensorInitializer",
    "StaticHashTable",
    "StaticVocabularyTable",
    "TextFileIndex",
    "TextFileInitializer",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
