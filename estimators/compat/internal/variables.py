"""tensorflow.python.ops.variables and resource_variable_ops."""

from __future__ import annotations

from typing import Any

from model_fns.variables import Variable


def is_resource_variable(var: Any) -> bool:
    """Whether `var` is a variable; all are of one kind here."""
    return isinstance(var, Variable)
