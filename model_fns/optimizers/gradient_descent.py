"""Gradient descent, one small step against the gradient."""

from __future__ import annotations

from typing import Any, final

from model_fns.graph.tensor import Tensor
from model_fns.optimizers.optimizer import Optimizer


@final
class GradientDescentOptimizer(Optimizer):
    """Gradient descent (Cauchy 1847; on batches: Robbins, Monro 1951).

        var := var - learning_rate * gradient

    Args:
      learning_rate: number, scalar tensor, or function without arguments that returns one.
    """

    def __init__(self, learning_rate: Any, use_locking: bool = False, name: str = "GradientDescent") -> None:
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate

    def _apply_dense(self, grad: Tensor, var: Any) -> Any:
        rate = self._scalar(self._learning_rate, "learning_rate", var.dtype)
        return self._replace(var, var - rate * grad)
