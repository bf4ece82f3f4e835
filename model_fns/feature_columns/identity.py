"""categorical_column_with_identity: integers that are the numbers of categories already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

from model_fns.example_features import VarLenFeature
from model_fns.feature_columns.categories import Categories, as_single
from model_fns.feature_columns.column import CategoricalColumn, check_key
from model_fns.feature_columns.features import Features
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import int64
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.arithmetic import cast
from model_fns.ops.categories import ABSENT, InRange
from model_fns.ops.comparison import equal, greater_equal, less, logical_or, select


@final
@dataclass(frozen=True)
class IdentityCategoricalColumn(CategoricalColumn):
    """The integers of one feature, -1 for none."""

    key: str
    number_buckets: int
    default_value: int | None

    @property
    def name(self) -> str:
        return self.key

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        return {self.key: VarLenFeature(int64)}

    @property
    def num_buckets(self) -> int:
        return self.number_buckets

    def categories(self, features: Features) -> Categories:
        return features.once(self, lambda: Categories(as_single(self._checked(features.raw(self.key)))))

    def _checked(self, values: Tensor) -> Tensor:
        if not values.dtype.is_integer:
            raise ValueError(f"Invalid input, not integer. key: {self.key} dtype: {values.dtype}")
        if self.default_value is None:
            check = InRange(
                -1,  # for none
                self.number_buckets - 1,
                f'Negative bucket index for categorical column "{self.name}"',
                f'Bucket index for categorical column "{self.name}" exceeds number of buckets',
            )
            ids = cast(apply(check, None, values=values), int64)
        else:
            ids = cast(values, int64)
            is_outside = logical_or(
                less(ids, convert_to_tensor(0, int64)), greater_equal(ids, convert_to_tensor(self.num_buckets, int64))
            )
            ids = select(is_outside, convert_to_tensor(self.default_value, int64), ids)
        is_absent = equal(cast(values, int64), convert_to_tensor(-1, int64))
        return select(is_absent, convert_to_tensor(ABSENT, int64), ids)


def categorical_column_with_identity(
    key: str, num_buckets: int, default_value: int | None = None
) -> IdentityCategoricalColumn:
    """The integers of the feature `key`, from 0 to num_buckets - 1; -1 for none.

    Others become `default_value`; without one they are an InvalidArgumentError when the graph runs.
    Raises ValueError for arguments that cannot be meant.
    """
    if num_buckets < 1:
        raise ValueError(f"num_buckets {num_buckets} < 1, column_name {key}")
    if default_value is not None and not 0 <= default_value < num_buckets:
        raise ValueError(f"default_value {default_value} not in range [0, {num_buckets}), column_name {key}")
    check_key(key)
    return IdentityCategoricalColumn(key, num_buckets, default_value)
