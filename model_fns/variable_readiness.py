"""Which variables have values: is_variable_initialized, report_uninitialized_variables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from model_fns.graph.constant import constant
from model_fns.graph.dtypes import string
from model_fns.graph.graph import get_default_graph
from model_fns.graph.tensor import Tensor
from model_fns.ops.comparison import logical_not
from model_fns.ops.data_sizes import boolean_mask
from model_fns.ops.joining import stack
from model_fns.ops.state import IsVariableInitialized
from model_fns.variables import Variable, global_variables, local_variables


def is_variable_initialized(variable: Variable) -> Tensor:
    """Whether a variable has a value, as a bool tensor."""
    return variable.graph.create(IsVariableInitialized(), (variable.graph_element,)).outputs[0]


def report_uninitialized_variables(
    var_list: Iterable[Variable] | None = None, name: str = "report_uninitialized_variables"
) -> Tensor:
    """The names of the variables that have no value yet, as a string tensor [n]; by default of all variables."""
    variables: list[Any] = [*global_variables(), *local_variables()] if var_list is None else list(var_list)
    with get_default_graph().name_scope(name):
        if not variables:
            return constant([], string, [0])
        mask = logical_not(stack([is_variable_initialized(variable) for variable in variables]))
        return boolean_mask(constant([variable.op.name for variable in variables]), mask)
