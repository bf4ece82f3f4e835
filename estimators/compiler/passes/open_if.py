"""Opening a conditional: the statements of one branch or of the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from estimators.compiler.passes.bodies import CannotOpen, Opening, check_shapes, check_type, draws, named, used
from estimators.compiler.passes.prune import prune
from estimators.compiler.program import Program, Statement, Value
from estimators.compiler.structured import Choose, Structured
from model_fns.control_flow.conditional import If
from model_fns.graph.constant import Constant
from model_fns.graph.dtypes import bool_


def open_if(opening: Opening, op: If) -> Sequence[Statement]:
    """The statement to stand in the place of a conditional."""
    statement = opening.statement
    condition, *given = statement.inputs
    if any(size != 1 for size in condition.dims) or condition.dtype != bool_:
        raise CannotOpen("its condition is not a scalar of truth")
    for value in statement.outputs:
        check_type(value)
    changed = {
        number
        for graph in (op.then_branch, op.else_branch)
        for number, tensor in enumerate(graph.given)
        if tensor in graph.assigned
    }
    held = {number: Value(f"{given[number].name} held", given[number].dtype, given[number].dims) for number in changed}
    inner = [held.get(number, value) for number, value in enumerate(given)]
    branches = [opening.inside(graph, inner) for graph in (op.then_branch, op.else_branch)]
    numbers = [number for number, out in enumerate(statement.outputs) if out in opening.needed]
    outputs = [statement.outputs[number] for number in numbers]
    programs = []
    for branch in branches:
        check_shapes([branch.fetches[number] for number in numbers], outputs)
        wanted = tuple(branch.fetches[number] for number in numbers)
        programs.append(_made_where_wanted(opening.optimise(prune(replace(branch, fetches=wanted))), outputs))
    return [_chosen(opening, op, condition, programs, {given[n]: v for n, v in held.items()}, outputs)]


def _chosen(
    opening: Opening, op: If, condition: Value, programs: list[Program], held: dict[Value, Value], outputs: list[Value]
) -> Statement:
    known = set.union(*map(named, programs))
    read = set.union(*map(used, programs))
    outside = [value for value in dict.fromkeys(v for p in programs for v in p.feeds) if value in known]
    outside = [value for value in outside if value not in held.values()]
    feeds = (*held.values(), *outside)
    then, other = (Program(feeds, program.statements, program.fetches) for program in programs)
    choose = Choose(
        idle=tuple(n for n, feed in enumerate(feeds, 1) if n > len(held) and feed not in read),
        seed=op.seed,
        stream=op.stream,
        draws=any(map(draws, programs)),
        then=then,
        other=other,
        held=len(held),
    )
    return Statement(opening.statement.name, choose, (condition, *held, *outside), tuple(outputs))


def _made_where_wanted(program: Program, outputs: Sequence[Value]) -> Program:
    """The branch with what it makes made as the outputs themselves, where it can be."""
    # What a loop inside takes has its name there, too.
    taken = {value for s in program.statements if isinstance(s.op, Structured) for value in s.inputs}
    renamed: dict[Value, Value] = {}
    for value, out in zip(program.fetches, outputs, strict=True):
        statement = program.producers.get(value)
        if statement in program.statements and value.dims == out.dims and value not in taken:
            own = program.root(value) is value and not isinstance(statement.op, Constant | Structured)
            renamed |= {value: out} if own else {}
        taken.add(value)
    if not renamed:
        return program
    statements = [
        replace(
            statement,
            inputs=tuple(renamed.get(value, value) for value in statement.inputs),
            outputs=tuple(renamed.get(value, value) for value in statement.outputs),
        )
        for statement in program.statements
    ]
    return program.with_statements(statements, renamed)
