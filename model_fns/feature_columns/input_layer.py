"""input_layer: dense columns side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from model_fns.feature_columns.column import DenseColumn, VariableOptions, sorted_columns
from model_fns.feature_columns.features import Features
from model_fns.feature_columns.scopes import column_scope, with_model_variables
from model_fns.graph.graph import get_default_graph
from model_fns.graph.keys import GraphKeys
from model_fns.graph.tensor import Tensor
from model_fns.ops.joining import concat
from model_fns.ops.shaping import reshape
from model_fns.variable_scope import get_variable_scope, variable_scope


def input_layer(
    features: Mapping[str, Any],
    feature_columns: Any,
    weight_collections: Any = None,
    trainable: bool = True,
    cols_to_vars: dict[Any, Any] | None = None,
    cols_to_output_tensors: dict[Any, Any] | None = None,
) -> Tensor:
    """The numbers of dense columns side by side, in the order of the columns' names: float32 [batch, all of them].

    Args:
      features: tensors by key.
      feature_columns: dense columns; categorical ones must be wrapped by indicator_column or embedding_column.
      weight_collections: further collections for the variables.
      trainable: False keeps the variables out of TRAINABLE_VARIABLES.
      cols_to_vars, cols_to_output_tensors: dicts that are filled with the variables and the tensor of each column.
    Variables are `input_layer/<column>/embedding_weights`. Raises ValueError for other columns, and for columns of one
    name.
    """
    columns = sorted_columns(feature_columns)
    for column in columns:
        if not isinstance(column, DenseColumn):
            raise ValueError(
                "Items of feature_columns must be a _DenseColumn. You can wrap a categorical column with an "
                f"embedding_column or indicator_column. Given: {column}"
            )
    options = VariableOptions(trainable, with_model_variables(weight_collections))
    with variable_scope(None, default_name="input_layer", values=features.values()):
        builder, outputs = Features(features), []
        for column in columns:
            with column_scope(column):
                outputs.append(dense_rows(column, builder, options))
                if cols_to_vars is not None:
                    inside = f"{get_variable_scope().name}/"
                    cols_to_vars[column] = get_default_graph().get_collection(GraphKeys.GLOBAL_VARIABLES, inside)
            if cols_to_output_tensors is not None:
                cols_to_output_tensors[column] = outputs[-1]
        return concat(outputs, 1) if len(outputs) > 1 else outputs[0]


def dense_rows(column: DenseColumn, features: Features, options: VariableOptions) -> Tensor:
    """The numbers of a dense column as [batch, n]. ValueError if the feature has another number of them."""
    tensor = column.dense_tensor(features, options)
    count = column.variable_shape.num_elements()
    given = tensor.shape[1:].num_elements()
    if len(tensor.shape) == 2 and given == count:
        return tensor
    if given is not None and given != count:
        raise ValueError(
            f"Column {column.name} has {count} numbers for an example (shape {column.variable_shape}), but its feature "
            f"has {given}: {tensor}. Give the column the shape of the feature."
        )
    return reshape(tensor, [-1, count])
