"""Which variables a Saver was given, and under which names they are in the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from model_fns.ops.state import VariableV2


def names_of(variables: Any) -> dict[str, Any]:
    """The variables by their names in the file, sorted; `variables` is a list, or a dict that is that already.

    Raises TypeError for something that is not a variable, ValueError for a name or a variable given twice.
    """
    if isinstance(variables, Mapping):
        by_name = {name: _variable(variable) for name, variable in variables.items()}
    elif isinstance(variables, list | tuple | set):
        by_name = {}
        for variable in map(_variable, variables):
            if variable.op.name in by_name:
                raise ValueError(f"At least two variables have the same name: {variable.op.name}")
            by_name[variable.op.name] = variable
    else:
        raise TypeError(f"Variables to save should be passed in a dict or a list: {variables}")
    by_name = dict(sorted(by_name.items()))
    first_name: dict[Any, str] = {}
    for name, variable in by_name.items():
        if first_name.setdefault(variable, name) != name:
            raise ValueError(f"The same saveable will be restored with two names: {name}")
    return by_name


def _variable(item: Any) -> Any:
    """The variable's own tensor, which `item`, a Variable or that tensor, stands for."""
    tensor = getattr(item, "graph_element", item)
    definition = getattr(getattr(tensor, "op", None), "definition", None)
    if not isinstance(definition, VariableV2):
        raise TypeError(f"Variable to save is not a Variable: {item}")
    return tensor
