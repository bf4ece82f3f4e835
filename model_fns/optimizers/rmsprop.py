"""RMSProp: steps measured by the recent size of the gradient."""

from __future__ import annotations

from typing import Any, final

from model_fns.graph.tensor import Tensor
from model_fns.ops.elementary import rsqrt
from model_fns.optimizers.optimizer import Optimizer
from model_fns.variables import Variable


@final
class RMSPropOptimizer(Optimizer):
    """RMSProp (Tieleman, Hinton 2012, lecture 6.5 of Neural Networks for Machine Learning; centered: Graves 2013).

        rms := rms + (1 - decay) * (gradient^2 - rms)
        mg := mg + (1 - decay) * (gradient - mg)                                centered only, else mg = 0
        momentum_slot := momentum * momentum_slot + learning_rate * gradient / sqrt(rms - mg^2 + epsilon)
        var := var - momentum_slot

    Slots `rms`, ones at first, `mg` (centered only) and `momentum`, zeros: `<variable>/RMSProp`, `..._1`, `..._2`.

    Args:
      learning_rate, decay, momentum, epsilon: number, scalar tensor, or function without arguments that returns one.
      centered: divide by the gradient's standard deviation instead of its root mean square.
    """

    def __init__(
        self,
        learning_rate: Any,
        decay: Any = 0.9,
        momentum: Any = 0.0,
        epsilon: Any = 1e-10,
        use_locking: bool = False,
        centered: bool = False,
        name: str = "RMSProp",
    ) -> None:
        super().__init__(use_locking, name)
        self._learning_rate = learning_rate
        self._decay = decay
        self._momentum = momentum
        self._epsilon = epsilon
        self._centered = centered

    def _create_slots(self, var_list: list[Variable]) -> None:
        for var in var_list:
            self._get_or_make_slot(var, 1.0, "rms", self._name)
            if self._centered:
                self._zeros_slot(var, "mg", self._name)
            self._zeros_slot(var, "momentum", self._name)

    def _apply_dense(self, grad: Tensor, var: Any) -> Any:
        rate = self._scalar(self._learning_rate, "learning_rate", var.dtype)
        momentum = self._scalar(self._momentum, "momentum", var.dtype)
        epsilon = self._scalar(self._epsilon, "epsilon", var.dtype)
        rest = self._once(("1 - decay", var.dtype), lambda: 1 - self._scalar(self._decay, "decay", var.dtype))
        rms_slot, momentum_slot = self.get_slot(var, "rms"), self.get_slot(var, "momentum")
        rms = rms_slot + (grad * grad - rms_slot) * rest
        updates, spread = [self._assign(rms_slot, rms)], rms
        if self._centered:
            mean_slot = self.get_slot(var, "mg")
            mean = mean_slot + (grad - mean_slot) * rest
            updates.append(self._assign(mean_slot, mean))
            spread = rms - mean * mean
        step = momentum_slot * momentum + rate * grad * rsqrt(spread + epsilon)
        return [*updates, self._assign(momentum_slot, step), self._replace(var, var - step)]
