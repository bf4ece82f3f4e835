"""make_parse_example_spec: how the features that columns need are read from Examples."""

from __future__ import annotations

from typing import Any

from model_fns.feature_columns.column import FeatureColumn


def make_parse_example_spec(feature_columns: Any) -> dict[str, Any]:
    """The `features` argument of tf.parse_example that reads what the columns need.

    Raises ValueError for other things than columns, and for columns that want one feature read in two ways.
    """
    spec: dict[str, Any] = {}
    for column in feature_columns:
        if not isinstance(column, FeatureColumn):
            raise ValueError(f"All feature_columns must be _FeatureColumn instances. Given: {column}")
        for key, value in column.parse_example_spec.items():
            if key in spec and value != spec[key]:
                raise ValueError(
                    f"feature_columns contain different parse_spec for key {key}. Given {value} and {spec[key]}"
                )
        spec |= column.parse_example_spec
    return spec
