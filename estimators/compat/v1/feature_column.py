"""tf.feature_column."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from model_fns.feature_columns.bucketized import bucketized_column
from model_fns.feature_columns.crossed import crossed_column
from model_fns.feature_columns.embedding import embedding_column, shared_embedding_columns
from model_fns.feature_columns.hashed import categorical_column_with_hash_bucket
from model_fns.feature_columns.identity import categorical_column_with_identity
from model_fns.feature_columns.indicator import indicator_column
from model_fns.feature_columns.input_layer import input_layer
from model_fns.feature_columns.linear_model import linear_model
from model_fns.feature_columns.numeric import numeric_column
from model_fns.feature_columns.parse_example_spec import make_parse_example_spec
from model_fns.feature_columns.vocabulary import (
    categorical_column_with_vocabulary_file,
    categorical_column_with_vocabulary_list,
)
from model_fns.feature_columns.weighted import weighted_categorical_column

__all__ = [
    "bucketized_column",
    "categorical_column_with_hash_bucket",
    "categorical_column_with_identity",
    "categorical_column_with_vocabulary_file",
    "categorical_column_with_vocabulary_list",
    "crossed_column",
    "embedding_column",
    "indicator_column",
    "input_layer",
    "linear_model",
    "make_parse_example_spec",
    "numeric_column",
    "shared_embedding_columns",
    "weighted_categorical_column",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
