"""indicator_column: categories as numbers, one for each that there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

from model_fns.feature_columns.column import CategoricalColumn, DenseColumn, VariableOptions
from model_fns.feature_columns.features import Features
from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Tensor
from model_fns.ops.indexing import one_hot
from model_fns.ops.reduction import reduce_sum
from model_fns.ops.shaping import expand_dims


@final
@dataclass(frozen=True)
class IndicatorColumn(DenseColumn):
    """How often an example has each category, or with what weight."""

    categorical_column: CategoricalColumn

    @property
    def name(self) -> str:
        return f"{self.categorical_column.name}_indicator"

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        return self.categorical_column.parse_example_spec

    @property
    def variable_shape(self) -> TensorShape:
        return TensorShape([1, self.categorical_column.num_buckets])

    def dense_tensor(self, features: Features, options: VariableOptions) -> Tensor:
        return features.once(self, lambda: self._counts(features))

    def _counts(self, features: Features) -> Tensor:
        categories = self.categorical_column.categories(features)
        hot = one_hot(categories.ids, self.categorical_column.num_buckets, 1.0, 0.0)
        if categories.weights is not None:
            hot = hot * expand_dims(categories.weights, -1)
        return hot if categories.are_single else reduce_sum(hot, -2)


def indicator_column(categorical_column: CategoricalColumn) -> IndicatorColumn:
    """How often each category of a column occurs in an example, float32 [batch, num_buckets]."""
    if not isinstance(categorical_column, CategoricalColumn):
        raise ValueError(f"categorical_column must be made by a categorical_column_with_*. Given: {categorical_column}")
    return IndicatorColumn(categorical_column)
