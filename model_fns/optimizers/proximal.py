"""The proximal step: what a gradient step becomes when an l1 and an l2 penalty are taken exactly."""

from __future__ import annotations

from model_fns.graph.tensor import Tensor
from model_fns.ops.arithmetic import abs, maximum, sign


def shrunk(x: Tensor, by: Tensor) -> Tensor:
    """Soft thresholding: sign(x) * max(|x| - by, 0)."""
    return sign(x) * maximum(abs(x) - by, 0.0)


def proximal_step(target: Tensor, rate: Tensor, l1: Tensor | None, l2: Tensor | None) -> Tensor:
    """The minimum over x of |x - target|^2 / 2 + rate * (l1 * |x| + l2 * x^2 / 2), elementwise.

    None stands for a penalty of 0 (Duchi, Singer 2009: Forward-Backward Splitting).
    """
    if l1 is not None:
        target = shrunk(target, rate * l1)
    return target if l2 is None else target / (1 + rate * l2)
