"""get_variable and variable_scope: variables made and shared by name."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from enum import Enum
from typing import Any, final

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import DType, as_dtype, float32
from model_fns.graph.graph import Graph, get_default_graph
from model_fns.graph.keys import GraphKeys
from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Tensor
from model_fns.initializers import glorot_uniform_initializer, zeros_initializer
from model_fns.variables import Variable


class _ReuseMode(Enum):
    AUTO_REUSE = 1


AUTO_REUSE = _ReuseMode.AUTO_REUSE
_KEY = "variable_scope"


@final
class VariableScope:
    """A prefix for variable names, with defaults for what is made under it."""

    def __init__(
        self,
        reuse: Any,
        name: str = "",
        initializer: Any = None,
        regularizer: Any = None,
        caching_device: Any = None,
        partitioner: Any = None,
        custom_getter: Any = None,
        name_scope: str = "",
        dtype: Any = float32,
        use_resource: Any = None,
        constraint: Any = None,
    ) -> None:
        self.reuse = reuse
        self.name = name
        self.initializer = initializer
        self.regularizer = regularizer
        self.custom_getter = custom_getter
        self.original_name_scope = name_scope
        self.dtype = as_dtype(dtype)
        self.constraint = constraint

    def reuse_variables(self) -> None:
        """From now on get_variable returns variables that exist already."""
        self.reuse = True

    def set_initializer(self, initializer: Any) -> None:
        self.initializer = initializer

    def set_regularizer(self, regularizer: Any) -> None:
        self.regularizer = regularizer

    def set_dtype(self, dtype: Any) -> None:
        self.dtype = as_dtype(dtype)

    def set_custom_getter(self, custom_getter: Any) -> None:
        self.custom_getter = custom_getter

    def get_collection(self, name: str) -> list[Any]:
        return get_default_graph().get_collection(name, f"{self.name}/" if self.name else None)

    def global_variables(self) -> list[Any]:
        return self.get_collection(GraphKeys.GLOBAL_VARIABLES)

    def local_variables(self) -> list[Any]:
        return self.get_collection(GraphKeys.LOCAL_VARIABLES)

    def trainable_variables(self) -> list[Any]:
        return self.get_collection(GraphKeys.TRAINABLE_VARIABLES)

    def get_variable(self, name: str, *args: Any, **kwargs: Any) -> Variable:
        with variable_scope(self, auxiliary_name_scope=False):
            return get_variable(name, *args, **kwargs)


class _Store:
    """A graph's variables by full name, its current scope, and how often each default scope name was used."""

    def __init__(self) -> None:
        self.variables: dict[str, Variable] = {}
        self.scope = VariableScope(reuse=False)
        self.counts: dict[str, int] = {}

    def copy(self) -> _Store:
        """A store that goes its own way from here."""
        made = _Store()
        made.variables, made.scope, made.counts = dict(self.variables), copy.copy(self.scope), dict(self.counts)
        return made

    def unique(self, prefix: str) -> str:
        """`prefix` under the current scope, numbered if scopes of that name were opened before."""
        full = f"{self.scope.name}/{prefix}" if self.scope.name else prefix
        if self.counts.get(full, 0) == 0:
            return prefix
        number = 1
        while self.counts.get(f"{full}_{number}", 0) > 0:
            number += 1
        return f"{prefix}_{number}"

    def opened(self, name: str) -> None:
        self.counts[name] = self.counts.get(name, 0) + 1


def _store() -> _Store:
    return get_default_graph().by_key.setdefault(_KEY, _Store())


def existing_variables() -> dict[str, Variable]:
    """The variables that get_variable has made in the default graph, by name."""
    return dict(_store().variables)


def get_variable_scope() -> VariableScope:
    """The variable scope that get_variable works in now."""
    return _store().scope


