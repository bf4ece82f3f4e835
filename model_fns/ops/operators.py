"""The operators of Tensor: one table, installed once. Importing this module is what makes `a + b` work on tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from model_fns.graph.tensor import Tensor
from model_fns.ops import arithmetic, comparison, division, linalg
from model_fns.ops.getitem import getitem

_BINARY: dict[str, tuple[Callable[..., Any], str]] = {
    "add": (arithmetic.plus, "add"),
    "sub": (arithmetic.subtract, "sub"),
    "mul": (arithmetic.multiply, "mul"),
    "truediv": (arithmetic.divide, "truediv"),
    "floordiv": (division.floordiv, "floordiv"),
    "mod": (division.mod, "mod"),
    "pow": (arithmetic.pow, "pow"),
    "matmul": (linalg.matmul, "matmul"),
    "and": (comparison.logical_and, "and"),
    "or": (comparison.logical_or, "or"),
    "xor": (comparison.logical_xor, "xor"),
}
_ORDER: dict[str, tuple[Callable[..., Any], str]] = {
    "lt": (comparison.less, "Less"),
    "le": (comparison.less_equal, "LessEqual"),
    "gt": (comparison.greater, "Greater"),
    "ge": (comparison.greater_equal, "GreaterEqual"),
}
_UNARY: dict[str, tuple[Callable[..., Any], str]] = {
    "neg": (arithmetic.negative, "Neg"),
    "abs": (arithmetic.abs, "Abs"),
    "invert": (comparison.logical_not, "LogicalNot"),
}


def install(kind: type) -> None:
    """Gives `kind` (Tensor; a class that converts to it) the operators."""
    for name, (function, label) in {**_BINARY, **_ORDER}.items():
        setattr(kind, f"__{name}__", _forward(function, label))
    for name, (function, label) in _BINARY.items():
        setattr(kind, f"__r{name}__", _reflected(function, label))
    for name, (function, label) in _UNARY.items():
        setattr(kind, f"__{name}__", _unary(function, label))
    kind.__getitem__ = getitem  # type: ignore[index]


def _forward(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    return lambda self, other: function(self, other, name=name)


def _reflected(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    return lambda self, other: function(other, self, name=name)


def _unary(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    return lambda self: function(self, name=name)


install(Tensor)
