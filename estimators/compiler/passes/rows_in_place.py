"""Rows of a loop's state replaced or added to where they are, not in a copy of all of it: a TensorArray's memory.

    state = replace_rows(state, i, x)          becomes     state[i] = x
    state = state + scatter_add(x, i)          becomes     state[i] += x

if nothing reads afterwards what the state was before; what does so and can be done first, is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from estimators.compiler.program import Program, Statement, Value
from estimators.compiler.structured import AddRows, WriteRows
from model_fns.graph.dimensions import same
from model_fns.ops.arithmetic import Add, AddV2
from model_fns.ops.indexing import ScatterAdd
from model_fns.ops.rows import ReplaceRows


def rows_in_place(body: Program, states: Sequence[Value]) -> Program:
    """A loop's body, whose first fetches are the next values of the `states`."""
    for state, following in zip(states, body.fetches, strict=False):
        if list(body.fetches).count(following) == 1 and state not in body.fetches:
            body = _in_place(body, state, following)
    return body


def _in_place(body: Program, state: Value, following: Value) -> Program:
    place = next((n for n, statement in enumerate(body.statements) if following in statement.outputs), None)
    if place is None:
        return body
    update = _update(body, state, body.statements[place])
    if update is None or not same(state.dims, following.dims):
        return body
    earlier, later, dependent = list(body.statements[:place]), list(body.statements[place + 1 :]), {following}
    put_off: list[Statement] = []
    for statement in later:
        waits = bool(dependent & set(statement.inputs)) or statement.op.stateful
        if waits:
            put_off.append(statement)
            dependent.update(statement.outputs)
        else:
            earlier.append(statement)
    looks_back = any(body.root(value) is state for s in put_off for value in s.inputs)
    if looks_back or any(body.root(value) is state for value in (*update.inputs[1:], *body.fetches)):
        return body
    return body.with_statements([*earlier, update, *put_off])


def _update(body: Program, state: Value, statement: Statement) -> Statement | None:
    """The statement that does in place what this one, which makes the next state, does in a copy."""
    if isinstance(statement.op, ReplaceRows) and statement.inputs[0] is state:
        return replace(statement, op=WriteRows())
    if isinstance(statement.op, Add | AddV2) and state in statement.inputs:
        x, y = statement.inputs
        term = body.producers.get(y if x is state else x)
        if term is not None and isinstance(term.op, ScatterAdd) and term.op.axis == 0 and term in body.statements:
            return replace(statement, op=AddRows(), inputs=(state, term.inputs[1], term.inputs[0]))
    return None
