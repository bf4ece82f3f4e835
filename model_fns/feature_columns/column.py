"""What feature columns are: descriptions of what a model sees of the features, dense numbers or categories."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, final

from model_fns.feature_columns.categories import Categories
from model_fns.feature_columns.features import Features
from model_fns.graph.dtypes import DType, string
from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Tensor


@final
@dataclass(frozen=True)
class VariableOptions:
    """How the variables of columns are made: whether they are trained, and the collections that they go to."""

    trainable: bool = True
    collections: tuple[str, ...] = ()


class FeatureColumn(ABC):
    """A description; frozen, and compared by what it says."""

    @property
    @abstractmethod
    def name(self) -> str:
        """What it is sorted by, and what its variables are named after."""

    @property
    def var_scope_name(self) -> str:
        return self.name

    @property
    @abstractmethod
    def parse_example_spec(self) -> dict[str, Any]:
        """How the features that it needs are read from an Example."""


class DenseColumn(FeatureColumn):
    """Numbers, the same count for every example: what `input_layer` takes."""

    @property
    @abstractmethod
    def variable_shape(self) -> TensorShape:
        """The sizes of the numbers of one example."""

    @abstractmethod
    def dense_tensor(self, features: Features, options: VariableOptions) -> Tensor:
        """The numbers, float32 [batch, ...]."""


class CategoricalColumn(FeatureColumn):
    """Categories, 0 to num_buckets - 1, any number of them for an example."""

    @property
    @abstractmethod
    def num_buckets(self) -> int:
        """How many categories there are."""

    @abstractmethod
    def categories(self, features: Features) -> Categories:
        """The categories of each example."""


def sorted_columns(feature_columns: Any) -> list[Any]:
    """The columns in the order of their names. ValueError for none, for two of one name, and for other things."""
    if isinstance(feature_columns, FeatureColumn):
        feature_columns = [feature_columns]
    if isinstance(feature_columns, dict):
        raise ValueError("Expected feature_columns to be iterable, found dict.")
    columns: list[Any] = list(feature_columns) if isinstance(feature_columns, Iterable | Iterator) else feature_columns
    for column in columns:
        if not isinstance(column, FeatureColumn):
            raise ValueError(
                f"Items of feature_columns must be a _FeatureColumn. Given (type {type(column)}): {column}."
            )
    if not columns:
        raise ValueError("feature_columns must not be empty.")
    by_name: dict[str, FeatureColumn] = {}
    for column in columns:
        if column.name in by_name:
            raise ValueError(
                f"Duplicate feature column name found for columns: {column} and {by_name[column.name]}. This usually "
                "means that these columns refer to same base feature. Either one must be discarded or a duplicated "
                "but renamed item must be inserted in features dict."
            )
        by_name[column.name] = column
    return sorted(columns, key=lambda column: column.name)


def check_key(key: Any) -> None:
    """ValueError unless the key of a feature is a string."""
    if not isinstance(key, str):
        raise ValueError(f"key must be a string. Got: type {type(key)}. Given key: {key}.")


def check_text_or_integers(dtype: DType, prefix: str) -> None:
    """ValueError unless `dtype` can be that of categories."""
    if dtype != string and not dtype.is_integer:
        raise ValueError(f"{prefix} dtype must be string or integer. dtype: {dtype}.")
