"""Optimizers as canned models take them: by name, as an object, or as a function that makes one."""

from __future__ import annotations

from typing import Any

from model_fns.optimizers.adagrad import AdagradOptimizer
from model_fns.optimizers.adam import AdamOptimizer
from model_fns.optimizers.ftrl import FtrlOptimizer
from model_fns.optimizers.gradient_descent import GradientDescentOptimizer
from model_fns.optimizers.optimizer import Optimizer
from model_fns.optimizers.rmsprop import RMSPropOptimizer

_BY_NAME: dict[str, Any] = {
    "Adagrad": AdagradOptimizer,
    "Adam": AdamOptimizer,
    "Ftrl": FtrlOptimizer,
    "RMSProp": RMSPropOptimizer,
    "SGD": GradientDescentOptimizer,
}


def optimizer_of(optimizer: Any, learning_rate: float) -> Optimizer:
    """The optimizer; one that is only named gets `learning_rate`. ValueError for another name or another thing."""
    if isinstance(optimizer, str):
        if optimizer not in _BY_NAME:
            raise ValueError(f"Unsupported optimizer name: {optimizer}. Supported names are: {tuple(sorted(_BY_NAME))}")
        return _BY_NAME[optimizer](learning_rate)
    made = optimizer() if callable(optimizer) else optimizer
    if not isinstance(made, Optimizer):
        raise ValueError(f"The given object is not an Optimizer instance. Given: {made}")
    return made
