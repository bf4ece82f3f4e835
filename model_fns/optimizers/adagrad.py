"""Adagrad: a learning rate of its own for every parameter."""

from __future__ import annotations

from typing import Any, final

from model_fns.graph.tensor import Tensor
from model_fns.ops.elementary import rsqrt
from model_fns.optimizers.optimizer import Optimizer
from model_fns.variables import Variable, assign


@final
class AdagradOptimizer(Optimizer):
    """Adagrad (Duchi, Hazan, Singer 2011).

        accumulator := accumulator + gradient^2
        var := var - learning_rate * gradient / sqrt(accumulator)

    Slot `accumulator`, called `<variable>/Adagrad`, full of `initial_accumulator_value` at first; no epsilon.

    Args:
      learning_rate: number, scalar tensor, or function without arguments that returns one.
      initial_accumulator_value: above 0, else ValueError.
    """

    def __init__(
        self,
        learning_rate: Any,
        initial_accumulator_value: float = 0.1,
        use_locking: bool = False,
        name: str = "Adagrad",
    ) -> None:
        if initial_accumulator_value <= 0.0:
            raise ValueError(f"initial_accumulator_value must be positive: {initial_accumulator_value}")
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._initial_accumulator_value = initial_accumulator_value

    def _create_slots(self, var_list: list[Variable]) -> None:
        for var in var_list:
            self._get_or_make_slot(var, self._initial_accumulator_value, "accumulator", self._name)

    def _apply_dense(self, grad: Tensor, var: Any) -> Any:
        rate = self._scalar(self._learning_rate, "learning_rate", var.dtype)
        slot = self.get_slot(var, "accumulator")
        accumulator = slot + grad * grad
        return [assign(slot, accumulator), self._replace(var, var - rate * grad * rsqrt(accumulator))]