@contextmanager
def variable_scope(
    name_or_scope: Any,
    default_name: str | None = None,
    values: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    caching_device: Any = None,
    partitioner: Any = None,
    custom_getter: Any = None,
    reuse: Any = None,
    dtype: Any = None,
    use_resource: Any = None,
    constraint: Any = None,
    auxiliary_name_scope: bool = True,
) -> Iterator[VariableScope]:
    """Makes and shares variables under a prefix; opens a name scope of the same name.

    `reuse`: True returns only variables that exist, tf.AUTO_REUSE makes those that do not; None inherits. With
    `default_name` and no name, the prefix is made unique (`dense`, `dense_1`). A scope passed again is entered under
    its full name. Raises ValueError without a name, or for reuse with a default name.
    """
    if name_or_scope is None and default_name is None:
        raise TypeError("If default_name is None then name_or_scope is required")
    if reuse not in (None, False, True, AUTO_REUSE):
        raise ValueError(f"The reuse parameter must be True or False or None, or AUTO_REUSE, got {reuse}")
    if name_or_scope is None and reuse:
        raise ValueError("reuse=True cannot be used without a name_or_scope")
    graph, store = get_default_graph(), _store()
    outer, outer_counts = store.scope, dict(store.counts)
    entering_again = isinstance(name_or_scope, VariableScope)
    with ExitStack() as stack:
        if entering_again:
            scope = copy.copy(name_or_scope)
            if auxiliary_name_scope:
                base = scope.name.split("/")[-1]
                stack.enter_context(
                    graph.name_scope(base or None)
                    if base
                    else graph.name_scope(graph.get_name_scope() + "/" if graph.get_name_scope() else None)
                )
        else:
            prefix = store.unique(default_name) if name_or_scope is None else name_or_scope  # type: ignore[arg-type]
            if not isinstance(prefix, str):
                raise TypeError("VariableScope: name_or_scope must be a string or VariableScope.")
            entered = graph.get_name_scope() + "/" if graph.get_name_scope() else ""
            if auxiliary_name_scope and name_or_scope != "":
                entered = stack.enter_context(graph.name_scope(name_or_scope or default_name))
            scope = copy.copy(outer)
            scope.name = f"{outer.name}/{prefix}" if outer.name else prefix
            scope.original_name_scope = entered
        inherited = outer.reuse
        scope.reuse = (
            reuse
            if reuse is not None and (reuse or not inherited)
            else (scope.reuse if entering_again and not inherited else inherited)
        )
        for field, value in (
            ("initializer", initializer),
            ("regularizer", regularizer),
            ("custom_getter", custom_getter),
            ("constraint", constraint),
        ):
            if value is not None:
                setattr(scope, field, value)
        if dtype is not None:
            scope.dtype = as_dtype(dtype)
        store.opened(scope.name)
        store.scope = scope
        try:
            yield scope
        finally:
            store.scope = outer
            inside = f"{scope.name}/"  # default names inside start anew the next time the scope is opened
            store.counts = {
                key: count for key, count in store.counts.items() if not key.startswith(inside) or key in outer_counts
            }


def get_variable(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool | None = None,
    collections: Any = None,
    caching_device: Any = None,
    partitioner: Any = None,
    validate_shape: bool = True,
    use_resource: Any = None,
    custom_getter: Any = None,
    constraint: Any = None,
    synchronization: Any = None,
    aggregation: Any = None,
) -> Variable:
    """The variable `name` of the current variable scope, made if the scope does not say to reuse.

    `initializer` is a function (shape, dtype, partition_info) -> tensor, by default Glorot's uniform one (zeros for
    integers and bools), or a tensor or array, whose shape is then the variable's. A `regularizer`'s value is added to
    REGULARIZATION_LOSSES. Raises ValueError if the variable exists and the scope does not reuse, if it does not exist
    and the scope reuses, or if the shape or type of an existing one differs.
    """
    scope = get_variable_scope()
    arguments: dict[str, Any] = dict(
        shape=shape,
        dtype=dtype,
        initializer=initializer,
        regularizer=regularizer,
        trainable=trainable,
        collections=collections,
        constraint=constraint if constraint is not None else scope.constraint,
    )
    getter = custom_getter or scope.custom_getter
    full = f"{scope.name}/{name}" if scope.name else name
    if getter is not None:
        return getter(_get, full, **arguments)
    return _get(full, **arguments)


