"""Optimizer: gradients of a loss, and their application to variables. Subclasses update ONE variable."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any, ClassVar

from model_fns.autodiff import gradients
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import DType
from model_fns.graph.graph import Graph, get_default_graph
from model_fns.graph.indexed_slices import IndexedSlices
from model_fns.graph.keys import GraphKeys
from model_fns.graph.tensor import Operation, Tensor
from model_fns.ops.arithmetic import cast
from model_fns.ops.control import group, tuple_
from model_fns.ops.table_rows import each_row_once
from model_fns.optimizers.slots import create_slot
from model_fns.variable_rows import RowsOf
from model_fns.variables import Variable, assign, assign_add, trainable_variables


class Optimizer:
    """Changes variables so that a loss becomes smaller.

    A subclass writes `_create_slots(var_list)`, if it keeps state, and `_apply_dense(gradient, variable)`: the new
    values of one variable and its slots, as elementwise expressions of the old ones, so that the compiler makes one
    loop of them. It gives them by `_assign` and `_replace`. By a gradient that is IndexedSlices, `_apply_sparse`
    does the same to the rows that were looked up: it hands them to `_apply_dense` as if they were the variable, so that
    a step costs what they cost, not the table. `_prepare` runs before the first variable is updated, `_finish` after
    the last.

    Args:
      use_locking: accepted for TensorFlow's sake; updates never race here.
      name: names the operations and the slots.
    Raises ValueError for an empty name.
    """

    GATE_NONE: ClassVar[int] = 0
    GATE_OP: ClassVar[int] = 1
    GATE_GRAPH: ClassVar[int] = 2

    def __init__(self, use_locking: bool, name: str) -> None:
        if not name:
            raise ValueError("Must specify the optimizer name")
        self._use_locking = use_locking
        self._name = name
        self._slots: dict[str, dict[Variable, Variable]] = {}
        self._non_slots: dict[tuple[str, Graph], Variable] = {}
        self._scope = ""
        self._computed: dict[Hashable, Tensor] = {}

    # -- what a program calls ----------------------------------------------------------------------------------------

    def get_name(self) -> str:
        return self._name

    def minimize(
        self,
        loss: Any,
        global_step: Any = None,
        var_list: Any = None,
        gate_gradients: int = GATE_OP,
        aggregation_method: Any = None,
        colocate_gradients_with_ops: bool = False,
        name: str | None = None,
        grad_loss: Any = None,
    ) -> Operation:
        """The operation of one training step: compute_gradients, then apply_gradients.

        With `global_step` that operation is the one that adds 1 to it, after all other updates.
        Raises ValueError if the loss depends on none of the variables.
        """
        pairs = self.compute_gradients(
            loss, var_list, gate_gradients, aggregation_method, colocate_gradients_with_ops, grad_loss
        )
        if all(gradient is None for gradient, _ in pairs):
            raise ValueError(
                "No gradients provided for any variable, check your graph for ops that do not support gradients, "
                f"between variables {[str(variable) for _, variable in pairs]} and loss {loss}."
            )
        return self.apply_gradients(pairs, global_step, name)

    def compute_gradients(
        self,
        loss: Any,
        var_list: Any = None,
        gate_gradients: int = GATE_OP,
        aggregation_method: Any = None,
        colocate_gradients_with_ops: bool = False,
        grad_loss: Any = None,
    ) -> list[tuple[Any, Any]]:
        """Pairs (gradient of `loss`, variable); the gradient is None where the loss does not depend on the variable.

        The gradient is IndexedSlices where rows of the variable were looked up, and nothing else was done with it.

        Args:
          loss: a float tensor, or a function without arguments that makes one.
          var_list: variables, default all trainable ones of the graph.
          gate_gradients: GATE_GRAPH holds every gradient back until all are computed.
          grad_loss: the gradient of what is to be minimized by `loss`, default ones.
        Raises ValueError without variables, for an unknown gate or a type that is not floating.
        """
        if callable(loss):
            loss = loss()
        if gate_gradients not in (Optimizer.GATE_NONE, Optimizer.GATE_OP, Optimizer.GATE_GRAPH):
            gates = "Optimizer.GATE_NONE, Optimizer.GATE_OP, Optimizer.GATE_GRAPH"
            raise ValueError(f"gate_gradients must be one of: {gates}.  Not {gate_gradients}")
        loss = convert_to_tensor(loss)
        _check_floating([loss] if grad_loss is None else [loss, convert_to_tensor(grad_loss)])
        variables = trainable_variables() if var_list is None else list(_flattened(var_list))
        if not variables:
            raise ValueError("No variables to optimize.")
        by_variable: Any = gradients(loss, variables, grad_loss)
        if gate_gradients == Optimizer.GATE_GRAPH:
            by_variable = tuple_(by_variable)
        pairs = list(zip(by_variable, variables, strict=True))
        _check_floating([variable for gradient, variable in pairs if gradient is not None])
        return pairs

    def apply_gradients(
        self, grads_and_vars: Iterable[tuple[Any, Any]], global_step: Any = None, name: str | None = None
    ) -> Operation:
        """The operation that updates the variables by the pairs (gradient or None, variable), as computed or processed.

        Raises ValueError without pairs or without any gradient, TypeError for something that is no gradient,
        NotImplementedError for something that is no variable, RuntimeError for IndexedSlices and a constraint.
        """
        pairs = [(_checked_gradient(gradient), _checked_variable(variable)) for gradient, variable in grads_and_vars]
        if not pairs:
            raise ValueError("No variables provided.")
        given = [(gradient, variable) for gradient, variable in pairs if gradient is not None]
        if not given:
            raise ValueError(f"No gradients provided for any variable: {[str(variable) for _, variable in pairs]}.")
        graph = get_default_graph()
        with graph.control_dependencies(None):
            self._create_slots([variable for _, variable in given])
        with graph.name_scope(name or self._name) as scope:
            self._scope = scope
            self._computed = {}
            self._prepare()
            updates: list[Any] = []
            for gradient, variable in given:
                with graph.name_scope(f"update_{variable.op.name}"):
                    updates.append(self._applied(gradient, variable))
            applied = self._finished(updates, global_step, scope, graph)
        train_ops = graph.get_collection_ref(GraphKeys.TRAIN_OP)
        if applied not in train_ops:
            train_ops.append(applied)
        return applied

    def _applied(self, gradient: Any, variable: Variable) -> Any:
        if not isinstance(gradient, IndexedSlices):
            return self._apply_dense(gradient, variable)
        if variable.constraint is not None:
            raise RuntimeError("Cannot use a constraint function on a sparse variable.")
        return self._apply_sparse_duplicate_indices(gradient, variable)

    def _finished(self, updates: list[Any], global_step: Any, scope: str, graph: Graph) -> Operation:
        if global_step is None:
            return self._finish(updates, scope)
        with graph.control_dependencies([self._finish(updates, "update")]):
            return assign_add(global_step, 1, name=scope).op

    def get_slot(self, var: Any, name: str) -> Any:
        """The slot `name` that was made for `var`, or None; of rows of a variable, the same rows of its slot."""
        if isinstance(var, RowsOf):
            slot = self.get_slot(var.variable, name)
            return None if slot is None else RowsOf(slot, var.rows)
        return self._slots.get(name, {}).get(var)

    def get_slot_names(self) -> list[str]:
        """The names of the kinds of slots that were made, sorted."""
        return sorted(self._slots)

    def variables(self) -> list[Variable]:
        """The optimizer's own variables in the default graph, sorted by name."""
        own = [*self._non_slots.values(), *(slot for slots in self._slots.values() for slot in slots.values())]
        graph = get_default_graph()
        return sorted((variable for variable in own if variable.graph is graph), key=lambda variable: variable.name)

    # -- what a subclass writes --------------------------------------------------------------------------------------

    def _create_slots(self, var_list: list[Variable]) -> None:
        """Makes the slots of the variables; by default there are none."""

    def _prepare(self) -> None:
        """Called before the updates are made; by default nothing needs it."""

    def _apply_dense(self, grad: Tensor, var: Any) -> Any:
        """The operations (one, or nested lists of them) that update `var` and its slots by its gradient.

        Not abstract: a program's optimizer may override `apply_gradients` altogether instead.
        """
        raise NotImplementedError(f"{type(self).__name__} has no _apply_dense, and does not override apply_gradients.")

    def _apply_sparse_duplicate_indices(self, grad: IndexedSlices, var: Variable) -> Any:
        """What `_apply_sparse` does, given slices that may have several rows for one of the variable's: their sums."""
        return self._apply_sparse(each_row_once(grad, var.value()), var)

    def _apply_sparse(self, grad: IndexedSlices, var: Variable) -> Any:
        """The operations that update `var` and its slots by rows. By default what `_apply_dense` makes of the rows.

        No row comes twice; where one came again, there is -1 among `grad.indices`, and zeros among the values. There,
        tf.gather gives zeros, and what scatters rows does nothing.
        """
        return self._apply_dense(grad.values, RowsOf(var, grad.indices))

    def _finish(self, update_ops: list[Any], name_scope: str) -> Operation:
        """One operation for all updates, named `name_scope`."""
        return group(*update_ops, name=name_scope)

    # -- what it is written with -------------------------------------------------------------------------------------

    def _zeros_slot(self, var: Variable, slot_name: str, op_name: str) -> Variable:
        """The slot `slot_name` of `var`, made full of zeros if it is not there."""
        return self._get_or_make_slot(var, 0.0, slot_name, op_name)

    def _get_or_make_slot(self, var: Variable, val: Any, slot_name: str, op_name: str) -> Variable:
        """The slot `slot_name` of `var`, made if it is not there: filled with the number, or starting as the tensor."""
        slots = self._slots.setdefault(slot_name, {})
        if var not in slots:
            slots[var] = create_slot(var, val, op_name)
        return slots[var]

    def _create_non_slot_variable(self, initial_value: Any, name: str, colocate_with: Variable) -> Variable:
        """A variable that belongs to no other one, in the graph of `colocate_with`, made if it is not there."""
        key = (name, colocate_with.graph)
        if key not in self._non_slots:
            self._non_slots[key] = Variable(initial_value, trainable=False, name=name)
        return self._non_slots[key]

    def _once(self, key: Hashable, compute: Callable[[], Tensor]) -> Tensor:
        """What `compute` makes, made once per application of gradients and not once per variable."""
        if key not in self._computed:
            with get_default_graph().name_scope(self._scope):
                self._computed[key] = compute()
        return self._computed[key]

    def _scalar(self, value: Any, name: str, dtype: DType) -> Tensor:
        """The hyper-parameter `name` (number, tensor, or function that returns one) in the type `dtype`.

        A number keeps its full precision: 0.1 is float64's 0.1 for float64 variables, where TensorFlow has float32's.
        """

        def compute() -> Tensor:
            given = value() if callable(value) else value
            if isinstance(given, Tensor | Variable):
                return cast(given, dtype)
            return convert_to_tensor(given, dtype, name)

        return self._once((name, dtype), compute)

    def _penalty(self, strength: float, name: str, dtype: DType) -> Tensor | None:
        """A penalty's strength in the type `dtype`; None for 0, so that it costs nothing."""
        if isinstance(strength, int | float) and strength == 0:
            return None
        return self._scalar(strength, name, dtype)

    def _assign(self, slot: Any, new_value: Tensor) -> Tensor:
        """Gives a slot of the present variable its new value."""
        return assign(slot, new_value)

    def _replace(self, var: Any, new_value: Tensor) -> Tensor:
        """Gives the variable its new value, passed through the variable's constraint if it has one."""
        return self._assign(var, new_value if var.constraint is None else var.constraint(new_value))


def _flattened(items: Any) -> Iterable[Any]:
    if isinstance(items, list | tuple | set):
        for item in items:
            yield from _flattened(item)
    else:
        yield items


def _check_floating(items: list[Any]) -> None:
    for item in items:
        if not item.dtype.is_floating:
            allowed = "[tf.float16, tf.float32, tf.float64]"
            raise ValueError(f"Invalid type {item.dtype!r} for {item.name}, expected: {allowed}.")


def _checked_gradient(gradient: Any) -> Any:
    if gradient is None or isinstance(gradient, IndexedSlices):
        return gradient
    try:
        return convert_to_tensor(gradient)
    except TypeError:
        raise TypeError(f"Gradient must be convertible to a Tensor or IndexedSlices, or None: {gradient}") from None


def _checked_variable(variable: Any) -> Variable:
    if isinstance(variable, Tensor):
        raise NotImplementedError(f"Trying to update a Tensor {variable}")
    if not isinstance(variable, Variable):
        raise NotImplementedError(f"Trying to optimize unsupported type {variable}")
    return variable
