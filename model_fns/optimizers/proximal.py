"""Soft thresholding: what an l1 penalty does to a parameter when it is taken exactly."""

from __future__ import annotations

from model_fns.graph.tensor import Tensor
from model_fns.ops.arithmetic import abs, maximum, sign


def shrunk(x: Tensor, by: Tensor) -> Tensor:
    """The minimum over z of (z - x)^2 / 2 + by * |z|, elementwise: sign(x) * max(|x| - by, 0) (Duchi, Singer 2009)."""
    return sign(x) * maximum(abs(x) - by, 0.0)
