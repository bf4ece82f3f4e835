"""Variables under the names of `tf.contrib.framework`: made for a model, and found again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from model_fns.arg_scope import add_arg_scope
from model_fns.graph.default_graph import add_to_collection, get_collection
from model_fns.graph.graph import get_default_graph
from model_fns.graph.keys import GraphKeys
from model_fns.variable_scope import VariableScope, get_variable
from model_fns.variables import Variable


@add_arg_scope
def variable(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = True,
    collections: Any = None,
    caching_device: Any = None,
    device: Any = None,
    partitioner: Any = None,
    custom_getter: Any = None,
    use_resource: Any = None,
    synchronization: Any = None,
    aggregation: Any = None,
) -> Variable:
    """`get_variable`, always one of the global variables. Devices and partitions are of no effect."""
    kept = [*dict.fromkeys([*(collections or ()), GraphKeys.GLOBAL_VARIABLES])]
    return get_variable(name, shape, dtype, initializer, regularizer, trainable, kept, custom_getter=custom_getter)


@add_arg_scope
def model_variable(
    name: str,
    shape: Any = None,
    dtype: Any = "float32",
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = True,
    collections: Any = None,
    caching_device: Any = None,
    device: Any = None,
    partitioner: Any = None,
    custom_getter: Any = None,
    use_resource: Any = None,
    synchronization: Any = None,
    aggregation: Any = None,
) -> Variable:
    """A `variable` that is one of the model's, too."""
    kept = [*(collections or ()), GraphKeys.GLOBAL_VARIABLES, GraphKeys.MODEL_VARIABLES]
    return variable(
        name, shape, dtype, initializer, regularizer, trainable, collections=kept, custom_getter=custom_getter
    )


def local_variable(
    initial_value: Any, validate_shape: bool = True, name: str | None = None, use_resource: Any = None
) -> Variable:
    """A local variable, which is not saved."""
    return Variable(initial_value, trainable=False, collections=[GraphKeys.LOCAL_VARIABLES], name=name)


def add_model_variable(var: Variable) -> None:
    """Makes a variable one of the model's."""
    if var not in get_collection(GraphKeys.MODEL_VARIABLES):
        add_to_collection(GraphKeys.MODEL_VARIABLES, var)


def get_variables(
    scope: Any = None, suffix: str | None = None, collection: str = GraphKeys.GLOBAL_VARIABLES
) -> list[Variable]:
    """The variables of a collection whose names begin with `scope` and end with `suffix`."""
    if isinstance(scope, VariableScope):
        scope = scope.name
    if suffix is not None:
        suffix = suffix if ":" in suffix else f"{suffix}:0"
        scope = f"{scope or ''}.*{suffix}"
    return list(get_collection(collection, scope))


get_model_variables = partial(get_variables, collection=GraphKeys.MODEL_VARIABLES)
get_trainable_variables = partial(get_variables, collection=GraphKeys.TRAINABLE_VARIABLES)
get_local_variables = partial(get_variables, collection=GraphKeys.LOCAL_VARIABLES)


def get_variables_by_suffix(suffix: str, scope: Any = None) -> list[Variable]:
    """The global variables whose names end with `suffix`."""
    return get_variables(scope, suffix)


def get_variables_by_name(given_name: str, scope: Any = None) -> list[Variable]:
    """The global variables whose names are `given_name` or end with /given_name."""
    suffix = rf"/{given_name}:|^{given_name}:"
    return get_variables(scope, suffix)


def get_unique_variable(var_op_name: str) -> Variable:
    """The one variable of that name. ValueError if there is none, or if there are several."""
    candidates = get_collection(GraphKeys.GLOBAL_VARIABLES, var_op_name)
    if not candidates:
        raise ValueError(f"Couldn't find variable {var_op_name}")
    for candidate in candidates:
        if candidate.op.name == var_op_name:
            found: Variable = candidate
            return found
    raise ValueError(f"Variable {var_op_name} does not uniquely identify a variable")


def get_variables_to_restore(include: Iterable[str] | None = None, exclude: Iterable[str] | None = None) -> list[Any]:
    """The variables whose names begin with one of `include` (all by default), less those that do with `exclude`."""
    for name, scopes in (("include", include), ("exclude", exclude)):
        if scopes is not None and not isinstance(scopes, list | tuple):
            raise TypeError(f"{name} is provided but is not a list or a tuple.")
    chosen = get_variables() if include is None else [item for scope in include for item in get_variables(scope)]
    left_out = {id(item) for scope in exclude or () for item in get_variables(scope)}
    return [item for item in chosen if id(item) not in left_out]


def filter_variables(
    var_list: Iterable[Variable], include_patterns: Any = None, exclude_patterns: Any = None, reg_search: bool = True
) -> list[Variable]:
    """The variables whose names match one of the regular expressions `include_patterns`, and none of the others.

    Anywhere in the name, or from its beginning if `reg_search` is False.
    """
    matches: Callable[[str, str], Any] = re.search if reg_search else re.match
    kept = list(var_list)
    if include_patterns is not None:
        kept = [item for item in kept if any(matches(pattern, item.op.name) for pattern in include_patterns)]
    if exclude_patterns is not None:
        kept = [item for item in kept if not any(matches(pattern, item.op.name) for pattern in exclude_patterns)]
    return kept


def get_variable_full_name(var: Variable) -> str:
    """The variable's name in a checkpoint."""
    return var.op.name


def get_name_scope() -> str:
    """The name scope that operations are made in now."""
    return get_default_graph().get_name_scope()
