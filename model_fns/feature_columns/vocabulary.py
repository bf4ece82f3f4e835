"""categorical_column_with_vocabulary_list and _file: strings or integers by their place in a list."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.example_features import VarLenFeature
from model_fns.feature_columns.categories import Categories, present
from model_fns.feature_columns.column import CategoricalColumn, check_key, check_text_or_integers
from model_fns.feature_columns.features import Features
from model_fns.feature_columns.hashed import check_values
from model_fns.graph.dtypes import DType, as_dtype, string
from model_fns.graph.tensor import Tensor
from model_fns.ops.vocabulary import vocabulary_ids


@final
@dataclass(frozen=True)
class VocabularyListCategoricalColumn(CategoricalColumn):
    """The values of one feature, each by its place in the list."""

    key: str
    vocabulary_list: tuple[Any, ...]
    dtype: DType
    default_value: int
    num_oov_buckets: int

    @property
    def name(self) -> str:
        return self.key

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        return {self.key: VarLenFeature(self.dtype)}

    @property
    def num_buckets(self) -> int:
        return len(self.vocabulary_list) + self.num_oov_buckets

    def categories(self, features: Features) -> Categories:
        return features.once(self, lambda: _looked_up(self, features.raw(self.key), self.vocabulary_list))


@final
@dataclass(frozen=True)
class VocabularyFileCategoricalColumn(CategoricalColumn):
    """The values of one feature, each by its line in the file."""

    key: str
    vocabulary_file: Any
    vocabulary_size: int
    num_oov_buckets: int
    dtype: DType
    default_value: int

    @property
    def name(self) -> str:
        return self.key

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        return {self.key: VarLenFeature(self.dtype)}

    @property
    def num_buckets(self) -> int:
        return self.vocabulary_size + self.num_oov_buckets

    def categories(self, features: Features) -> Categories:
        return features.once(self, lambda: _looked_up(self, features.raw(self.key), self._words()))

    def _words(self) -> list[bytes]:
        words = _lines(self.vocabulary_file)
        if len(words) < self.vocabulary_size:
            raise InvalidArgumentError(
                message=f"Invalid vocab_size in {self.vocabulary_file}: expected {self.vocabulary_size} "
                f"but got {len(words)}"
            )
        return words[: self.vocabulary_size]


def _looked_up(
    column: VocabularyListCategoricalColumn | VocabularyFileCategoricalColumn, values: Tensor, words: Any
) -> Categories:
    check_values(values, column.dtype, column.key)
    name = f"{column.key}_lookup"
    return Categories(
        present(values, vocabulary_ids(values, words, column.default_value, column.num_oov_buckets, name))
    )


def _lines(path: Any) -> list[bytes]:
    with open(path, "rb") as file:
        return file.read().splitlines()


def categorical_column_with_vocabulary_list(
    key: str, vocabulary_list: Any, dtype: Any = None, default_value: int = -1, num_oov_buckets: int = 0
) -> VocabularyListCategoricalColumn:
    """The values of the feature `key`, by their place in `vocabulary_list`; '' and -1 are no value.

    Others get one of `num_oov_buckets` numbers after the last, by their fingerprint, or `default_value`, where -1 is
    none. `dtype` is by default that of the list. Raises ValueError for arguments that cannot be meant.
    """
    if vocabulary_list is None or len(vocabulary_list) < 1:
        raise ValueError(f"vocabulary_list {vocabulary_list} must be non-empty, column_name: {key}")
    if len(set(vocabulary_list)) != len(vocabulary_list):
        raise ValueError(f"Duplicate keys in vocabulary_list {vocabulary_list}, column_name: {key}")
    kind = as_dtype(np.array(vocabulary_list).dtype)
    if num_oov_buckets:
        if default_value != -1:
            raise ValueError(f"Can't specify both num_oov_buckets and default_value in {key}.")
        if num_oov_buckets < 0:
            raise ValueError(f"Invalid num_oov_buckets {num_oov_buckets} in {key}.")
    check_text_or_integers(kind, f"column_name: {key} vocabulary")
    dtype = kind if dtype is None else as_dtype(dtype)
    if dtype.is_integer != kind.is_integer:
        raise ValueError(f"dtype {dtype} and vocabulary dtype {kind} do not match, column_name: {key}")
    check_text_or_integers(dtype, f"column_name: {key}")
    check_key(key)
    return VocabularyListCategoricalColumn(key, tuple(vocabulary_list), dtype, default_value, num_oov_buckets)


def categorical_column_with_vocabulary_file(
    key: str,
    vocabulary_file: Any,
    vocabulary_size: int | None = None,
    num_oov_buckets: int = 0,
    default_value: int | None = None,
    dtype: Any = string,
) -> VocabularyFileCategoricalColumn:
    """The values of the feature `key`, by their line in a file, from 0; '' and -1 are no value.

    Only the first `vocabulary_size` lines count, by default all. Others get one of `num_oov_buckets` numbers after the
    last, by their fingerprint, or `default_value`, where -1, the default, is none. Raises ValueError for arguments
    that cannot be meant.
    """
    if not vocabulary_file:
        raise ValueError(f"Missing vocabulary_file in {key}.")
    if vocabulary_size is None:
        if not os.path.exists(vocabulary_file):
            raise ValueError(f"vocabulary_file in {key} does not exist.")
        vocabulary_size = len(_lines(vocabulary_file))
        logging.getLogger("tensorflow").info(
            "vocabulary_size = %d in %s is inferred from the number of elements in the vocabulary_file %s.",
            vocabulary_size,
            key,
            vocabulary_file,
        )
    if vocabulary_size < 1:
        raise ValueError(f"Invalid vocabulary_size in {key}.")
    if num_oov_buckets:
        if default_value is not None:
            raise ValueError(f"Can't specify both num_oov_buckets and default_value in {key}.")
        if num_oov_buckets < 0:
            raise ValueError(f"Invalid num_oov_buckets {num_oov_buckets} in {key}.")
    check_text_or_integers(as_dtype(dtype), f"column_name: {key}")
    check_key(key)
    return VocabularyFileCategoricalColumn(
        key,
        vocabulary_file,
        vocabulary_size,
        num_oov_buckets or 0,
        as_dtype(dtype),
        -1 if default_value is None else default_value,
    )
