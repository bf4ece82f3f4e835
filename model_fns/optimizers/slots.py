"""Slots: the variables an optimizer or a moving average keeps beside each of the model's, named after it."""

from __future__ import annotations

from typing import Any

from model_fns.graph.tensor import Tensor
from model_fns.initializers import Constant
from model_fns.variable_scope import get_variable, variable_scope
from model_fns.variables import Variable


def create_slot(primary: Variable | Tensor, value: Any, name: str) -> Variable:
    """A variable `primary's name/name`, not trained, with `primary`'s type and shape; see also Variable.slot_scope.

    `value` is a number that fills it, or a tensor that is its first value. The name gets `_1`, `_2`, ... where it is
    taken: that is how Adam's second slot comes to be called `dense/kernel/Adam_1`.
    """
    scope = getattr(primary, "slot_scope", None) or primary.op.name
    with variable_scope(None, f"{scope}/{name}"):
        if isinstance(value, Tensor):
            return get_variable("", initializer=value, trainable=False)
        initializer = Constant(value, primary.dtype)
        return get_variable("", primary.shape, primary.dtype, initializer, trainable=False)
