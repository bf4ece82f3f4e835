"""Adam: momentum and a learning rate of its own for every parameter."""

from __future__ import annotations

from typing import Any, ClassVar, final

from model_fns.graph.dtypes import DType
from model_fns.graph.graph import get_default_graph
from model_fns.graph.tensor import Operation, Tensor
from model_fns.ops.arithmetic import cast
from model_fns.ops.control import group
from model_fns.ops.elementary import sqrt
from model_fns.optimizers.optimizer import Optimizer
from model_fns.variables import Variable, assign


@final
class AdamOptimizer(Optimizer):
    """Adam (Kingma, Ba 2015), in the form of the paper's section 2, where epsilon is "epsilon hat".

        rate_t := learning_rate * sqrt(1 - beta2^t) / (1 - beta1^t)
        m := m + (1 - beta1) * (gradient - m)
        v := v + (1 - beta2) * (gradient^2 - v)
        var := var - rate_t * m / (sqrt(v) + epsilon)

    Slots `m` and `v`, called `<variable>/Adam` and `<variable>/Adam_1`, zeros at first; `beta1_power` and `beta2_power`
    hold beta1^t and beta2^t.

    Args:
      learning_rate, beta1, beta2, epsilon: number, scalar tensor, or function without arguments that returns one.
    """

    updates_all_rows: ClassVar[bool] = True  # as TensorFlow's does: its moments decay everywhere

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

    def _apply_dense(self, grad: Tensor, var: Variable) -> Any:
        rate = self._once(("rate_t", var.dtype), lambda: self._corrected_rate(var.dtype))
        epsilon = self._scalar(self._epsilon, "epsilon", var.dtype)
        m_slot, v_slot = self.get_slot(var, "m"), self.get_slot(var, "v")
        m = m_slot + (grad - m_slot) * self._complement(self._beta1, "beta1", var.dtype)
        v = v_slot + (grad * grad - v_slot) * self._complement(self._beta2, "beta2", var.dtype)
        return [assign(m_slot, m), assign(v_slot, v), self._replace(var, var - rate * m / (sqrt(v) + epsilon))]

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
