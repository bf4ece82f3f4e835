"""Opening a while loop and its gradient: the loop keeps of every iteration what the gradient needs, and no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from estimators.compiler.passes.bodies import (
    CannotOpen,
    Opening,
    Tapes,
    check_shapes,
    draws,
    named,
    used,
    without_ghosts,
)
from estimators.compiler.passes.hoist import hoist
from estimators.compiler.program import Program, Statement, Value, made
from estimators.compiler.structured import Repeat, RepeatWhile
from model_fns.control_flow.kept_values import values_to_keep
from model_fns.control_flow.loop import While, WhileGrad
from model_fns.control_flow.subgraph import Subgraph
from model_fns.graph.dtypes import int64
from model_fns.graph.tensor import Tensor
from model_fns.ops.arithmetic import Add
from model_fns.ops.shaping import FillLike


def _while_parts(
    opening: Opening, op: While | WhileGrad, kept: Sequence[Tensor]
) -> tuple[list[Value], Program, Program]:
    """The states, the condition and the body, which fetches the next states and what is to be `kept`."""
    statement, count = opening.statement, op.variables
    outputs = statement.outputs if isinstance(op, While) else statement.inputs
    states = [
        opening.state(init, out, f"loop variable {number}")
        for number, (init, out) in enumerate(zip(statement.inputs[:count], outputs[:count], strict=True))
    ]
    taken = statement.inputs[count : len(op.body.given)]
    graph = Subgraph(op.body.graph, op.body.given, (*op.body.outputs, *kept))
    condition, body = (opening.inside(part, [*states, *taken]) for part in (op.condition, graph))
    if any(size != 1 for size in condition.fetches[0].dims):
        raise CannotOpen("its condition is not a scalar")
    check_shapes(body.fetches, states)
    return states, condition, body


def open_while(opening: Opening, op: While) -> Sequence[Statement]:
    """The statements to stand in the place of a while loop."""
    statement = opening.statement
    tapes = opening.tapes.get(statement)
    kept = {} if tapes is None else tapes.kept
    states, condition, body = _while_parts(opening, op, list(kept))
    condition = opening.optimise(condition)
    asked = used(condition)
    opening.needed.update(state for state in states if state in asked)
    following, others = body.fetches[: op.variables], body.fetches[op.variables :]
    body, live = opening.optimised(body, states, following, others)
    alive = [states[number] for number in live]
    before, body = hoist(body, alive, opening.program)
    known = named(body) | named(condition)
    outside = [value for value in dict.fromkeys((*condition.feeds, *body.feeds)) if value in known]
    outside = [value for value in outside if value not in alive]
    (condition, body), outside = without_ghosts([condition, body], outside, statement)
    feeds = (*alive, *outside)
    read = used(body) | asked
    loop = RepeatWhile(
        idle=tuple(n for n, feed in enumerate(feeds) if n >= len(live) and feed not in read),
        seed=op.seed,
        stream=op.stream,
        draws=draws(body) or draws(condition),
        condition=Program(feeds, condition.statements, condition.fetches),
        body=Program(feeds, body.statements, body.fetches),
        states=len(live),
        counts=tapes is not None,
    )
    inputs = (*(statement.inputs[number] for number in live), *outside)
    outputs = (*alive, *(() if tapes is None else (tapes.counter, *kept.values())))
    return [*before, Statement(statement.name, loop, inputs, outputs)]


def open_while_gradient(opening: Opening, op: WhileGrad) -> Sequence[Statement]:
    """The loop keeps what its gradient needs, and that is a loop over what was kept, from the last to the first."""
    statement, graph = opening.statement, op.body
    taken, count = statement.inputs[: len(graph.given)], op.variables
    kept = values_to_keep(graph, op.backward, graph.given[count:])
    _, _, forward = _while_parts(opening, op, kept)
    loop = _loop_of(opening, op, taken)
    tapes = opening.tapes.setdefault(loop, Tapes(Value(f"iterations of {loop.name}", int64, ()), {}))
    slices = {
        Value(f"kept {value.name}", value.dtype, value.dims): tapes.kept.get(tensor)
        or Value(f"{value.name} of every iteration", value.dtype, value.dims)
        for tensor, value in zip(kept, forward.fetches[count:], strict=True)
    }
    body, inits, zeros = _backward(opening, op, kept, list(slices))
    states, following = list(statement.outputs), body.fetches
    body, live = opening.optimised(body, states, following, ())
    alive = [states[number] for number in live]
    hoisted, body = hoist(body, {*alive, *slices}, opening.program)
    known = named(body)
    pieces = [piece for piece in slices if piece in known]
    outside = [value for value in body.feeds if value in known and value not in {*alive, *slices}]
    (body,), outside = without_ghosts([body], outside, replace(statement, inputs=tuple(inits)))
    feeds, read = (*alive, *pieces, *outside, tapes.counter), used(body)
    tapes.kept.update({t: slices[piece] for t, piece in zip(kept, slices, strict=True) if piece in read})
    repeat = Repeat(
        idle=tuple(n for n, feed in enumerate(feeds[:-1]) if n >= len(live) and feed not in read),
        seed=op.seed,
        stream=op.stream,
        draws=draws(body),
        body=Program(feeds, body.statements, body.fetches),
        states=len(live),
        elements=len(pieces),
        length=0,
        reverse=True,
        counter=tapes.counter,
    )
    inputs = (*(inits[n] for n in live), *(slices[piece] for piece in pieces), *outside, tapes.counter)
    backward = Statement(statement.name, repeat, inputs, tuple(alive))
    before: Sequence[Statement] = ()
    if loop not in opening.program.statements:
        assert isinstance(loop.op, While)
        before = open_while(replace(opening, statement=loop), loop.op)
    return [*before, *(zero for zero in zeros if zero.outputs[0] in inputs), *hoisted, backward]


def _loop_of(opening: Opening, op: WhileGrad, taken: Sequence[Value]) -> Statement:
    """The loop that this is the gradient of; if it is not in the program, one like it."""
    for statement in opening.program.statements:
        own = statement.op
        alike = isinstance(own, While) and (own.body, own.condition) == (op.body, op.condition)
        if alike and statement.inputs == tuple(taken):
            return statement
    again = While(op.condition, op.body, op.variables, op.seed, op.stream)
    return made(again, tuple(taken), f"{opening.statement.name}/loop")


def _backward(
    opening: Opening, op: WhileGrad, kept: Sequence[Tensor], slices: Sequence[Value]
) -> tuple[Program, list[Value], list[Statement]]:
    """The body of the gradient's loop; what its states are at first; and the statements that make zeros for that.

    The states are the outputs: gradients by loop variables, and sums of those by what is taken from outside.
    """
    statement, count, taken = opening.statement, op.variables, len(op.body.given)
    states = statement.outputs
    graph = op.backward
    by_loop = dict(zip(op.loop, states, strict=False))
    given = (*kept, *graph.given[count:])
    body = opening.inside(
        Subgraph(graph.graph, given, graph.outputs),
        [*slices, *statement.inputs[count:taken], *by_loop.values()],
    )
    found = dict(zip(op.found, body.fetches, strict=True))
    more: list[Statement] = []
    following: list[Value] = []
    for place, state in by_loop.items():
        if place not in found:
            more.append(made(FillLike(0.0, state.dtype), (state,), f"{statement.name}/zeros_{place}"))
            found[place] = more[-1].outputs[0]
        following.append(found[place])
    outside = [place for place in op.found if place >= count]
    for place, total in zip(outside, states[len(by_loop) :], strict=True):
        more.append(made(Add(), (total, found[place]), f"{statement.name}/sum_{place}"))
        following.append(more[-1].outputs[0])
    zeros = [
        made(FillLike(0.0, statement.inputs[n].dtype), (statement.inputs[n],), f"{statement.name}/start_{n}")
        for n in outside
    ]
    inits = [*statement.inputs[taken:], *(zero.outputs[0] for zero in zeros)]
    check_shapes(following, states)
    body = Program((*states, *body.feeds), (*body.statements, *more), tuple(following))
    return replace(body, feeds=tuple(dict.fromkeys(body.feeds))), inits, zeros
