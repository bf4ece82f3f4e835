"""FTRL-Proximal: follow the regularized leader, for sparse linear models."""

from __future__ import annotations

from typing import Any, final

from model_fns.graph.tensor import Tensor
from model_fns.ops.arithmetic import abs, pow, sign
from model_fns.ops.comparison import greater, select
from model_fns.ops.elementary import sqrt
from model_fns.optimizers.optimizer import Optimizer
from model_fns.variables import Variable


@final
class FtrlOptimizer(Optimizer):
    """FTRL-Proximal (McMahan et al. 2013: Ad Click Prediction: a View from the Trenches, algorithm 1).

        new_accum := accum + gradient^2
        sigma := (new_accum^-p - accum^-p) / learning_rate                      p = learning_rate_power
        linear := linear + gradient + 2 * l2_shrinkage * var - sigma * var
        curvature := new_accum^-p / learning_rate + 2 * l2
        var := (sign(linear) * l1 - linear) / curvature if |linear| > l1 else 0
        accum := new_accum

    Slots `accum`, full of `initial_accumulator_value` at first, and `linear`, zeros, called `<variable>/Ftrl` and
    `<variable>/Ftrl_1` (`accum_name` and `linear_name` replace `Ftrl`).

    Args:
      learning_rate: number, scalar tensor, or function without arguments that returns one.
      learning_rate_power: at most 0; -0.5 is the usual decay, 0 a constant rate.
      the other numbers: at least 0. ValueError otherwise.
    """

    def __init__(
        self,
        learning_rate: Any,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        use_locking: bool = False,
        name: str = "Ftrl",
        accum_name: str | None = None,
        linear_name: str | None = None,
        l2_shrinkage_regularization_strength: float = 0.0,
    ) -> None:
        super().__init__(use_locking, name)
        if learning_rate_power > 0.0:
            raise ValueError(f"learning_rate_power {learning_rate_power:f} needs to be negative or zero")
        for label, value in (
            ("initial_accumulator_value", initial_accumulator_value),
            ("l1_regularization_strength", l1_regularization_strength),
            ("l2_regularization_strength", l2_regularization_strength),
            ("l2_shrinkage_regularization_strength", l2_shrinkage_regularization_strength),
        ):
            if value < 0.0:
                raise ValueError(f"{label} {value:f} needs to be positive or zero")
        self._learning_rate = learning_rate
        self._learning_rate_power = learning_rate_power
        self._initial_accumulator_value = initial_accumulator_value
        self._l1_regularization_strength = l1_regularization_strength
        self._l2_regularization_strength = l2_regularization_strength
        self._l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self._accum_name = accum_name or name
        self._linear_name = linear_name or name

    def _create_slots(self, var_list: list[Variable]) -> None:
        for var in var_list:
            self._get_or_make_slot(var, self._initial_accumulator_value, "accum", self._accum_name)
            self._zeros_slot(var, "linear", self._linear_name)

    def _apply_dense(self, grad: Tensor, var: Any) -> Any:
        rate = self._scalar(self._learning_rate, "learning_rate", var.dtype)
        l1 = self._penalty(self._l1_regularization_strength, "l1_regularization_strength", var.dtype)
        l2 = self._penalty(2 * self._l2_regularization_strength, "l2_regularization_strength", var.dtype)
        shrinkage = self._penalty(2 * self._l2_shrinkage_regularization_strength, "l2_shrinkage", var.dtype)
        accum_slot, linear_slot = self.get_slot(var, "accum"), self.get_slot(var, "linear")
        accum = accum_slot + grad * grad
        root = self._root(accum)
        pulled = grad if shrinkage is None else grad + shrinkage * var
        linear = linear_slot + pulled - (root - self._root(accum_slot.value())) / rate * var
        curvature = root / rate if l2 is None else root / rate + l2
        if l1 is None:
            value = -linear / curvature
        else:
            value = select(greater(abs(linear), l1), (sign(linear) * l1 - linear) / curvature, 0.0)
        return [self._assign(accum_slot, accum), self._assign(linear_slot, linear), self._replace(var, value)]

    def _root(self, accum: Tensor) -> Tensor:
        """accum^-learning_rate_power."""
        return sqrt(accum) if self._learning_rate_power == -0.5 else pow(accum, -self._learning_rate_power)
