"""Schedule: a program as loops and calls, in the order in which workers run them.

Elementwise statements over one shape become one loop, so that what passes between them never leaves a register; the
rest are calls of kernels. A loop may take up a statement that stands further down, if nothing between forbids it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, final

from estimators.compiler.program import Program, Statement, Value
from model_fns.graph.constant import Constant
from model_fns.graph.dimensions import Dims, same
from model_fns.graph.op import Elementwise
from model_fns.ops.control import NoOp, Same
from model_fns.ops.shaping import BroadcastLike, BroadcastTo, Fill, FillLike
from model_fns.ops.state import Assign, AssignAdd, AssignSub, VariableV2

_NO_LOOPS = ("string", "float16")  # element types that machine code does not compute with: Python is called back
_MOST_ARRAYS = 14  # a loop over more runs out of registers and of patience to prove that they do not overlap


@final
@dataclass(frozen=True, eq=False)
class Step:
    """One elementwise statement: an expression over x, y, z and constants, and what it reads and makes."""

    statement: Statement
    expression: str
    constants: dict[str, Any]
    inputs: tuple[Value, ...]
    output: Value


@final
@dataclass(eq=False)
class Loop:
    """Steps over one shape."""

    dims: Dims
    steps: list[Step] = field(default_factory=list)
    touched: set[Value] = field(default_factory=set)  # the roots of what its steps read and make
    passed: int = 0  # how many of them it makes itself, which need not be arrays

    @property
    def made(self) -> set[Value]:
        return {step.output for step in self.steps}

    def reads(self) -> Iterator[Value]:
        made: set[Value] = set()
        for step in self.steps:
            yield from (value for value in step.inputs if value not in made)
            made.add(step.output)


@final
@dataclass(frozen=True, eq=False)
class Call:
    """One statement that a kernel does."""

    statement: Statement


Item = Loop | Call


def elementwise(statement: Statement) -> Step | None:
    """The statement as a step of a loop, if it is elementwise."""
    op, inputs = statement.op, statement.inputs
    if len(statement.outputs) != 1:
        return None

    def step(expression: str, used: tuple[Value, ...], constants: dict[str, Any] | None = None) -> Step:
        return Step(statement, expression, constants or {}, used, statement.outputs[0])

    if isinstance(op, Elementwise):
        return step(op.expression, inputs, op.constants())
    if isinstance(op, Same | BroadcastLike | BroadcastTo):
        return step("x", inputs[:1])
    if isinstance(op, Fill):
        return step("x", inputs[1:])
    if isinstance(op, FillLike):
        return step("value", (), {"value": op.value})
    if isinstance(op, Assign):
        return step("x", inputs[1:])
    if isinstance(op, AssignAdd):
        return step("x + y", inputs)
    if isinstance(op, AssignSub):
        return step("x - y", inputs)
    return None


def schedule(program: Program) -> tuple[Item, ...]:
    """The program's statements as loops and calls."""
    planner = _Planner(program)
    for statement in program.statements:
        if isinstance(statement.op, VariableV2 | Constant | NoOp) or statement.op.is_view:
            continue
        step = (
            elementwise(statement)
            if all(v.dtype.name not in _NO_LOOPS for v in (*statement.inputs, *statement.outputs))
            else None
        )
        if step is None:
            planner.place_call(statement)
        else:
            planner.place_step(step)
    return tuple(planner.items)


class _Planner:
    """Places statements one by one, keeping for each piece of memory where it was last written and read."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.items: list[Item] = []
        self.written: dict[Value, list[tuple[int, bool]]] = {}  # root -> (item, whether element by element)
        self.read: dict[Value, list[tuple[int, bool]]] = {}
        self.touching: dict[Value, list[int]] = {}  # root -> the loops that read or make it
        self.of_numbers: list[int] = []  # the loops of no sizes

    def place_call(self, statement: Statement) -> None:
        self.items.append(Call(statement))
        at = len(self.items) - 1
        for value in statement.data_inputs:
            self.read.setdefault(self.program.root(value), []).append((at, False))
        for value in statement.outputs:
            self.written.setdefault(self.program.root(value), []).append((at, False))

    def place_step(self, step: Step) -> None:
        dims = step.output.dims
        earliest = self._earliest(step, dims)
        own = {self.program.root(value) for value in (*step.inputs, step.output)}
        sharing = (number for number in self._sharing(own, dims) if number >= earliest)
        at = next((number for number in sharing if self._takes(self.items[number], own, dims)), None)
        if at is None:
            self.items.append(Loop(dims))
            at = len(self.items) - 1
            if not dims:
                self.of_numbers.append(at)
        loop = self.items[at]
        assert isinstance(loop, Loop)
        loop.steps.append(step)
        for value in own - loop.touched:
            self.touching.setdefault(value, []).append(at)
        loop.touched |= own
        loop.passed += not step.statement.op.writes
        for value in step.inputs:
            self.read.setdefault(self.program.root(value), []).append((at, same(value.dims, dims)))
        self.written.setdefault(self.program.root(step.output), []).append((at, True))

    def _sharing(self, own: set[Value], dims: Dims) -> Sequence[int]:
        """The loops that share something with a step that reads and makes `own`, the last first.

        To share a number is enough only for what stands last: from further up, it would bring 1 - x of one layer into
        the loop of another.
        """
        if not dims:
            return self.of_numbers[::-1]
        last = len(self.items) - 1
        touching = ((value, at) for value in own for at in self.touching.get(value, ()))
        return sorted({at for value, at in touching if value.dims or at == last}, reverse=True)

    def _takes(self, item: Item, own: set[Value], dims: Dims) -> bool:
        """Whether the loop has these sizes, and room."""
        assert isinstance(item, Loop)
        return same(item.dims, dims) and len(item.touched | own) - item.passed <= _MOST_ARRAYS

    def _earliest(self, step: Step, dims: Dims) -> int:
        """The first item the step may be part of: in a loop of its shape element by element, else after it."""
        earliest = 0
        for value in step.inputs:
            whole = not same(value.dims, dims)
            earliest = max(earliest, self._after(self.written.get(self.program.root(value), []), whole))
        target = self.program.root(step.output)
        if step.statement.op.writes:
            earliest = max(
                earliest,
                self._after(self.written.get(target, []), False),
                self._after(self.read.get(target, []), False),
            )
        return earliest

    @staticmethod
    def _after(places: list[tuple[int, bool]], whole: bool) -> int:
        return max((at if by_element and not whole else at + 1 for at, by_element in places), default=0)
