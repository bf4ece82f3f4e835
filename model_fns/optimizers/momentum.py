"""Gradient descent with momentum."""

from __future__ import annotations

from typing import Any, final

from model_fns.graph.tensor import Tensor
from model_fns.optimizers.optimizer import Optimizer
from model_fns.variables import Variable


@final
class MomentumOptimizer(Optimizer):
    """Momentum (Polyak 1964), also in Nesterov's form (as in Sutskever et al. 2013).

        accumulation := momentum * accumulation + gradient
        var := var - learning_rate * accumulation                               or, with Nesterov's:
        var := var - learning_rate * (gradient + momentum * accumulation)

    Slot `momentum`, called `<variable>/Momentum`, zeros at first.

    Args:
      learning_rate, momentum: number, scalar tensor, or function without arguments that returns one.
      use_nesterov: look ahead along the accumulation before stepping.
    """

    def __init__(
        self,
        learning_rate: Any,
        momentum: Any,
        use_locking: bool = False,
        name: str = "Momentum",
        use_nesterov: bool = False,
    ) -> None:
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._momentum = momentum
        self._use_nesterov = use_nesterov

    def _create_slots(self, var_list: list[Variable]) -> None:
        for var in var_list:
            self._zeros_slot(var, "momentum", self._name)

    def _apply_dense(self, grad: Tensor, var: Any) -> Any:
        rate = self._scalar(self._learning_rate, "learning_rate", var.dtype)
        momentum = self._scalar(self._momentum, "momentum", var.dtype)
        slot = self.get_slot(var, "momentum")
        accumulation = slot * momentum + grad
        step = grad + momentum * accumulation if self._use_nesterov else accumulation
        return [self._assign(slot, accumulation), self._replace(var, var - rate * step)]