def get_local_variable(
    name: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool | None = False,
    collections: Any = None,
    caching_device: Any = None,
    partitioner: Any = None,
    validate_shape: bool = True,
    use_resource: Any = None,
    custom_getter: Any = None,
    constraint: Any = None,
    synchronization: Any = None,
    aggregation: Any = None,
) -> Variable:
    """get_variable, for a variable that is neither trained nor saved (collection LOCAL_VARIABLES)."""
    return get_variable(
        name,
        shape,
        dtype,
        initializer,
        regularizer,
        trainable=False,
        collections=[*(collections or []), GraphKeys.LOCAL_VARIABLES],
        custom_getter=custom_getter,
        constraint=constraint,
    )


def _get(
    full: str,
    shape: Any = None,
    dtype: Any = None,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: Any = None,
    collections: Any = None,
    constraint: Any = None,
    **unused: Any,
) -> Variable:
    store = _store()
    scope, graph = store.scope, get_default_graph().root
    kind = as_dtype(dtype) if dtype is not None else scope.dtype
    existing = store.variables.get(full)
    if existing is not None:
        if scope.reuse in (False, None):
            raise ValueError(
                f"Variable {full} already exists, disallowed. "
                "Did you mean to set reuse=True or reuse=tf.AUTO_REUSE in VarScope?"
            )
        if shape is not None and not TensorShape(shape).is_compatible_with(existing.shape):
            raise ValueError(
                f"Trying to share variable {full}, but specified shape {TensorShape(shape)} "
                f"and found shape {existing.shape}."
            )
        if kind != existing.dtype:
            raise ValueError(
                f"Trying to share variable {full}, but specified dtype {kind.name} "
                f"and found dtype {existing.dtype.name}_ref."
            )
        return existing
    if scope.reuse is True:
        raise ValueError(
            f"Variable {full} does not exist, or was not created with tf.get_variable(). "
            "Did you mean to set reuse=tf.AUTO_REUSE in VarScope?"
        )
    if dtype is not None and initializer is not None and not callable(initializer):
        own = convert_to_tensor(initializer).dtype
        if own != kind:
            raise ValueError(f"Initializer type '{own!s}' and explicit dtype '{kind!s}' don't match.")
    initial = _initial_value(full, shape, kind, initializer if initializer is not None else scope.initializer)
    with graph.as_default(), graph.control_dependencies(None), graph.name_scope(None):
        variable = Variable(initial, trainable, collections, name=full, constraint=constraint)
    store.variables[full] = variable
    _regularize(variable, regularizer if regularizer is not None else scope.regularizer, full, graph)
    return variable


def _initial_value(full: str, shape: Any, kind: DType, initializer: Any) -> Any:
    """What Variable takes as its initial value: a constant, of its own type, or a function."""
    if initializer is None:
        initializer = glorot_uniform_initializer() if kind.is_floating else zeros_initializer()
    if isinstance(initializer, type):
        initializer = initializer()
    if not callable(initializer):
        if shape is not None:
            raise ValueError("If initializer is a constant, do not specify shape.")
        return convert_to_tensor(initializer) if isinstance(initializer, Tensor | Variable) else initializer
    if shape is None or not TensorShape(shape).is_fully_defined():
        raise ValueError(
            f"Shape of a new variable ({full}) must be fully defined, but instead was {TensorShape(shape)}."
        )
    return _called(initializer, TensorShape(shape).as_list(), kind)


def _called(initializer: Callable[..., Any], sizes: list[Any], kind: DType) -> Callable[[], Any]:
    def initial_value() -> Any:
        try:
            return initializer(sizes, dtype=kind, partition_info=None)
        except TypeError as error:
            if "partition_info" not in str(error):
                raise
            return initializer(sizes, dtype=kind)

    return initial_value


def _regularize(variable: Variable, regularizer: Any, full: str, graph: Graph) -> None:
    if regularizer is None:
        return
    with graph.as_default(), graph.name_scope(f"{full}/Regularizer/"):
        loss = regularizer(variable)
    if loss is not None:
        graph.add_to_collection(GraphKeys.REGULARIZATION_LOSSES, loss)
