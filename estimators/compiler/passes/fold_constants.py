"""Compute now what never changes."""

from __future__ import annotations

import math

import numpy as np

from estimators.compiler.program import Program, Statement, Value, constant_statement, rewrite
from model_fns.graph.constant import Constant
from model_fns.graph.dimensions import Symbol

_LARGEST = 1 << 16  # elements: a larger result is cheaper to make again than to carry about


def fold_constants(program: Program) -> Program:
    """Replaces statements of constants alone, and sizes known by now, by their values."""

    def fold(current: Program, statement: Statement) -> Statement | None:
        if isinstance(statement.op, Constant) or statement.op.stateful or len(statement.outputs) != 1:
            return None
        output = statement.outputs[0]
        if output.known is not None and not any(isinstance(item, Symbol) for item in np.ravel(output.known).tolist()):
            return _constant(statement, np.asarray(output.known).astype(output.dtype.as_numpy_dtype))
        sizes = [size for size in output.dims if not isinstance(size, Symbol)]
        if len(sizes) < len(output.dims) or math.prod(sizes) > _LARGEST:
            return None
        arrays = [_array(current, statement, i, value) for i, value in enumerate(statement.inputs)]
        if any(array is None for array in arrays) or output.dtype.name == "string":
            return None
        with np.errstate(all="ignore"):
            made = statement.op.kernel(*arrays)
        return _constant(statement, np.asarray(made[0] if isinstance(made, tuple) else made))

    return rewrite(program, fold)


def _array(program: Program, statement: Statement, position: int, value: Value) -> np.ndarray | None:
    """An input's value; where only its shape matters, anything of that shape."""
    if position in statement.op.shape_inputs:
        if any(isinstance(size, Symbol) for size in value.dims):
            return None
        return np.broadcast_to(np.zeros((), value.dtype.as_numpy_dtype), value.dims)  # type: ignore[arg-type]
    return program.constant(value)


def _constant(statement: Statement, array: np.ndarray) -> Statement:
    return constant_statement(array, statement.name)
