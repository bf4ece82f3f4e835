"""What local variables begin with, found out once for each operation that says so: evaluations begin often."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np

from estimators.compiler.reference import evaluate
from estimators.session import Session
from estimators.state import VariableArrays
from model_fns.graph.needed import needed_operations
from model_fns.graph.tensor import Operation
from model_fns.ops.control import NoOp, Placeholder
from model_fns.ops.state import Assign, VariableV2

_constant: WeakKeyDictionary[Operation, dict[str, np.ndarray] | None] = WeakKeyDictionary()


def give_first_values(session: Session, initializer: Operation) -> None:
    """Runs `initializer` in the session. Arrays that it initializes become the session's own, if others share them."""
    if initializer not in _constant:
        _constant[initializer] = _first_values(initializer)
    values = _constant[initializer]
    arrays = session.state.arrays
    if values is None:
        evaluate([initializer], {}, arrays, session.state.seed)
        return
    for name, value in values.items():
        arrays[name] = value


def has_none(initializer: Operation) -> bool:
    """Whether `initializer` does nothing."""
    return _constant.get(initializer) == {}


def _first_values(initializer: Operation) -> dict[str, np.ndarray] | None:
    """The values by variable, if they are the same each time and giving them is all that the operation does."""
    for operation in needed_operations([initializer]):
        definition = operation.definition
        looked_at = operation.inputs[1:] if isinstance(definition, Assign) else operation.inputs
        if any(isinstance(tensor.op.definition, VariableV2) for tensor in looked_at):
            return None  # what another variable holds
        if isinstance(definition, VariableV2 | Assign | NoOp):
            continue
        if definition.stateful or definition.draws or definition.writes or isinstance(definition, Placeholder):
            return None
    values = VariableArrays()
    evaluate([initializer], {}, values)
    return dict(values)
