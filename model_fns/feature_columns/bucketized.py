"""bucketized_column: numbers by the interval that they lie in."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, final

import numpy as np

from model_fns.feature_columns.categories import Categories, as_single
from model_fns.feature_columns.column import CategoricalColumn, DenseColumn, VariableOptions
from model_fns.feature_columns.features import Features
from model_fns.feature_columns.numeric import NumericColumn
from model_fns.graph.constant import constant
from model_fns.graph.dtypes import int64
from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Tensor
from model_fns.ops.arithmetic import cast
from model_fns.ops.bucketize import bucketize
from model_fns.ops.indexing import one_hot


@final
@dataclass(frozen=True)
class BucketizedColumn(DenseColumn, CategoricalColumn):
    """Which of len(boundaries) + 1 intervals each number is in: one-hot as numbers, or as categories."""

    source_column: NumericColumn
    boundaries: tuple[float, ...]

    @property
    def name(self) -> str:
        return f"{self.source_column.name}_bucketized"

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        return self.source_column.parse_example_spec

    @property
    def variable_shape(self) -> TensorShape:
        return TensorShape([*self.source_column.shape, len(self.boundaries) + 1])

    @property
    def num_buckets(self) -> int:
        return (len(self.boundaries) + 1) * self.source_column.shape[0]

    def _buckets(self, features: Features) -> Tensor:
        def made() -> Tensor:
            numbers = self.source_column.dense_tensor(features, VariableOptions())
            return bucketize(numbers, self.boundaries)

        return features.once(self, made)

    def dense_tensor(self, features: Features, options: VariableOptions) -> Tensor:
        return one_hot(cast(self._buckets(features), int64), len(self.boundaries) + 1, 1.0, 0.0)

    def categories(self, features: Features) -> Categories:
        """The buckets of the first number come first, then those of the second, and so on."""
        buckets = cast(self._buckets(features), int64)
        if self.source_column.shape[0] > 1:
            buckets = buckets + constant(np.arange(self.source_column.shape[0]) * (len(self.boundaries) + 1))
        return Categories(as_single(buckets))


def bucketized_column(source_column: NumericColumn, boundaries: Any) -> BucketizedColumn:
    """The numbers of a numeric_column by interval: below the first boundary, from it to below the second, and so on.

    Raises ValueError if the source is no numeric_column of one axis, or the boundaries do not ascend.
    """
    if not isinstance(source_column, NumericColumn):
        raise ValueError(f"source_column must be a column generated with numeric_column(). Given: {source_column}")
    if len(source_column.shape) > 1:
        raise ValueError(f"source_column must be one-dimensional column. Given: {source_column}")
    if boundaries is None or len(boundaries) == 0:
        raise ValueError("boundaries must not be empty.")
    if not isinstance(boundaries, list | tuple):
        raise ValueError("boundaries must be a sorted list.")
    if any(low >= high for low, high in pairwise(boundaries)):
        raise ValueError("boundaries must be a sorted list.")
    return BucketizedColumn(source_column, tuple(boundaries))
