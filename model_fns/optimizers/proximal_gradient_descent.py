"""Gradient descent with l1 and l2 penalties taken exactly."""

from __future__ import annotations

from typing import Any, final

from model_fns.graph.tensor import Tensor
from model_fns.optimizers.optimizer import Optimizer
from model_fns.optimizers.proximal import shrunk


@final
class ProximalGradientDescentOptimizer(Optimizer):
    """Forward-backward splitting (Duchi, Singer 2009): a gradient step, then the penalties' own minimum.

        target := var - learning_rate * gradient
        var := sign(target) * max(|target| - learning_rate * l1, 0) / (1 + learning_rate * l2)

    Args:
      learning_rate: number, scalar tensor, or function without arguments that returns one.
      l1_regularization_strength, l2_regularization_strength: numbers >= 0.
    """

    def __init__(
        self,
        learning_rate: Any,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        use_locking: bool = False,
        name: str = "ProximalGradientDescent",
    ) -> None:
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._l1_regularization_strength = l1_regularization_strength
        self._l2_regularization_strength = l2_regularization_strength

    def _apply_dense(self, grad: Tensor, var: Any) -> Any:
        rate = self._scalar(self._learning_rate, "learning_rate", var.dtype)
        target = var - rate * grad
        l1 = self._penalty(self._l1_regularization_strength, "l1_regularization_strength", var.dtype)
        l2 = self._penalty(self._l2_regularization_strength, "l2_regularization_strength", var.dtype)
        if l1 is not None:
            shift = self._once(("rate * l1", var.dtype), lambda: rate * l1)
            target = shrunk(target, shift)
        if l2 is not None:
            factor = self._once(("1 / (1 + rate * l2)", var.dtype), lambda: 1 / (1 + rate * l2))
            target = target * factor
        return self._replace(var, target)
