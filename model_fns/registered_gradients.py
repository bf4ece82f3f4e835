"""Gradients that programs define for kinds of operations, and use in place of an operation's own.

@tf.RegisterGradient("Clipped")
def clipped(op, grad):
    return tf.clip_by_value(grad, -1, 1)

with graph.gradient_override_map({"Identity": "Clipped"}):
    y = tf.identity(x)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, final

from model_fns.graph.op import Op
from model_fns.graph.tensor import Operation

Function = Callable[..., Any]

_registered: dict[str, Function | None] = {}  # None: no gradient flows through it


@final
class RegisterGradient:
    """Makes a function (op, *gradients by its outputs) -> gradients by its inputs known under a name.

    Raises TypeError for a name that is no string, KeyError for one that has a gradient already.
    """

    def __init__(self, op_type: str) -> None:
        _check(op_type)
        self._op_type = op_type

    def __call__(self, f: Function) -> Function:
        _register(self._op_type, f)
        return f


def NotDifferentiable(op_type: str) -> None:
    """Lets no gradient flow through operations with this name for their gradient."""
    _check(op_type)
    _register(op_type, None)


def _check(op_type: Any) -> None:
    if not isinstance(op_type, str):
        raise TypeError("op_type must be a string")


def _register(name: str, function: Function | None) -> None:
    if name in _registered or _kind(name) is not None:
        raise KeyError(f"Registering two gradient with name '{name}'!")
    _registered[name] = function


def overriding_gradient(name: str, operation: Operation, upstream: Any) -> list[Any]:
    """The gradients by the inputs of `operation` that `name` stands for: registered, or another kind's own.

    Raises LookupError for a name that stands for none, ValueError for another number of gradients than of inputs.
    """
    if name in _registered:
        function = _registered[name]
        if function is None:
            return [None] * len(operation.inputs)
        made = function(operation, *(upstream if isinstance(upstream, list) else [upstream]))
    else:
        kind = _kind(name)
        if kind is None:
            raise LookupError(f"No gradient defined for operation '{operation.name}' (op type: {name})")
        try:
            definition = kind()
        except TypeError:  # it has attributes that this operation does not
            raise LookupError(f"The gradient of {name} cannot stand in for that of {operation.type}.") from None
        outputs = operation.outputs
        made = definition.gradient(upstream, outputs[0] if len(outputs) == 1 else list(outputs), *operation.inputs)
    found = list(made) if isinstance(made, list | tuple) else [made]
    if len(found) != len(operation.inputs):
        raise ValueError(
            f"Num gradients {len(found)} generated for op {operation.name} do not match num inputs "
            f"{len(operation.inputs)}"
        )
    return found


def _kind(name: str) -> type[Op] | None:
    """The kind of operations called `name`, which has a gradient of its own."""
    kinds = [kind for kind in _below(Op) if name in (kind.__name__, kind.type_name)]
    return min(kinds, key=lambda kind: kind.__name__ != name, default=None)


def _below(kind: type[Op]) -> Iterator[type[Op]]:
    for inner in kind.__subclasses__():
        yield inner
        yield from _below(inner)
