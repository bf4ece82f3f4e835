"""The `training` argument of layers that behave differently while training: a truth value, or a tensor of one."""

from __future__ import annotations

from typing import Any

from model_fns.graph.constant import Constant, convert_to_tensor
from model_fns.graph.tensor import Tensor
from model_fns.ops.comparison import select
from model_fns.ops.shaping import reshape


def known_training(training: Any) -> bool | None:
    """Whether the layer trains, or None if that is told only when the graph runs."""
    element = getattr(training, "graph_element", training)
    if not isinstance(element, Tensor):
        return bool(training)
    return bool(element.op.definition.value.array) if isinstance(element.op.definition, Constant) else None


def by_training(training: Any, trained: Tensor, used: Tensor, name: str | None = None) -> Tensor:
    """`trained` while the tensor `training` is True, else `used`. One of unknown rank is one truth value."""
    condition = convert_to_tensor(training)
    if condition.shape.ndims is None:
        condition = reshape(condition, [])
    return select(condition, trained, used, name)
