"""Activations and initializers that a program names with a string, as Keras allows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from model_fns import initializers, matrix_initializers
from model_fns.ops import activation as activations
from model_fns.ops import elementary, softmax

ZEROS, ONES = initializers.zeros_initializer(), initializers.ones_initializer()  # defaults of many arguments

_ACTIVATIONS: dict[str, Callable[..., Any] | None] = {
    "elu": activations.elu,
    "exponential": elementary.exp,
    "linear": None,
    "relu": activations.relu,
    "selu": activations.selu,
    "sigmoid": activations.sigmoid,
    "softmax": softmax.softmax,
    "softplus": activations.softplus,
    "softsign": activations.softsign,
    "tanh": activations.tanh,
}
_INITIALIZERS: dict[str, Callable[[], Any]] = {
    "glorot_normal": initializers.glorot_normal_initializer,
    "glorot_uniform": initializers.glorot_uniform_initializer,
    "he_normal": initializers.he_normal,
    "he_uniform": initializers.he_uniform,
    "identity": matrix_initializers.Identity,
    "lecun_normal": initializers.lecun_normal,
    "lecun_uniform": initializers.lecun_uniform,
    "ones": initializers.ones_initializer,
    "orthogonal": matrix_initializers.Orthogonal,
    "zeros": initializers.zeros_initializer,
}


def activation_of(identifier: Any) -> Callable[..., Any] | None:
    """The function `identifier` is or names; None means the identity. ValueError for an unknown name."""
    if not isinstance(identifier, str):
        return identifier
    if identifier not in _ACTIVATIONS:
        raise ValueError(f"Unknown activation function:{identifier}. Known names: {', '.join(sorted(_ACTIVATIONS))}")
    return _ACTIVATIONS[identifier]


def initializer_of(identifier: Any) -> Any:
    """The initializer `identifier` is or names. ValueError for an unknown name."""
    if not isinstance(identifier, str):
        return identifier
    if identifier not in _INITIALIZERS:
        raise ValueError(f"Unknown initializer: {identifier}. Known names: {', '.join(sorted(_INITIALIZERS))}")
    return _INITIALIZERS[identifier]()
