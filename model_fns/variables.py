"""Variable: state of a graph that lives across runs and is trained, saved and restored by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, final

from model_fns.graph.constant import convert_to_tensor, register_conversion
from model_fns.graph.dimensions import is_known
from model_fns.graph.dtypes import DType
from model_fns.graph.graph import Graph, get_default_graph
from model_fns.graph.keys import GraphKeys
from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Operation, Operators, Tensor
from model_fns.ops.apply import apply, graph_of
from model_fns.ops.control import group, identity, no_op
from model_fns.ops.operators import install
from model_fns.ops.scatter import (
    count_up_to,
    scatter_add,
    scatter_nd_add,
    scatter_nd_sub,
    scatter_nd_update,
    scatter_sub,
    scatter_update,
)
from model_fns.ops.state import Assign, AssignAdd, AssignSub, ReadVariable, VariableV2
from model_fns.variable_rows import RowsOf


@final
class Variable(Operators):
    """A variable, usable wherever a tensor is.

    Args:
      initial_value: tensor, array, number, or a function without arguments that makes one. Its shape must be known.
      trainable: whether optimizers change it by default (collection TRAINABLE_VARIABLES).
      collections: graph collections to be in; default GLOBAL_VARIABLES.
      name: default `Variable`; made unique.
      dtype: converts `initial_value`.
      constraint: a function applied to the value after each optimizer's update.
    Raises ValueError without an initial value, or if its shape is not fully known.
    """

    __array_priority__ = 100

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool | None = None,
        collections: Iterable[str] | None = None,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        variable_def: Any = None,
        dtype: Any = None,
        expected_shape: Any = None,
        import_scope: str | None = None,
        constraint: Callable[[Tensor], Tensor] | None = None,
        use_resource: bool | None = None,
        synchronization: Any = None,
        aggregation: Any = None,
        shape: Any = None,
    ) -> None:
        if initial_value is None:
            raise ValueError("initial_value must be specified.")
        self.graph: Graph = get_default_graph().root
        self.trainable = trainable is None or bool(trainable)
        self.constraint = constraint
        self.slot_scope: str | None = None  # what an optimizer names the variable's slots after, if not after it
        if not isinstance(collections, list | tuple | set | None):
            raise ValueError(
                "collections argument to Variable constructor must be a list, tuple, or set. "
                f"Got {collections} of type {type(collections)}"
            )
        keys = [GraphKeys.GLOBAL_VARIABLES] if collections is None else list(collections)
        if self.trainable and GraphKeys.TRAINABLE_VARIABLES not in keys:
            keys.append(GraphKeys.TRAINABLE_VARIABLES)
        with (
            self.graph.as_default(),
            self.graph.control_dependencies(None),
            self.graph.name_scope(name or "Variable") as scope,
        ):
            self._initial_value = self._first_value(initial_value, dtype)
            dims = self._initial_value.dims
            if dims is None or not all(map(is_known, dims)):
                raise ValueError(f"initial_value must have a shape specified: {self._initial_value}")
            definition = VariableV2(self._initial_value.dtype, tuple(int(size) for size in dims))  # type: ignore[arg-type]
            self._handle = self.graph.create(definition, (), scope).outputs[0]
            self.initializer: Operation = apply(Assign(), "Assign", ref=self._handle, value=self._initial_value).op
            self._snapshot = apply(ReadVariable(), "read", ref=self._handle)
        self.graph.add_to_collections(keys, self)

    @classmethod
    def of_parts(
        cls, handle: Tensor, initializer: Operation, snapshot: Tensor, value: Tensor, trainable: bool
    ) -> Variable:
        """The variable of operations that exist already, in no collection."""
        made = cls.__new__(cls)
        made.graph, made.trainable, made.constraint = handle.graph, trainable, None
        made._handle, made.initializer, made._snapshot, made._initial_value = handle, initializer, snapshot, value
        return made

    def _first_value(self, initial_value: Any, dtype: Any) -> Tensor:
        if callable(initial_value):
            with self.graph.name_scope("Initializer"):
                return convert_to_tensor(initial_value(), dtype, "initial_value")
        return convert_to_tensor(initial_value, dtype, "initial_value")

    def begin_with(self, value: Tensor) -> None:
        """Replaces what the variable is initialized with, as far as initializers made from now on are concerned."""
        with self.graph.control_dependencies(None), self.graph.as_default():
            self._initial_value = value
            self.initializer = self.graph.create(Assign(), (self._handle, value), f"{self.op.name}/Assign")

    @property
    def graph_element(self) -> Tensor:
        """The tensor that stands for the variable in fetches, collections and checkpoints: `name:0`."""
        return self._handle

    @property
    def handle(self) -> Tensor:
        return self._handle

    @property
    def name(self) -> str:
        return self._handle.name

    @property
    def op(self) -> Operation:
        return self._handle.op

    @property
    def dtype(self) -> DType:
        return self._handle.dtype

    @property
    def shape(self) -> TensorShape:
        return self._handle.shape

    @property
    def dims(self) -> tuple[int, ...]:
        return self._handle.dims  # type: ignore[return-value]  # a variable's sizes are all known

    @property
    def device(self) -> str:
        return ""

    @property
    def initial_value(self) -> Tensor:
        return self._initial_value

    def get_shape(self) -> TensorShape:
        return self.shape

    def set_shape(self, shape: Any) -> None:
        self._handle.set_shape(shape)

    def value(self) -> Tensor:
        """The variable's value as a tensor."""
        return self._snapshot

    def read_value(self) -> Tensor:
        """The value at the time the control dependencies around this call are met."""
        return identity(apply(ReadVariable(), "read_value", ref=self._handle))

    def initialized_value(self) -> Tensor:
        """The initial value, for initializing another variable by it."""
        return self._initial_value

    def assign(self, value: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True) -> Tensor:
        """An operation that replaces the value; as a tensor, the new value."""
        return assign(self, value, name=name)

    def assign_add(
        self, delta: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Tensor:
        """An operation that adds `delta`; as a tensor, the new value."""
        return assign_add(self, delta, name=name)

    def assign_sub(
        self, delta: Any, use_locking: bool = False, name: str | None = None, read_value: bool = True
    ) -> Tensor:
        """An operation that subtracts `delta`; as a tensor, the new value."""
        return assign_sub(self, delta, name=name)

    def scatter_add(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Tensor:
        """An operation that adds the rows of IndexedSlices to the variable's; as a tensor, the new value."""
        return scatter_add(self, sparse_delta.indices, sparse_delta.values, use_locking, name)

    def scatter_sub(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Tensor:
        """An operation that subtracts the rows of IndexedSlices from the variable's; as a tensor, the new value."""
        return scatter_sub(self, sparse_delta.indices, sparse_delta.values, use_locking, name)

    def scatter_update(self, sparse_delta: Any, use_locking: bool = False, name: str | None = None) -> Tensor:
        """An operation that replaces rows of the variable by those of IndexedSlices; as a tensor, the new value."""
        return scatter_update(self, sparse_delta.indices, sparse_delta.values, use_locking, name)

    def scatter_nd_update(self, indices: Any, updates: Any, name: str | None = None) -> Tensor:
        """An operation that replaces slices of the variable at index vectors; as a tensor, the new value."""
        return scatter_nd_update(self, indices, updates, True, name)

    def scatter_nd_add(self, indices: Any, updates: Any, name: str | None = None) -> Tensor:
        """An operation that adds to slices of the variable at index vectors; as a tensor, the new value."""
        return scatter_nd_add(self, indices, updates, True, name)

    def scatter_nd_sub(self, indices: Any, updates: Any, name: str | None = None) -> Tensor:
        """An operation that subtracts from slices of the variable at index vectors; as a tensor, the new value."""
        return scatter_nd_sub(self, indices, updates, True, name)

    def count_up_to(self, limit: int) -> Tensor:
        """An operation that adds 1; as a tensor, what the value was. OutOfRangeError if that is `limit`."""
        return count_up_to(self, limit)

    def load(self, value: Any, session: Any = None) -> None:
        """Puts `value` into the variable at once, in `session`."""
        session = self.graph.session_for(session, "load()", "load", "variable")
        session.run(self.initializer, {self._initial_value: value})

    def eval(self, session: Any = None) -> Any:
        """The value now, in `session`, by default the default one."""
        return self._handle.eval(session=session)

    def __hash__(self) -> int:
        return id(self)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __iter__(self) -> Any:
        raise TypeError("'Variable' object is not iterable.")

    def __repr__(self) -> str:
        return f"<tf.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}_ref>"

    __str__ = __repr__


install(Variable)


def _value_of(variable: Variable, dtype: DType | None, name: str | None) -> Tensor:
    return variable.value()


register_conversion(Variable, _value_of)


def _handle_of(ref: Any) -> Tensor:
    handle = getattr(ref, "graph_element", ref)
    if not isinstance(handle, Tensor) or not isinstance(handle.op.definition, VariableV2):
        raise TypeError(f"Only variables can be assigned to, not {ref}")
    return handle


def _update(kind: Any, label: str, ref: Any, value: Any, name: str | None) -> Tensor:
    if isinstance(ref, RowsOf):
        return ref.update(kind, value, name)
    handle = _handle_of(ref)
    graph = graph_of(handle)  # in a branch or a body, it is that which assigns
    value = convert_to_tensor(value, None if isinstance(value, Tensor | Variable) else handle.dtype, "value")
    return graph.create(kind, (handle, value), name or label).outputs[0]


def assign(
    ref: Any, value: Any, validate_shape: Any = None, use_locking: Any = None, name: str | None = None
) -> Tensor:
    """Replaces the value of the variable `ref`; as a tensor, the new value."""
    return _update(Assign(), "Assign", ref, value, name)


def assign_add(ref: Any, value: Any, use_locking: Any = None, name: str | None = None) -> Tensor:
    """Adds `value` to the variable `ref`; as a tensor, the new value."""
    return _update(AssignAdd(), "AssignAdd", ref, value, name)


def assign_sub(ref: Any, value: Any, use_locking: Any = None, name: str | None = None) -> Tensor:
    """Subtracts `value` from the variable `ref`; as a tensor, the new value."""
    return _update(AssignSub(), "AssignSub", ref, value, name)


def global_variables(scope: str | None = None) -> list[Variable]:
    """The variables that are saved and shared: collection GLOBAL_VARIABLES."""
    return get_default_graph().get_collection(GraphKeys.GLOBAL_VARIABLES, scope)


def local_variables(scope: str | None = None) -> list[Variable]:
    """The variables that belong to one process, such as metrics' totals: collection LOCAL_VARIABLES."""
    return get_default_graph().get_collection(GraphKeys.LOCAL_VARIABLES, scope)


def trainable_variables(scope: str | None = None) -> list[Variable]:
    """The variables optimizers change: collection TRAINABLE_VARIABLES."""
    return get_default_graph().get_collection(GraphKeys.TRAINABLE_VARIABLES, scope)


def model_variables(scope: str | None = None) -> list[Variable]:
    """Collection MODEL_VARIABLES."""
    return get_default_graph().get_collection(GraphKeys.MODEL_VARIABLES, scope)


def moving_average_variables(scope: str | None = None) -> list[Variable]:
    """The variables that have moving averages: collection MOVING_AVERAGE_VARIABLES."""
    return get_default_graph().get_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, scope)


def variables_initializer(var_list: Iterable[Variable], name: str = "init") -> Operation:
    """An operation that gives each of the variables its initial value."""
    initializers = [variable.initializer for variable in var_list]
    return group(*initializers, name=name) if initializers else no_op(name)


def global_variables_initializer() -> Operation:
    """An operation that initializes all global variables."""
    return variables_initializer(global_variables(), "init")


def local_variables_initializer() -> Operation:
    """An operation that initializes all local variables."""
    return variables_initializer(local_variables(), "init")


def tables_initializer(name: str = "init_all_tables") -> Operation:
    """An operation that initializes all look-up tables: collection TABLE_INITIALIZERS."""
    tables = get_default_graph().get_collection(GraphKeys.TABLE_INITIALIZERS)
    return group(*tables, name=name) if tables else no_op(name)
