"""Opening a scan: a loop over the slices of its elements."""

from __future__ import annotations

from collections.abc import Sequence

from estimators.compiler.passes.bodies import Opening, check_shapes, check_type, draws, named, used, without_ghosts
from estimators.compiler.passes.hoist import hoist
from estimators.compiler.passes.prune import prune
from estimators.compiler.passes.put_off_sums import LoopParts
from estimators.compiler.program import Program, Statement, Value
from estimators.compiler.structured import Repeat
from model_fns.control_flow.scan import Scan


def open_scan(opening: Opening, op: Scan) -> Sequence[Statement]:
    """The statements to stand in the place of a scan."""
    statement, count = opening.statement, op.states + op.elements
    elements = statement.inputs[op.states : count]
    for value in (*elements, *statement.outputs):
        check_type(value)
    states = [
        opening.state(init, out, f"state {number}")
        for number, (init, out) in enumerate(zip(statement.inputs[: op.states], statement.outputs, strict=False))
    ]
    slices = [Value(f"slice of {value.name}", value.dtype, value.dims[1:]) for value in elements]
    body = opening.inside(op.body, [*states, *slices, *statement.inputs[count:]])
    check_shapes(body.fetches, states)
    results = [
        (made, out)
        for made, out in zip(body.fetches[op.states :], statement.outputs[op.states :], strict=True)
        if out in opening.needed
    ]
    body, live = opening.optimised(body, states, body.fetches[: op.states], [made for made, _ in results])
    loop = LoopParts(
        body=body,
        length=elements[0].dims[0],
        states=[states[number] for number in live],
        inits=[statement.inputs[number] for number in live],
        slices=dict(zip(slices, elements, strict=True)),
        results=list(zip(body.fetches[len(live) :], (out for _, out in results), strict=True)),
    )
    loop.put_off_sums()
    return _repeat(opening, op, loop)


def _repeat(opening: Opening, op: Scan, loop: LoopParts) -> Sequence[Statement]:
    before, body = hoist(prune(loop.body), {*loop.states, *loop.slices}, opening.program)
    known = named(body)
    slices, states = loop.slices, loop.states
    pieces = [piece for piece, whole in slices.items() if piece in known or whole.dims[0] != loop.length]
    pieces = pieces or list(slices)[:1]  # how many there are, it tells
    outside = [value for value in body.feeds if value in known and value not in {*states, *slices}]
    (body,), outside = without_ghosts([body], outside, opening.statement)
    feeds, read = (*states, *pieces, *outside), used(body)
    repeat = Repeat(
        idle=tuple(n for n, feed in enumerate(feeds) if n >= len(states) and feed not in read),
        seed=op.seed,
        stream=op.stream,
        draws=draws(body),
        body=Program(feeds, body.statements, body.fetches),
        states=len(states),
        elements=len(pieces),
        length=loop.length,
        reverse=op.reverse,
    )
    inputs = (*loop.inits, *(slices[piece] for piece in pieces), *outside)
    outputs = (*states, *(out for _, out in loop.results))
    return [*before, Statement(opening.statement.name, repeat, inputs, outputs), *loop.after]
