"""Forget what nothing needs."""

from __future__ import annotations

from estimators.compiler.program import Program, Value


def prune(program: Program) -> Program:
    """Drops statements whose outputs neither a fetch, nor an update of a variable, nor a needed statement uses."""
    needed: set[Value] = set(program.fetches)
    kept = []
    for statement in reversed(program.statements):
        acts = statement.op.writes or (statement.op.stateful and not statement.outputs and statement.inputs)
        if acts or any(output in needed for output in statement.outputs):
            kept.append(statement)
            needed.update(statement.data_inputs)
            if statement.op.is_view or statement.op.writes:
                needed.add(statement.inputs[0])
    return program.with_statements(reversed(kept))
