"""linear_model: a weight for every number and every category, and a bias."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from model_fns.feature_columns.categories import combined_rows
from model_fns.feature_columns.column import CategoricalColumn, DenseColumn, VariableOptions, sorted_columns
from model_fns.feature_columns.features import Features
from model_fns.feature_columns.input_layer import dense_rows
from model_fns.feature_columns.scopes import column_scope, with_model_variables
from model_fns.graph.dtypes import float32
from model_fns.graph.tensor import Tensor
from model_fns.initializers import Zeros
from model_fns.ops.arithmetic import add_n
from model_fns.ops.bias import bias_add
from model_fns.ops.linalg import matmul
from model_fns.variable_scope import get_variable, variable_scope
from model_fns.variables import Variable


def linear_model(
    features: Mapping[str, Any],
    feature_columns: Any,
    units: int = 1,
    sparse_combiner: str = "sum",
    weight_collections: Any = None,
    trainable: bool = True,
    cols_to_vars: dict[Any, Any] | None = None,
) -> Tensor:
    """The weighted sum of all columns and a bias: float32 [batch, units].

    Args:
      features: tensors by key.
      feature_columns: dense and categorical columns; a bucketized_column is categorical here.
      units: outputs for each example.
      sparse_combiner: what several categories of an example make: `sum`, `mean` or `sqrtn`.
      weight_collections, trainable: as for input_layer.
      cols_to_vars: a dict that is filled with each column's variables, and those of 'bias'.
    Variables are `linear_model/<column>/weights` [numbers or buckets, units] and `linear_model/bias_weights` [units],
    zeros at first. Raises ValueError for other things than columns, and for columns of one name.
    """
    columns = sorted_columns(feature_columns)
    for column in columns:
        if not isinstance(column, DenseColumn | CategoricalColumn):
            raise ValueError(
                f"Items of feature_columns must be either a _DenseColumn or _CategoricalColumn. Given: {column}"
            )
    options = VariableOptions(trainable, with_model_variables(weight_collections))
    with variable_scope(None, default_name="linear_model", values=features.values()):
        builder, sums, found = Features(features), [], {}
        for column in columns:
            with column_scope(column):
                weighted, weights = _weighted_sum(column, builder, units, sparse_combiner, options)
            sums.append(weighted)
            found[column] = [weights]
        bias = _variable("bias_weights", [units], options)
        if cols_to_vars is not None:
            cols_to_vars.update({**found, "bias": [bias]})
        return bias_add(add_n(sums, name="weighted_sum_no_bias"), bias, name="weighted_sum")


def _weighted_sum(
    column: Any, features: Features, units: int, sparse_combiner: str, options: VariableOptions
) -> tuple[Tensor, Variable]:
    if isinstance(column, CategoricalColumn):
        weights = _variable("weights", [column.num_buckets, units], options)
        return combined_rows(weights, column.categories(features), sparse_combiner), weights
    weights = _variable("weights", [column.variable_shape.num_elements(), units], options)
    return matmul(dense_rows(column, features, options), weights, name="weighted_sum"), weights


def _variable(name: str, shape: list[int], options: VariableOptions) -> Variable:
    return get_variable(
        name,
        shape=shape,
        dtype=float32,
        initializer=Zeros(),
        trainable=options.trainable,
        collections=list(options.collections),
    )
