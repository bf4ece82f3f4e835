"""Adagrad by dual averaging: every step starts from the origin, with all gradients so far."""

from __future__ import annotations

from typing import Any, final

from model_fns.graph.dtypes import DType
from model_fns.graph.tensor import Tensor
from model_fns.ops.arithmetic import cast
from model_fns.ops.elementary import sqrt
from model_fns.optimizers.optimizer import Optimizer
from model_fns.optimizers.proximal import shrunk
from model_fns.variables import Variable


@final
class AdagradDAOptimizer(Optimizer):
    """Adagrad in its dual form, for sparse linear models (Duchi, Hazan, Singer 2011; Xiao 2009).

        g := g + gradient;   gg := gg + gradient^2;   t := global_step + 1
        var := -learning_rate * sign(g) * max(|g| - l1 * t, 0) / (l2 * t * learning_rate + sqrt(gg))

    Slots `gradient_accumulator`, zeros at first, and `gradient_squared_accumulator`, called `<variable>/AdagradDA` and
    `<variable>/AdagradDA_1`.

    Args:
      learning_rate: number, scalar tensor, or function without arguments that returns one.
      global_step: the scalar variable that counts the steps.
      initial_gradient_squared_accumulator_value: above 0, else ValueError.
      l1_regularization_strength, l2_regularization_strength: numbers >= 0.
    """

    def __init__(
        self,
        learning_rate: Any,
        global_step: Any,
        initial_gradient_squared_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        use_locking: bool = False,
        name: str = "AdagradDA",
    ) -> None:
        if initial_gradient_squared_accumulator_value <= 0.0:
            raise ValueError(
                "initial_gradient_squared_accumulator_value must be positive: "
                f"{initial_gradient_squared_accumulator_value}"
            )
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._global_step = global_step
        self._initial_value = initial_gradient_squared_accumulator_value
        self._l1_regularization_strength = l1_regularization_strength
        self._l2_regularization_strength = l2_regularization_strength

    def _create_slots(self, var_list: list[Variable]) -> None:
        for var in var_list:
            self._zeros_slot(var, "gradient_accumulator", self._name)
            self._get_or_make_slot(var, self._initial_value, "gradient_squared_accumulator", self._name)

    def _apply_dense(self, grad: Tensor, var: Any) -> Any:
        rate = self._scalar(self._learning_rate, "learning_rate", var.dtype)
        l1 = self._penalty(self._l1_regularization_strength, "l1_regularization_strength", var.dtype)
        l2 = self._penalty(self._l2_regularization_strength, "l2_regularization_strength", var.dtype)
        sum_slot, squares_slot = (
            self.get_slot(var, "gradient_accumulator"),
            self.get_slot(var, "gradient_squared_accumulator"),
        )
        total, squares = sum_slot + grad, squares_slot + grad * grad
        steps = self._steps(var.dtype)
        pull, stiffness = total, sqrt(squares)
        if l1 is not None:
            pull = shrunk(total, self._once(("l1 * t", var.dtype), lambda: l1 * steps))
        if l2 is not None:
            stiffness = stiffness + self._once(("l2 * t * rate", var.dtype), lambda: l2 * steps * rate)
        return [
            self._assign(sum_slot, total),
            self._assign(squares_slot, squares),
            self._replace(var, -(rate * pull) / stiffness),
        ]

    def _steps(self, dtype: DType) -> Tensor:
        """The number of steps, this one included."""
        return self._once(("steps", dtype), lambda: cast(self._global_step, dtype) + 1)
