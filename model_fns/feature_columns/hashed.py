"""categorical_column_with_hash_bucket: strings or integers by their fingerprint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

from model_fns.example_features import VarLenFeature
from model_fns.feature_columns.categories import Categories, present
from model_fns.feature_columns.column import CategoricalColumn, check_key, check_text_or_integers
from model_fns.feature_columns.features import Features
from model_fns.graph.dtypes import DType, as_dtype, string
from model_fns.graph.tensor import Tensor
from model_fns.ops.strings import as_string, string_to_hash_bucket_fast


@final
@dataclass(frozen=True)
class HashedCategoricalColumn(CategoricalColumn):
    """The values of one feature, each in the bucket that its fingerprint says."""

    key: str
    hash_bucket_size: int
    dtype: DType

    @property
    def name(self) -> str:
        return self.key

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        return {self.key: VarLenFeature(self.dtype)}

    @property
    def num_buckets(self) -> int:
        return self.hash_bucket_size

    def categories(self, features: Features) -> Categories:
        return features.once(self, lambda: self._hashed(features.raw(self.key)))

    def _hashed(self, values: Tensor) -> Categories:
        check_values(values, self.dtype, self.key)
        text = values if values.dtype == string else as_string(values)
        return Categories(present(values, string_to_hash_bucket_fast(text, self.hash_bucket_size, name="lookup")))


def check_values(values: Tensor, dtype: DType, key: str) -> None:
    """ValueError unless the values of a feature are of the kind that its column says."""
    check_text_or_integers(values.dtype, f"column_name: {key} input_tensor")
    if dtype.is_integer != values.dtype.is_integer:
        raise ValueError(
            "Column dtype and SparseTensors dtype must be compatible. "
            f"key: {key}, column dtype: {dtype}, tensor dtype: {values.dtype}"
        )


def categorical_column_with_hash_bucket(
    key: str, hash_bucket_size: int, dtype: Any = string
) -> HashedCategoricalColumn:
    """The values of the feature `key`, by the fingerprint of their text modulo `hash_bucket_size`.

    `dtype` is string or an integer type; '' and -1 are no value. Raises ValueError for arguments that cannot be meant.
    """
    if hash_bucket_size is None:
        raise ValueError(f"hash_bucket_size must be set. key: {key}")
    if hash_bucket_size < 1:
        raise ValueError(f"hash_bucket_size must be at least 1. hash_bucket_size: {hash_bucket_size}, key: {key}")
    check_key(key)
    check_text_or_integers(as_dtype(dtype), f"column_name: {key}")
    return HashedCategoricalColumn(key, hash_bucket_size, as_dtype(dtype))
