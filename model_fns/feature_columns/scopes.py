"""The variable scopes of columns, and the collections that their variables go to."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from typing import Any

from model_fns.feature_columns.column import FeatureColumn
from model_fns.graph.keys import GraphKeys
from model_fns.variable_scope import variable_scope


def column_scope(column: FeatureColumn) -> AbstractContextManager[Any]:
    """A variable scope named after the column; what a scope's name may not hold becomes an underscore."""
    return variable_scope(None, default_name=re.sub(r"[^A-Za-z0-9_.\-/]", "_", column.var_scope_name))


def with_model_variables(collections: Any) -> tuple[str, ...]:
    """The collections that were asked for, and those that variables of models are in."""
    wanted = [*(collections or []), GraphKeys.GLOBAL_VARIABLES, GraphKeys.MODEL_VARIABLES]
    return tuple(dict.fromkeys(wanted))
