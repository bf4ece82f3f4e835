"""Programs run by their ops' reference kernels: what every pass of the compiler has to leave as it is."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from typing import Any

import numpy as np

from estimators.compiler.program import Program, Statement, Value
from model_fns.graph.dimensions import SIZE_FUNCTIONS, Symbol
from model_fns.ops.state import VariableV2
from model_fns.random_bits import random_key


def interpreted(
    program: Program, feeds: Sequence[np.ndarray], state: MutableMapping[str, np.ndarray] | None = None, seed: int = 1
) -> list[Any]:
    """The fetches of `program`; `state` is changed in place. Shapes are checked against those the program states."""
    state = {} if state is None else state
    sizes: dict[str, int] = {}
    for value, array in zip(program.feeds, feeds, strict=True):
        sizes.update(
            {str(dim): size for dim, size in zip(value.dims, array.shape, strict=True) if isinstance(dim, Symbol)}
        )

    def number(dim: Any) -> int:
        return int(eval(str(dim), dict(SIZE_FUNCTIONS), dict(sizes)))

    def shape(value: Value) -> tuple[int, ...]:
        return tuple(map(number, value.dims))

    values: dict[Value, Any] = dict(zip(program.feeds, map(np.asarray, feeds), strict=True))

    def given(statement: Statement, value: Value) -> Any:
        if value in statement.data_inputs:
            return values[value]
        if value.known is not None:
            return np.array([number(item) for item in np.ravel(value.known).tolist()]).reshape(np.shape(value.known))
        return np.zeros(shape(value), value.dtype.as_numpy_dtype)

    for statement in program.statements:
        op = statement.op
        if isinstance(op, VariableV2):
            values[statement.outputs[0]] = state[statement.name]
            continue
        inputs = [given(statement, value) for value in statement.inputs]
        if op.draws:
            inputs.append(random_key(seed if op.seed is None else op.seed, op.stream, 0))  # type: ignore[attr-defined]
        with np.errstate(all="ignore"):
            made = op.kernel(*inputs)
        if op.writes:
            inputs[0][...] = made
            made = inputs[0]
        for value, array in zip(statement.outputs, made if isinstance(made, tuple) else (made,), strict=True):
            array = np.asarray(array)
            assert array.shape == shape(value), f"{statement}: {array.shape} instead of {shape(value)}"
            assert array.dtype == value.dtype.as_numpy_dtype, f"{statement}: {array.dtype}"
            values[value] = array if op.is_view or op.writes else np.array(array)
    return [np.array(values[value]) for value in program.fetches]
