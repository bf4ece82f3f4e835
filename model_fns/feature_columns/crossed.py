"""crossed_column: combinations of categories, by their fingerprint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, final

from model_fns.example_features import VarLenFeature
from model_fns.feature_columns.categories import Categories, as_single
from model_fns.feature_columns.column import CategoricalColumn
from model_fns.feature_columns.features import Features
from model_fns.feature_columns.hashed import HashedCategoricalColumn
from model_fns.graph.dtypes import string
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.categories import SparseCross

_DEFAULT_HASH_KEY = 0xDECAFCAFFE


@final
@dataclass(frozen=True)
class CrossedColumn(CategoricalColumn):
    """Every combination of the values of several features or columns."""

    keys: tuple[Any, ...]
    hash_bucket_size: int
    hash_key: int | None

    @property
    def leaves(self) -> tuple[Any, ...]:
        """The keys and columns that are crossed, those of crosses among them."""
        return tuple(_leaves(self.keys))

    @property
    def name(self) -> str:
        return "_X_".join(sorted(key if isinstance(key, str) else key.name for key in self.leaves))

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        spec: dict[str, Any] = {}
        for key in self.keys:
            spec |= {key: VarLenFeature(string)} if isinstance(key, str) else key.parse_example_spec
        return spec

    @property
    def num_buckets(self) -> int:
        return self.hash_bucket_size

    def categories(self, features: Features) -> Categories:
        return features.once(self, lambda: self._crossed(features))

    def _crossed(self, features: Features) -> Categories:
        """What is sparse, columns among it, comes before dense features in a fingerprint, as it does in TensorFlow.

        Of dense features every value counts, also the empty string.
        """
        dense = [key for key in self.leaves if isinstance(key, str) and not features.is_sparse(key)]
        sparse = [key for key in self.leaves if key not in dense]
        made = [features.raw(key) if isinstance(key, str) else self._ids(key, features) for key in [*sparse, *dense]]
        gaps = tuple(number for number, key in enumerate(sparse) if isinstance(key, str))
        hash_key = _DEFAULT_HASH_KEY if self.hash_key is None else self.hash_key
        inputs = {f"input_{number}": tensor for number, tensor in enumerate(made)}
        return Categories(as_single(apply(SparseCross(self.hash_bucket_size, hash_key, gaps), None, **inputs)))

    def _ids(self, column: CategoricalColumn, features: Features) -> Tensor:
        categories = column.categories(features)
        if categories.weights is not None:
            raise ValueError(
                "crossed_column does not support weight_tensor, but the given column populates weight_tensor. "
                f"Given column: {column.name}"
            )
        return categories.ids


def _leaves(keys: tuple[Any, ...]) -> Iterator[Any]:
    for key in keys:
        if isinstance(key, CrossedColumn):
            yield from _leaves(key.keys)
        else:
            yield key


def crossed_column(keys: Any, hash_bucket_size: int, hash_key: int | None = None) -> CrossedColumn:
    """Every combination of the values of `keys`, features' keys or categorical columns, in `hash_bucket_size` buckets.

    `hash_key` makes another fingerprint. Raises ValueError for less than two keys, for a hashed column (give its key),
    and for other things.
    """
    if not hash_bucket_size or hash_bucket_size < 1:
        raise ValueError(f"hash_bucket_size must be > 1. hash_bucket_size: {hash_bucket_size}")
    if not keys or len(keys) < 2:
        raise ValueError(f"keys must be a list with length > 1. Given: {keys}")
    for key in keys:
        if not isinstance(key, str | CategoricalColumn):
            raise ValueError(
                "Unsupported key type. All keys must be either string, or categorical column except "
                f"HashedCategoricalColumn. Given: {key}"
            )
        if isinstance(key, HashedCategoricalColumn):
            raise ValueError(
                "categorical_column_with_hash_bucket is not supported for crossing. Hashing before crossing will "
                f"increase probability of collision. Instead, use the feature name as a string. Given: {key}"
            )
    return CrossedColumn(tuple(keys), hash_bucket_size, hash_key)
