"""Adagrad with l1 and l2 penalties taken exactly."""

from __future__ import annotations

from typing import Any, final

from model_fns.graph.tensor import Tensor
from model_fns.ops.elementary import rsqrt
from model_fns.optimizers.optimizer import Optimizer
from model_fns.optimizers.proximal import shrunk
from model_fns.variables import Variable


@final
class ProximalAdagradOptimizer(Optimizer):
    """Adagrad's learning rates (Duchi, Hazan, Singer 2011) in forward-backward splitting (Duchi, Singer 2009).

        accumulator := accumulator + gradient^2
        rate := learning_rate / sqrt(accumulator)
        target := var - rate * gradient
        var := sign(target) * max(|target| - rate * l1, 0) / (1 + rate * l2)

    Slot `accumulator`, called `<variable>/ProximalAdagrad`, full of `initial_accumulator_value` at first.

    Args:
      learning_rate: number, scalar tensor, or function without arguments that returns one.
      initial_accumulator_value: above 0, else ValueError.
      l1_regularization_strength, l2_regularization_strength: numbers >= 0.
    """

    def __init__(
        self,
        learning_rate: Any,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        use_locking: bool = False,
        name: str = "ProximalAdagrad",
    ) -> None:
        if initial_accumulator_value <= 0.0:
            raise ValueError(f"initial_accumulator_value must be positive: {initial_accumulator_value}")
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._initial_accumulator_value = initial_accumulator_value
        self._l1_regularization_strength = l1_regularization_strength
        self._l2_regularization_strength = l2_regularization_strength

    def _create_slots(self, var_list: list[Variable]) -> None:
        for var in var_list:
            self._get_or_make_slot(var, self._initial_accumulator_value, "accumulator", self._name)

    def _apply_dense(self, grad: Tensor, var: Any) -> Any:
        slot = self.get_slot(var, "accumulator")
        accumulator = slot + grad * grad
        rate = self._scalar(self._learning_rate, "learning_rate", var.dtype) * rsqrt(accumulator)
        l1 = self._penalty(self._l1_regularization_strength, "l1_regularization_strength", var.dtype)
        l2 = self._penalty(self._l2_regularization_strength, "l2_regularization_strength", var.dtype)
        value = var - rate * grad
        if l1 is not None:
            value = shrunk(value, rate * l1)
        if l2 is not None:
            value = value / (1.0 + rate * l2)
        return [self._assign(slot, accumulator), self._replace(var, value)]
