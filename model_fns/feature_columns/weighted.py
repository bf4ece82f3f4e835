"""weighted_categorical_column: categories, each with a weight from another feature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

from model_fns.example_features import VarLenFeature
from model_fns.feature_columns.categories import Categories, as_single
from model_fns.feature_columns.column import CategoricalColumn
from model_fns.feature_columns.features import Features
from model_fns.graph.dtypes import DType, as_dtype, float32
from model_fns.ops.arithmetic import cast


@final
@dataclass(frozen=True)
class WeightedCategoricalColumn(CategoricalColumn):
    """The categories of a column, with the weights that a feature of the same shape holds."""

    categorical_column: CategoricalColumn
    weight_feature_key: str
    dtype: DType

    @property
    def name(self) -> str:
        return f"{self.categorical_column.name}_weighted_by_{self.weight_feature_key}"

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        spec = dict(self.categorical_column.parse_example_spec)
        if self.weight_feature_key in spec:
            raise ValueError(
                f"Parse config {spec[self.weight_feature_key]} already exists for {self.weight_feature_key}."
            )
        return {**spec, self.weight_feature_key: VarLenFeature(self.dtype)}

    @property
    def num_buckets(self) -> int:
        return self.categorical_column.num_buckets

    def categories(self, features: Features) -> Categories:
        weights = features.raw(self.weight_feature_key)
        if weights.dtype != self.dtype:
            raise ValueError(f"Bad dtype, expected {self.dtype}, but got {weights.dtype}.")
        ids = self.categorical_column.categories(features).ids
        weights = as_single(cast(weights, float32))
        if len(weights.shape) != len(ids.shape):
            raise ValueError(
                f"Feature {self.weight_feature_key} must have a weight for each category of column "
                f"{self.categorical_column.name}, but they have the shapes {weights.shape} and {ids.shape}."
            )
        return Categories(ids, weights)


def weighted_categorical_column(
    categorical_column: CategoricalColumn, weight_feature_key: str, dtype: Any = float32
) -> WeightedCategoricalColumn:
    """The categories of a column, weighted by the numbers that the feature `weight_feature_key` holds.

    Weights are of the shape of the column's own feature, of type `dtype`. Raises ValueError for a type that is not one
    of numbers.
    """
    if dtype is None or not (as_dtype(dtype).is_integer or as_dtype(dtype).is_floating):
        raise ValueError(f"dtype {dtype} is not convertible to float.")
    return WeightedCategoricalColumn(categorical_column, weight_feature_key, as_dtype(dtype))
