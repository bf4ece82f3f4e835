"""Compute once what is written twice."""

from __future__ import annotations

from estimators.compiler.program import Program, Statement, Value, rewrite
from model_fns.ops.random import Dropout


def merge_twins(program: Program) -> Program:
    """Merges statements with the same op and inputs, unless they read a variable that changes, or act."""
    seen: dict[object, Statement] = {}
    changing = program.written

    def merge(current: Program, statement: Statement) -> Value | None:
        if (statement.op.stateful and not isinstance(statement.op, Dropout)) or len(statement.outputs) != 1:
            return None
        if any(program.root(value) in changing for value in statement.inputs):
            return None
        try:
            key = (statement.op, statement.inputs)
            twin = seen.setdefault(key, statement)
        except TypeError:  # an op with an unhashable field is left alone
            return None
        return None if twin is statement else twin.outputs[0]

    return rewrite(program, merge)
