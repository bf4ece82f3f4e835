"""Bodies of loops and branches as programs, and what of them is needed: the common part of opening control flow.

A body sees the values around it: what it takes from outside is the very value there, and a state stands for the output
of the statement, in whose memory it lies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, final

from estimators.compiler.passes.prune import prune
from estimators.compiler.passes.rows_in_place import rows_in_place
from estimators.compiler.program import Program, Statement, Value, captured
from model_fns.control_flow.subgraph import Subgraph
from model_fns.graph.dimensions import may_equal
from model_fns.graph.needed import needed_operations
from model_fns.graph.tensor import Tensor

_IN_MEMORY = ("float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool")


class CannotOpen(Exception):
    """Why a loop or a branch stays with the host."""


@final
@dataclass(frozen=True, eq=False)
class Tapes:
    """What a while loop has to keep of every iteration, for its gradient: their number, and values of the body."""

    counter: Value
    kept: dict[Tensor, Value]


@final
@dataclass(frozen=True, eq=False)
class Opening:
    """One statement of `program`, of whose outputs those `needed` are wanted.

    Args:
      tapes: for each while loop, what it has to keep.
      optimise: what is done to a body, as it was to the program.
    """

    program: Program
    statement: Statement
    needed: set[Value]
    tapes: dict[Statement, Tapes]
    optimise: Callable[[Program], Program]

    def _captured(self, graph: Subgraph, given: Sequence[Value]) -> Program:
        """The graph as a program over `given`; constants of the program around are its own, too."""
        values = dict(zip(graph.given, given, strict=True))
        statements: list[Statement] = []
        for value in dict.fromkeys(given):
            array = self.program.constant(value)
            if array is not None:
                statements.append(self.program.producers[value])
        known = {statement.outputs[0] for statement in statements}
        for operation in needed_operations(graph.outputs, graph.given):
            if operation.outputs and all(output in values for output in operation.outputs):
                continue
            statement = captured(operation, tuple(values[tensor] for tensor in operation.inputs))
            own: Any = statement.op
            if own.draws and own.seed is None:
                statement = replace(statement, op=replace(own, seed=0))  # as the host does inside of loops
            statements.append(statement)
            for tensor, value in zip(operation.outputs, statement.outputs, strict=True):
                values.setdefault(tensor, value)
        feeds = tuple(value for value in dict.fromkeys(given) if value not in known)
        return Program(feeds, tuple(statements), tuple(values[tensor] for tensor in graph.outputs))

    def inside(self, graph: Subgraph, given: Sequence[Value]) -> Program:
        """The same, if it can become code. CannotOpen, UnknownSizes if not."""
        program = self._captured(graph, given)
        for statement in program.statements:
            for value in (*statement.inputs, *statement.outputs):
                check_type(value)
        return program

    def state(self, init: Value, out: Value, name: str) -> Value:
        """What stands for a state in a body, and in memory: the statement's output."""
        check_type(init)
        if len(init.dims) != len(out.dims) or not all(map(may_equal, init.dims, out.dims)):
            raise CannotOpen(f"the shape of {name} changes from {init} to {out}")
        return out

    def live(
        self, body: Program, states: Sequence[Value], following: Sequence[Value], others: Sequence[Value]
    ) -> tuple[Program, list[int]]:
        """What of the body is needed for `others` and the needed states; and which states these are."""
        live = {number for number, state in enumerate(states) if state in self.needed}
        while True:
            numbers = sorted(live)
            wanted = (*(following[number] for number in numbers), *others)
            pruned = prune(Program(body.feeds, body.statements, wanted))
            read = used(pruned)
            more = {number for number, state in enumerate(states) if state in read} - live
            if not more:
                return pruned, numbers
            live |= more

    def optimised(
        self, body: Program, states: Sequence[Value], following: Sequence[Value], others: Sequence[Value]
    ) -> tuple[Program, list[int]]:
        """What of the body is needed for `others`, which it fetches last, and for the needed states, after all passes.

        And which of the states these are.
        """
        body, live = self.live(body, states, following, others)
        best = rows_in_place(self.optimise(body), [states[number] for number in live])
        after: list[Value] = list(states)
        for place, number in enumerate(live):
            after[number] = best.fetches[place]
        return self.live(best, states, after, best.fetches[len(live) :])


def check_type(value: Value) -> None:
    """CannotOpen for elements that machine code cannot copy."""
    if value.dtype.name == "string":
        raise CannotOpen(f"{value.name} is text")
    if value.dtype.name not in _IN_MEMORY:
        raise CannotOpen(f"{value.name} is {value.dtype.name}")


def named(program: Program) -> set[Value]:
    """The values that a program's statements take, or it fetches."""
    return {value for statement in program.statements for value in statement.inputs} | set(program.fetches)


def used(program: Program) -> set[Value]:
    """Those of which more than the shape matters."""
    read = {value for statement in program.statements for value in statement.data_inputs} | set(program.fetches)
    views = {s.inputs[0] for s in program.statements if s.op.is_view or s.op.writes}
    return read | views


def draws(program: Program) -> bool:
    return any(statement.op.draws for statement in program.statements)


def check_shapes(made: Sequence[Value], kept: Sequence[Value]) -> None:
    for value, state in zip(made, kept, strict=False):
        fits = len(value.dims) == len(state.dims) and all(map(may_equal, value.dims, state.dims))
        if not fits or value.dtype != state.dtype:
            raise CannotOpen(f"the body makes {value} of {state.name}, which is {state}")


def without_ghosts(
    bodies: list[Program], outside: list[Value], statement: Statement
) -> tuple[list[Program], list[Value]]:
    """The bodies with the first values in the place of those states of which they ask only the shape."""
    inits = dict(zip(statement.outputs, statement.inputs, strict=False))
    gone = {value: inits[value] for value in outside if value in inits}
    renamed = [_renamed(body, gone) for body in bodies]
    return renamed, list(dict.fromkeys(gone.get(value, value) for value in outside))


def _renamed(program: Program, names: dict[Value, Value]) -> Program:
    """The program taking other values."""
    if not names:
        return program
    statements = [
        replace(statement, inputs=tuple(names.get(value, value) for value in statement.inputs))
        for statement in program.statements
    ]
    return program.with_statements(statements, names)
