"""Adam: momentum and a learning rate of its own for every parameter."""

from __future__ import annotations

from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import DType
from model_fns.graph.graph import get_default_graph
from model_fns.graph.indexed_slices import IndexedSlices
from model_fns.graph.tensor import Operation, Tensor
from model_fns.ops.arithmetic import cast
from model_fns.ops.control import group
from model_fns.ops.elementary import sqrt
from model_fns.optimizers.optimizer import Optimizer
from model_fns.variable_rows import RowsOf
from model_fns.variables import Variable, assign


class AdamOptimizer(Optimizer):
    """Adam (Kingma, Ba 2015), in the form of the paper's section 2, where epsilon is "epsilon hat".

        rate_t := learning_rate * sqrt(1 - beta2^t) / (1 - beta1^t)
        m := m + (1 - beta1) * (gradient - m)
        v := v + (1 - beta2) * (gradient^2 - v)
        var := var - rate_t * m / (sqrt(v) + epsilon)

    Slots `m` and `v`, called `<variable>/Adam` and `<variable>/Adam_1`, zeros at first; `beta1_power` and `beta2_power`
    hold beta1^t and beta2^t. By a gradient of some rows of a table all rows are updated, as m and v go on everywhere:
    LazyAdamOptimizer does without.

    Args:
      learning_rate, beta1, beta2, epsilon: number, scalar tensor, or function without arguments that returns one.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta1: Any = 0.9,
        beta2: Any = 0.999,
        epsilon: Any = 1e-08,
        use_locking: bool = False,
        name: str = "Adam",
    ) -> None:
        super().__init__(use_locking, name)
        self._lr = learning_rate
        self._beta1 = beta1
        self._beta2 = beta2
        self._epsilon = epsilon

    def _create_slots(self, var_list: list[Variable]) -> None:
        # The first by name has the powers beside it, so that they do not depend on the order of the list.
        first = min(var_list, key=lambda var: var.name)
        for name, value in (("beta1_power", self._beta1), ("beta2_power", self._beta2)):
            self._create_non_slot_variable(value() if callable(value) else value, name, first)
        for var in var_list:
            self._zeros_slot(var, "m", self._name)
            self._zeros_slot(var, "v", self._name)

    def _apply_dense(self, grad: Tensor, var: Any) -> Any:
        return [self._replace(slot, value) for slot, value in self._updates(grad, var)]

    def _apply_sparse(self, grad: IndexedSlices, var: Variable) -> Any:
        # What becomes of the rows with a gradient is computed before all rows change as those without one do.
        with_gradient = self._updates(grad.values, RowsOf(var, grad.indices))
        without = self._updates(convert_to_tensor(0.0, var.dtype), var)
        return [assign(slot, value) for slot, value in (*without, *with_gradient)]

    def _updates(self, grad: Tensor, var: Any) -> list[tuple[Any, Tensor]]:
        """The slots of `var` and itself, with their new values."""
        rate = self._once(("rate_t", var.dtype), lambda: self._corrected_rate(var.dtype))
        epsilon = self._scalar(self._epsilon, "epsilon", var.dtype)
        m_slot, v_slot = self.get_slot(var, "m"), self.get_slot(var, "v")
        m = m_slot + (grad - m_slot) * self._complement(self._beta1, "beta1", var.dtype)
        v = v_slot + (grad * grad - v_slot) * self._complement(self._beta2, "beta2", var.dtype)
        return [(m_slot, m), (v_slot, v), (var, var - rate * m / (sqrt(v) + epsilon))]

    def _complement(self, beta: Any, name: str, dtype: DType) -> Tensor:
        """1 - beta."""
        return self._once((f"1 - {name}", dtype), lambda: 1 - self._scalar(beta, name, dtype))

    def _corrected_rate(self, dtype: DType) -> Tensor:
        """The learning rate with the correction for moments that started at zero."""
        beta1_power, beta2_power = (cast(power, dtype) for power in self._powers())
        return self._scalar(self._lr, "learning_rate", dtype) * sqrt(1 - beta2_power) / (1 - beta1_power)

    def _powers(self) -> tuple[Variable, Variable]:
        graph = get_default_graph()
        return self._non_slots["beta1_power", graph], self._non_slots["beta2_power", graph]

    def _finish(self, update_ops: list[Any], name_scope: str) -> Operation:
        beta1_power, beta2_power = self._powers()
        powers = [
            assign(beta1_power, beta1_power * self._scalar(self._beta1, "beta1", beta1_power.dtype)),
            assign(beta2_power, beta2_power * self._scalar(self._beta2, "beta2", beta2_power.dtype)),
        ]
        return group(*update_ops, *powers, name=name_scope)
