"""Regularizers: penalties on weights. The forms of `tf.contrib.layers`, then those of `tf.keras.regularizers`.

The two differ by a factor: contrib's l2 is scale * sum(w^2) / 2, Keras' is l2 * sum(w^2).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, final

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import graph_of
from model_fns.ops.arithmetic import abs as absolute
from model_fns.ops.arithmetic import add, add_n, multiply, square
from model_fns.ops.norms import l2_loss
from model_fns.ops.reduction import reduce_sum

Regularizer = Callable[[Any], Tensor | None]


def l1_regularizer(scale: float, scope: str | None = None) -> Regularizer:
    """weights -> scale * sum(|w|). With scale 0.0 no loss at all. ValueError for an integer or a negative scale."""
    _check(scale, "scale")

    def l1(weights: Any, name: str | None = None) -> Tensor | None:
        with graph_of(weights).name_scope(scope or "l1_regularizer") as entered:
            return multiply(reduce_sum(absolute(weights)), scale, name or entered)

    return l1 if scale != 0.0 else _nothing


def l2_regularizer(scale: float, scope: str | None = None) -> Regularizer:
    """weights -> scale * sum(w^2) / 2. With scale 0.0 no loss at all. ValueError for an integer or a negative scale."""
    _check(scale, "scale")

    def l2(weights: Any) -> Tensor | None:
        with graph_of(weights).name_scope(scope or "l2_regularizer") as entered:
            return multiply(l2_loss(weights), scale, entered)

    return l2 if scale != 0.0 else _nothing


def l1_l2_regularizer(scale_l1: float = 1.0, scale_l2: float = 1.0, scope: str | None = None) -> Regularizer:
    """weights -> scale_l1 * sum(|w|) + scale_l2 * sum(w^2) / 2."""
    _check(scale_l1, "scale_l1")
    _check(scale_l2, "scale_l2")
    parts = [part for part in (l1_regularizer(scale_l1), l2_regularizer(scale_l2)) if part is not _nothing]

    def l1_l2(weights: Any) -> Tensor | None:
        with graph_of(weights).name_scope(scope or "l1_l2_regularizer") as entered:
            return add_n([part(weights) for part in parts], name=entered)

    return l1_l2 if parts else _nothing


def _check(scale: Any, argument: str) -> None:
    if isinstance(scale, Integral):
        raise ValueError(f"{argument} cannot be an integer: {scale}")
    if isinstance(scale, Real) and scale < 0.0:
        raise ValueError(f"Setting a scale less than 0 on a regularizer: {scale:g}")


def _nothing(weights: Any) -> None:
    return None


@final
@dataclass(frozen=True)
class L1L2:
    """weights -> l1 * sum(|w|) + l2 * sum(w^2)."""

    l1: float = 0.0
    l2: float = 0.0

    def __call__(self, x: Any) -> Tensor:
        total: Any = None
        if self.l1:
            total = reduce_sum(self.l1 * absolute(x), name="add")  # the names that Keras' sums have
        if self.l2:
            squares = reduce_sum(self.l2 * square(x), name="add" if total is None else None)
            total = squares if total is None else add(total, squares, "add_1")
        return convert_to_tensor(0.0) if total is None else total

    def get_config(self) -> dict[str, float]:
        return {"l1": float(self.l1), "l2": float(self.l2)}


def l1(l: float = 0.01) -> L1L2:  # noqa: E741  # Keras' name of the argument
    """weights -> l * sum(|w|)."""
    return L1L2(l1=l)


def l2(l: float = 0.01) -> L1L2:  # noqa: E741
    """weights -> l * sum(w^2)."""
    return L1L2(l2=l)


def l1_l2(l1: float = 0.01, l2: float = 0.01) -> L1L2:
    """weights -> l1 * sum(|w|) + l2 * sum(w^2)."""
    return L1L2(l1=l1, l2=l2)
