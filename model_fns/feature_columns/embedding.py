"""embedding_column and shared_embedding_columns: categories as rows of a table that is trained."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

from model_fns.feature_columns.categories import COMBINERS, combined_rows
from model_fns.feature_columns.column import CategoricalColumn, DenseColumn, VariableOptions
from model_fns.feature_columns.features import Features
from model_fns.feature_columns.weighted import WeightedCategoricalColumn
from model_fns.graph.dtypes import float32
from model_fns.graph.graph import get_default_graph
from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Tensor
from model_fns.initializers import TruncatedNormal
from model_fns.variable_scope import get_variable
from model_fns.variables import Variable


@final
@dataclass(frozen=True)
class EmbeddingColumn(DenseColumn):
    """The rows of a table of its own, one for each category, combined."""

    categorical_column: CategoricalColumn
    dimension: int
    combiner: str
    initializer: Callable[..., Any]
    ckpt_to_load_from: Any
    tensor_name_in_ckpt: Any
    max_norm: float | None
    trainable: bool

    @property
    def name(self) -> str:
        return f"{self.categorical_column.name}_embedding"

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        return self.categorical_column.parse_example_spec

    @property
    def variable_shape(self) -> TensorShape:
        return TensorShape([self.dimension])

    def dense_tensor(self, features: Features, options: VariableOptions) -> Tensor:
        table = _table(self, options)
        return combined_rows(table, self.categorical_column.categories(features), self.combiner, self.max_norm)


@final
@dataclass(frozen=True)
class SharedEmbeddingColumn(DenseColumn):
    """The rows of a table that several columns have together."""

    categorical_column: CategoricalColumn
    dimension: int
    combiner: str
    initializer: Callable[..., Any]
    shared_embedding_collection_name: str
    ckpt_to_load_from: Any
    tensor_name_in_ckpt: Any
    max_norm: float | None
    trainable: bool

    @property
    def name(self) -> str:
        return f"{self.categorical_column.name}_shared_embedding"

    @property
    def var_scope_name(self) -> str:
        return self.shared_embedding_collection_name

    @property
    def parse_example_spec(self) -> dict[str, Any]:
        return self.categorical_column.parse_example_spec

    @property
    def variable_shape(self) -> TensorShape:
        return TensorShape([self.dimension])

    def dense_tensor(self, features: Features, options: VariableOptions) -> Tensor:
        table = self._shared_table(options)
        return combined_rows(table, self.categorical_column.categories(features), self.combiner, self.max_norm)

    def _shared_table(self, options: VariableOptions) -> Variable:
        """The table that the graph has for the columns, made by the first of them. ValueError if it does not fit."""
        name = self.shared_embedding_collection_name
        tables = get_default_graph().get_collection(name)
        advice = (
            "Suggested fix A: Choose a unique name for this collection. Suggested fix B: Do not add any variables to "
            "this collection. The feature_column library already adds a variable under the hood."
        )
        if len(tables) > 1:
            raise ValueError(f"Collection {tables} can only contain one variable. {advice}")
        if not tables:
            tables = [_table(self, options)]
            get_default_graph().add_to_collection(name, tables[0])
        expected = (self.categorical_column.num_buckets, self.dimension)
        if tuple(tables[0].shape.as_list()) != expected:
            raise ValueError(
                f"Shared embedding collection {name} contains variable {tables[0].name} of unexpected shape "
                f"{tables[0].shape}. Expected shape is {expected}. {advice}"
            )
        return tables[0]


def _table(column: EmbeddingColumn | SharedEmbeddingColumn, options: VariableOptions) -> Variable:
    return get_variable(
        "embedding_weights",
        shape=[column.categorical_column.num_buckets, column.dimension],
        dtype=float32,
        initializer=column.initializer,
        trainable=column.trainable and options.trainable,
        collections=list(options.collections) or None,
    )


def embedding_column(
    categorical_column: CategoricalColumn,
    dimension: int,
    combiner: str = "mean",
    initializer: Any = None,
    ckpt_to_load_from: Any = None,
    tensor_name_in_ckpt: Any = None,
    max_norm: float | None = None,
    trainable: bool = True,
) -> EmbeddingColumn:
    """The categories of a column as rows of a trained table, [batch, dimension]; zeros for an example without any.

    Args:
      combiner: what several categories of an example make: `mean`, `sqrtn` (the sum over the root of their number) or
        `sum`.
      initializer: by default a truncated normal with deviation 1 / sqrt(dimension).
      ckpt_to_load_from, tensor_name_in_ckpt: not available.
      max_norm: length to which longer rows are shortened.
    The variable is `<name>/embedding_weights`, [num_buckets, dimension]. Raises ValueError for arguments that cannot be
    meant.
    """
    initializer = _checked(
        dimension,
        combiner,
        initializer,
        (ckpt_to_load_from, tensor_name_in_ckpt),
        f" Embedding of column_name: {categorical_column.name}",
    )
    return EmbeddingColumn(categorical_column, dimension, combiner, initializer, None, None, max_norm, trainable)


def shared_embedding_columns(
    categorical_columns: Any,
    dimension: int,
    combiner: str = "mean",
    initializer: Any = None,
    shared_embedding_collection_name: str | None = None,
    ckpt_to_load_from: Any = None,
    tensor_name_in_ckpt: Any = None,
    max_norm: float | None = None,
    trainable: bool = True,
) -> list[SharedEmbeddingColumn]:
    """An embedding_column for each of several columns of one kind and one number of buckets, with one table for all.

    The variable is `<shared_embedding_collection_name>/embedding_weights`; the name's default is the columns' names,
    joined. Other arguments are as for embedding_column.
    """
    checkpoint = (ckpt_to_load_from, tensor_name_in_ckpt)
    initializer = _checked(dimension, combiner, initializer, checkpoint, "")
    ordered = sorted(categorical_columns, key=lambda column: column.name)
    _check_alike(ordered)
    name = shared_embedding_collection_name or "_".join(column.name for column in ordered) + "_shared_embedding"
    return [
        SharedEmbeddingColumn(column, dimension, combiner, initializer, name, None, None, max_norm, trainable)
        for column in categorical_columns
    ]


def _checked(dimension: Any, combiner: str, initializer: Any, checkpoint: tuple[Any, Any], where: str) -> Any:
    """The initializer to use."""
    if dimension is None or dimension < 1:
        raise ValueError(f"Invalid dimension {dimension}.")
    if (checkpoint[0] is None) != (checkpoint[1] is None):
        raise ValueError("Must specify both `ckpt_to_load_from` and `tensor_name_in_ckpt` or none of them.")
    if checkpoint[0] is not None:
        raise NotImplementedError(
            "ckpt_to_load_from is not available. Give an initializer that returns the table, read with "
            "tf.train.load_variable."
        )
    if initializer is not None and not callable(initializer):
        raise ValueError(f"initializer must be callable if specified.{where}")
    if combiner not in COMBINERS:
        raise ValueError(f"combiner must be one of {', '.join(COMBINERS)}, got {combiner}.")
    return initializer or TruncatedNormal(0.0, 1 / math.sqrt(dimension))


def _check_alike(columns: list[Any]) -> None:
    """ValueError unless the columns are of one kind and have the same number of buckets."""
    for column in columns:
        if not isinstance(column, CategoricalColumn):
            raise ValueError(
                "All categorical_columns must be subclasses of _CategoricalColumn. "
                f"Given: {column}, of type: {type(column)}"
            )
    plain = [c.categorical_column if isinstance(c, WeightedCategoricalColumn) else c for c in columns]
    for column in plain[1:]:
        if type(column) is not type(plain[0]):
            raise ValueError(
                "To use shared_embedding_column, all categorical_columns must have the same type, or be "
                f"weighted_categorical_column of the same type. Given column: {plain[0]} of type: {type(plain[0])} "
                f"does not match given column: {column} of type: {type(column)}"
            )
        if column.num_buckets != plain[0].num_buckets:
            raise ValueError(
                "To use shared_embedding_column, all categorical_columns must have the same number of buckets. "
                f"Given column: {plain[0]} with buckets: {plain[0].num_buckets} does  not match column: {column} with "
                f"buckets: {column.num_buckets}"
            )
