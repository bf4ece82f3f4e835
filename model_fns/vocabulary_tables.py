"""Vocabularies as look-up tables: from words to their numbers, and back."""

from __future__ import annotations

from typing import Any, final

from model_fns.graph.dtypes import as_dtype, int64, string
from model_fns.graph.tensor import Tensor
from model_fns.lookup_tables import KeyValueTensorInitializer, LookupTable, TextFileIndex, TextFileInitializer
from model_fns.ops.apply import apply
from model_fns.ops.vocabulary import VocabularyIds, as_vocabulary


@final
class StaticVocabularyTable(LookupTable):
    """A table from keys to numbers, in which a key that is not there gets the number of a bucket after the last.

    Args:
      initializer: of the keys, and their numbers from 0 on.
      num_oov_buckets: how many buckets; a key's bucket follows from its fingerprint.
      lookup_key_dtype: the type of what is looked up; that of the keys by default.
    """

    def __init__(
        self, initializer: Any, num_oov_buckets: int, lookup_key_dtype: Any = None, name: str | None = None
    ) -> None:
        if num_oov_buckets <= 0:
            raise ValueError(f"oov_buckets must be > 0, got {num_oov_buckets}.")
        super().__init__(initializer, -1, name)
        self.key_dtype = as_dtype(lookup_key_dtype or self.key_dtype)
        self._num_oov_buckets = num_oov_buckets
        if sorted(self._values) != list(range(len(self._values))):
            raise ValueError("The values of a vocabulary must be the numbers from 0 on, each once.")

    def size(self, name: str | None = None) -> Tensor:
        return super().size(name) + self._num_oov_buckets

    def _looked_up(self, keys: Tensor, name: str) -> Tensor:
        words = [key for _, key in sorted(zip(self._values, self._keys, strict=True))]
        return apply(VocabularyIds(as_vocabulary(words), -1, self._num_oov_buckets), name, values=keys)


def index_table_from_tensor(
    mapping: Any,
    num_oov_buckets: int = 0,
    default_value: int = -1,
    hasher_spec: Any = None,
    dtype: Any = string,
    name: str | None = None,
) -> LookupTable:
    """The table from the elements of `mapping`, strings or integers, to their places.

    An element that is not there gets one of `num_oov_buckets` places after the last, or `default_value` if there are
    none. ValueError without a mapping.
    """
    if mapping is None:
        raise ValueError("mapping must be specified.")
    kind = int64 if as_dtype(dtype).is_integer else as_dtype(dtype)
    entries = KeyValueTensorInitializer(mapping, range(_count(mapping)), kind, int64)
    return _index_table(entries, num_oov_buckets, default_value, dtype, name)


def index_table_from_file(
    vocabulary_file: Any = None,
    num_oov_buckets: int = 0,
    vocab_size: int | None = None,
    default_value: int = -1,
    hasher_spec: Any = None,
    key_dtype: Any = string,
    name: str | None = None,
    key_column_index: int = TextFileIndex.WHOLE_LINE,
    value_column_index: int = TextFileIndex.LINE_NUMBER,
    delimiter: str = "\t",
) -> LookupTable:
    """The table from the lines of a file to their numbers, from 0; else as `index_table_from_tensor`.

    ValueError without a file or for a vocab_size below 1.
    """
    if not vocabulary_file:
        raise ValueError("vocabulary_file must be specified and must not be empty.")
    if vocab_size is not None and vocab_size < 1:
        file_value = f'"{vocabulary_file}"'
        raise ValueError(f"`vocab_size` must be greater than 0, got {vocab_size} for vocabulary_file: {file_value}.")
    kind = int64 if as_dtype(key_dtype).is_integer else as_dtype(key_dtype)
    entries = TextFileInitializer(
        vocabulary_file, kind, key_column_index, int64, value_column_index, vocab_size, delimiter
    )
    return _index_table(entries, num_oov_buckets, default_value, key_dtype, name)


def index_to_string_table_from_tensor(mapping: Any, default_value: str = "UNK", name: str | None = None) -> LookupTable:
    """The table from places to the strings of `mapping`. ValueError without a mapping."""
    if mapping is None:
        raise ValueError("mapping must be specified.")
    entries = KeyValueTensorInitializer(range(_count(mapping)), mapping, int64, string)
    return LookupTable(entries, default_value, name or "index_to_string")


def index_to_string_table_from_file(
    vocabulary_file: Any,
    vocab_size: int | None = None,
    default_value: str = "UNK",
    name: str | None = None,
    key_column_index: int = TextFileIndex.LINE_NUMBER,
    value_column_index: int = TextFileIndex.WHOLE_LINE,
    delimiter: str = "\t",
) -> LookupTable:
    """The table from numbers, from 0, to the lines of a file. ValueError without a file or for a vocab_size below 1."""
    if not vocabulary_file:
        raise ValueError("vocabulary_file must be specified and must not be empty.")
    if vocab_size is not None and vocab_size < 1:
        raise ValueError(f"vocab_size must be greater than 0, got {vocab_size}.")
    entries = TextFileInitializer(
        vocabulary_file, int64, key_column_index, string, value_column_index, vocab_size, delimiter
    )
    return LookupTable(entries, default_value, name or "index_to_string")


def _count(mapping: Any) -> int:
    return mapping.shape.num_elements() or 0 if isinstance(mapping, Tensor) else len(mapping)


def _index_table(entries: Any, num_oov_buckets: int, default_value: int, dtype: Any, name: str | None) -> LookupTable:
    if num_oov_buckets < 0:
        raise ValueError(f"num_oov_buckets must be greater or equal than 0, got {num_oov_buckets}.")
    if num_oov_buckets:
        return StaticVocabularyTable(entries, num_oov_buckets, dtype, name or "string_to_index")
    table = LookupTable(entries, default_value, name or "string_to_index")
    table.key_dtype = as_dtype(dtype)
    return table
