"""Adadelta: steps in the units of the parameters, without a learning rate to tune."""

from __future__ import annotations

from typing import Any, final

from model_fns.graph.tensor import Tensor
from model_fns.ops.elementary import rsqrt, sqrt
from model_fns.optimizers.optimizer import Optimizer
from model_fns.variables import Variable


@final
class AdadeltaOptimizer(Optimizer):
    """Adadelta (Zeiler 2012).

        accum := rho * accum + (1 - rho) * gradient^2
        step := gradient * sqrt(accum_update + epsilon) / sqrt(accum + epsilon)
        accum_update := rho * accum_update + (1 - rho) * step^2
        var := var - learning_rate * step

    Slots `accum` and `accum_update`, called `<variable>/Adadelta` and `<variable>/Adadelta_1`, zeros at first. The
    paper's method is `learning_rate` 1.0; TensorFlow's default is 0.001.

    Args:
      learning_rate, rho, epsilon: number, scalar tensor, or function without arguments that returns one.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: Any = 0.95,
        epsilon: Any = 1e-08,
        use_locking: bool = False,
        name: str = "Adadelta",
    ) -> None:
        super().__init__(use_locking, name)
        self._lr = learning_rate
        self._rho = rho
        self._epsilon = epsilon

    def _create_slots(self, var_list: list[Variable]) -> None:
        for var in var_list:
            self._zeros_slot(var, "accum", self._name)
            self._zeros_slot(var, "accum_update", self._name)

    def _apply_dense(self, grad: Tensor, var: Any) -> Any:
        rate = self._scalar(self._lr, "lr", var.dtype)
        rho = self._scalar(self._rho, "rho", var.dtype)
        epsilon = self._scalar(self._epsilon, "epsilon", var.dtype)
        rest = self._once(("1 - rho", var.dtype), lambda: 1 - rho)
        accum_slot, update_slot = self.get_slot(var, "accum"), self.get_slot(var, "accum_update")
        accum = accum_slot * rho + grad * grad * rest
        step = sqrt(update_slot + epsilon) * rsqrt(accum + epsilon) * grad
        accum_update = update_slot * rho + step * step * rest
        return [
            self._assign(accum_slot, accum),
            self._assign(update_slot, accum_update),
            self._replace(var, var - rate * step),
        ]
