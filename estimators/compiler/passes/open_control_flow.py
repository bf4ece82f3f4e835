"""Opens loops and branches: their bodies become programs, which will be part of the step's code.

Statements are looked at from the last to the first, so that of what a loop makes only that is computed which something
behind it needs. What cannot become code - text in a body, sizes that change from one iteration to the next - stays an
operation that the step calls back, and says why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from estimators.compiler.passes.bodies import CannotOpen, Opening, Tapes
from estimators.compiler.passes.open_if import open_if
from estimators.compiler.passes.open_scan import open_scan
from estimators.compiler.passes.open_while import open_while, open_while_gradient
from estimators.compiler.program import Program, Statement, UnknownSizes, Value
from estimators.compiler.structured import OnHost
from model_fns.control_flow.conditional import If
from model_fns.control_flow.loop import While, WhileGrad
from model_fns.control_flow.scan import Scan


def open_control_flow(program: Program, optimise: Callable[[Program], Program]) -> Program:
    """`program` with its loops and branches open; `optimise` does to their bodies what was done to it."""
    needed: set[Value] = set(program.fetches)
    tapes: dict[Statement, Tapes] = {}
    kept: list[Statement] = []
    for statement in reversed(program.statements):
        acts = statement.op.writes or (statement.op.stateful and not statement.outputs and statement.inputs)
        if not (acts or statement in tapes or any(output in needed for output in statement.outputs)):
            continue
        for opened in reversed(_opened(Opening(program, statement, needed, tapes, optimise))):
            kept.append(opened)
            needed.update(opened.data_inputs)
            if opened.op.is_view or opened.op.writes:
                needed.add(opened.inputs[0])
    return program.with_statements(reversed(kept))


def _opened(opening: Opening) -> Sequence[Statement]:
    op = opening.statement.op
    try:
        if isinstance(op, Scan):
            return open_scan(opening, op)
        if isinstance(op, While):
            return open_while(opening, op)
        if isinstance(op, WhileGrad):
            return open_while_gradient(opening, op)
        if isinstance(op, If):
            return open_if(opening, op)
    except (UnknownSizes, CannotOpen) as reason:
        return [replace(opening.statement, op=OnHost(origin=op, reason=str(reason)))]
    return [opening.statement]
