"""Nests: loops and branches of a program as loops and branches of the step's code, their bodies written out inside.

All workers go through a large body side by side, as they do through the step; a small one worker 0 does by itself.
The state of a loop lies where its last value is to be found; a slice of an element, and a row of a result, are looked
at where they lie.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, final

from estimators.compiler.code import SINGLE, WHOLE, Code, count, times
from estimators.compiler.loops import write_loop
from estimators.compiler.lowering.table import lower
from estimators.compiler.meetings import Meetings
from estimators.compiler.names import Names
from estimators.compiler.program import Program, Statement, Value
from estimators.compiler.schedule import Item, Loop, Step, schedule
from estimators.compiler.structured import Choose, Repeat, RepeatWhile, Structured
from model_fns.graph.constant import Constant
from model_fns.graph.dimensions import Dim, Symbol, same
from model_fns.graph.dtypes import int64
from model_fns.ops.control import Identity
from model_fns.ops.linalg import MatMul

_FOR_EVER = 1 << 62  # iterations
_LIGHT = 200_000  # operations of a body below which worker 0 does it alone
_GUESS = 32  # for a size that is not known
_GUESSED_ITERATIONS = 16
_MOST_COPIES = 6  # in one loop

Pair = tuple[Value, Value]  # what is copied, and where to


@final
@dataclass(frozen=True)
class Place:
    """Where code is written: in the step itself, or inside loops and branches of it."""

    program: Program  # the whole
    names: Names
    solo: bool = False  # worker 0 does it by itself
    run: str | None = None  # in place of the number of the run, for random operations

    def code(self, title: str) -> Code:
        return Code(self.program, self.names, title, solo=self.solo, run=self.run)

    def meetings(self) -> Meetings:
        return Meetings(self.program, self.names, alone=self.solo)


def codes_of(program: Program, place: Place, fetched: Iterable[Value]) -> list[Code]:
    """The statements of `program`, a part of the whole, as code; something behind them needs what is `fetched`."""
    items = schedule(program)
    users = _users(program, items, fetched)
    codes = []
    for item in items:
        code = place.code(_title(item))
        if isinstance(item, Loop):
            made = {value for step in item.steps for value in (step.output, program.root(step.output))}
            write_loop(item, code, {value for value in made if users.get(value, set()) - {id(item)}})
        elif isinstance(item.statement.op, Structured):
            _Nest(item.statement, code, place).write()
        else:
            lower(item.statement, code)
        codes.append(code)
    return codes


def _users(program: Program, items: tuple[Item, ...], fetched: Iterable[Value]) -> dict[Value, set[int]]:
    """For each root, the items that read it; fetches count as another."""
    users: dict[Value, set[int]] = {}
    for item in items:
        read = item.reads() if isinstance(item, Loop) else item.statement.data_inputs
        for value in read:
            users.setdefault(program.root(value), set()).add(id(item))
    for value in fetched:
        users.setdefault(program.root(value), set()).add(0)
    return users


def _title(item: Item) -> str:
    if isinstance(item, Loop):
        names = list(dict.fromkeys(step.statement.name for step in item.steps))
        return f"{', '.join(names)} : {item.steps[-1].output}"
    made = ", ".join(f"{value.name} : {value}" for value in item.statement.outputs)
    return f"{item.statement.op.type}: {made or item.statement.name}"


class _Nest:
    """Writes one loop or branch into `code`, which stands at `place`."""

    def __init__(self, statement: Statement, code: Code, place: Place) -> None:
        assert isinstance(statement.op, Structured)
        self.statement, self.code, self.op, self.names = statement, code, statement.op, code.names
        solo = place.solo or max(map(_effort, statement.op.programs)) < _LIGHT
        if solo:
            code.alone()
        self.place = replace(place, solo=solo)
        self.status = f"table[{code.names.slot('status')}]"

    def write(self) -> None:
        for value in self.statement.data_inputs:
            if value in self.names.tapes:
                self.code.reads[value] = WHOLE
            else:
                self.code.read(value)
        for place, value in enumerate(self.statement.outputs):
            if isinstance(self.op, RepeatWhile) and place > self.op.states:
                self.code.writes[value] = WHOLE
            else:
                self.code.write(value, WHOLE)
        if self.op.draws:
            self._take_key()
        if isinstance(self.op, Repeat):
            self._repeat(self.op)
        elif isinstance(self.op, RepeatWhile):
            self._repeat_while(self.op)
        else:
            assert isinstance(self.op, Choose)
            self._choose(self.op)

    def _take_key(self) -> None:
        """What is drawn inside follows from the key of this run, and of the iteration."""
        code, op = self.code, self.op
        run = code.run or f"table[{self.names.slot('draws')}] + step"
        seed = f"table[{self.names.slot('seed')}]" if op.seed is None and code.run is None else str(op.seed or 0)
        key = self.names.identifier("key")
        drawn = code.expression("random", "random_key", [seed, op.stream, run], "uint64")
        code.line(f"{key} = np.int64({drawn})")
        self.place = replace(self.place, run=key)

    # -- a body -------------------------------------------------------------------------------------------------------

    def _with_run(self, term: str) -> Place:
        """The place for what draws with a key so far from that of the whole."""
        return replace(self.place, run=f"({self.place.run} {term})") if self.op.draws else self.place

    def _place_all(self, meetings: Meetings, program: Program, place: Place) -> None:
        for code in codes_of(program, place, program.fetches):
            meetings.place(code)

    def _copy(self, meetings: Meetings, pairs: Sequence[Pair]) -> None:
        for code in self._copies(pairs):
            meetings.place(code)

    def _copies(self, pairs: Sequence[Pair]) -> list[Code]:
        """Loops that copy values, those of one shape together."""
        loops: list[Loop] = []
        for source, target in pairs:
            loop = next((x for x in loops if same(x.dims, target.dims) and len(x.steps) < _MOST_COPIES), None)
            if loop is None:
                loops.append(loop := Loop(target.dims))
            statement = Statement(f"copy of {source.name}", Identity(), (source,), (target,))
            loop.steps.append(Step(statement, "x", {}, (source,), target))
        codes = []
        for loop in loops:
            code = self.place.code(_title(loop))
            write_loop(loop, code, loop.made)
            codes.append(code)
        return codes

    def _advance(self, meetings: Meetings, following: Sequence[Value], states: Sequence[Value]) -> None:
        """The end of an iteration: what was made becomes the state, unless something failed."""
        root, owners = self.place.program.root, set(states)
        first: list[Pair] = []
        second: list[Pair] = []
        for made, state in zip(following, states, strict=True):
            if root(made) is state:
                continue
            if root(made) in owners:  # they change places
                between = Value(f"{state.name} to be", state.dtype, state.dims)
                first.append((made, between))
                made = between
            second.append((made, state))
        meetings.check()
        codes = [*self._copies(first), *self._copies(second)]
        if self.place.solo and meetings.can_fail and codes:
            meetings.write(f"if {self.status} == 0:", *(f"    {line}" for code in codes for line in code.lines))
        else:
            for code in codes:
                meetings.place(code)
        if not meetings.repeats_freely():
            meetings.meet()

    def _begin(self, inits: Sequence[Value], states: Sequence[Value]) -> None:
        """The state before the first iteration."""
        begin = self.place.meetings()
        self._copy(begin, list(zip(inits, states, strict=True)))
        begin.meet()
        self.code.lines += begin.lines
        self.code.work += begin.work
        self.code.barriers += begin.barriers

    def _take(self, meetings: Meetings, iterations: str) -> None:
        """Counts what is done in a body."""
        self.code.can_fail |= meetings.can_fail
        if not self.place.solo:
            self.code.work += [f"({iterations}) * ({term})" for term in meetings.work]
            self.code.barriers += [f"({iterations}) * ({term})" for term in meetings.barriers]

    # -- for each slice -----------------------------------------------------------------------------------------------

    def _repeat(self, op: Repeat) -> None:
        names, body = self.names, op.body
        count_all = op.states + op.elements
        states, slices = body.feeds[: op.states], body.feeds[op.states : count_all]
        elements = self.statement.inputs[op.states : count_all]
        self._begin(self.statement.inputs[: op.states], states)
        number, at, length = names.identifier("number"), names.identifier("slice"), times(op.length)
        if op.counter is not None:
            length = names.identifier("iterations")
            self.code.line(f"{length} = {self.code.read(op.counter)}[0]")
        slot = names.add_slot("slice", self.statement)
        inside = self.place.meetings()
        inside.write(f"{at} = {length} - 1 - {number}" if op.reverse else f"{at} = {number}")
        store = f"table[{slot}] = {at}"
        inside.write(*([store] if self.place.solo else ["if worker == 0:", f"    {store}"]))
        idle = set(op.idle)
        for place, (piece, whole) in enumerate(zip(slices, elements, strict=True), op.states):
            if place not in idle:
                inside.write(self._row(piece, whole, slot, at))
        results = list(zip(body.fetches[op.states :], self.statement.outputs[op.states :], strict=True))
        early, late = self._rows_of_results(inside, results, slot, at)
        self._copy(inside, early)
        self._place_all(inside, body, self._with_run(f"+ {at}"))
        self._copy(inside, late)
        self._advance(inside, body.fetches[: op.states], states)
        lines = inside.lines
        if self.place.solo and inside.can_fail:
            lines = [f"if {self.status} == 0:", *(f"    {line}" for line in lines)]
        self.code.line(f"for {number} in range({length}):")
        self.code.lines += [f"    {line}" for line in lines]
        self._take(inside, length if op.counter is None else str(_GUESSED_ITERATIONS))

    def _row(self, value: Value, whole: Value, slot: int, at: str) -> str:
        """The line that makes `value` the row `at` of an array, or of what a while loop keeps."""
        kept = self.names.tapes.get(whole)
        name, size = self.names.row(value, whole, slot), count(value)
        if kept is not None:
            memory = f"array_at(table[{kept}], ({at} + 1) * {size}, np.{value.dtype.name})"
            return f"{name} = {memory}[{at} * {size} : ({at} + 1) * {size}]"
        return f"{name} = {self.names.array(self.place.program.root(whole))}[{at} * {size} : ({at} + 1) * {size}]"

    def _rows_of_results(
        self, inside: Meetings, results: Sequence[Pair], slot: int, at: str
    ) -> tuple[list[Pair], list[Pair]]:
        """Makes a result's row the memory of what the body makes; what must be copied there before and after it."""
        body, root = self.op.programs[-1], self.place.program.root
        own = {output for s in body.statements if not isinstance(s.op, Constant) for output in s.outputs}
        taken: set[Value] = set()
        early: list[Pair] = []
        late: list[Pair] = []
        for made, whole in results:
            owner = root(made)
            if owner in own and owner not in taken:
                taken.add(owner)
                inside.write(self._row(owner, whole, slot, at))
                continue
            row = Value(f"row of {whole.name}", made.dtype, made.dims)
            inside.write(self._row(row, whole, slot, at))
            (late if owner in own else early).append((made, row))
        return early, late

    # -- while --------------------------------------------------------------------------------------------------------

    def _repeat_while(self, op: RepeatWhile) -> None:
        names = self.names
        states = op.body.feeds[: op.states]
        self._begin(self.statement.inputs[: op.states], states)
        number = names.identifier("number")
        inside = self.place.meetings()
        self._place_all(inside, op.condition, self._with_run(f"- 1 - {number}"))
        (answer,) = op.condition.fetches
        goes_on = Value(f"{self.statement.name} goes on", int64, ())
        decide = self.place.code("whether it goes on")
        decide.alone()
        asked, told = decide.read(answer, SINGLE), decide.write(goes_on, SINGLE)
        decide.line(f"{told}[0] = 0")
        decide.line(f"if {asked}[0]:")
        counter, *tapes = self.statement.outputs[op.states :] or (None,)
        slot = names.add_slot("slice", self.statement)
        decide.lines.insert(0, f"table[{slot}] = {number}")
        if counter is not None:
            self._make_room(decide, number, counter, tapes)
        decide.line(f"    if {self.status} == 0:")
        decide.line(f"        {told}[0] = 1")
        inside.meet()
        inside.place(decide)
        inside.meet()
        inside.write(f"if {told}[0] == 0:", "    break")
        kept = list(zip(op.body.fetches[op.states :], tapes, strict=True))
        early, late = self._rows_of_results(inside, kept, slot, number)
        self._copy(inside, early)
        self._place_all(inside, op.body, self._with_run(f"+ {number}"))
        self._copy(inside, late)
        self._advance(inside, op.body.fetches[: op.states], states)
        self.code.line(f"for {number} in range({_FOR_EVER}):")
        self.code.lines += [f"    {line}" for line in inside.lines]
        self._take(inside, str(_GUESSED_ITERATIONS))

    def _make_room(self, decide: Code, number: str, counter: Value, tapes: Sequence[Value]) -> None:
        """Before an iteration: there must be memory for what it keeps. The host makes it, ever more at a time."""
        names = self.names
        decide.lines.insert(0, f"{decide.write(counter, SINGLE)}[0] = {number}")
        if not tapes:
            return
        room = names.add_slot("room", tuple(tapes))
        for tape in tapes:
            names.tapes[tape] = names.add_slot("tape", tape)
        call = f"call_back(table[{names.slot('callback')}], {room})"
        decide.line(f"    if {number} >= table[{room}]:")
        decide.line(f"        if {call} != 0 and {self.status} == 0:")
        decide.line(f"            {self.status} = {names.failure(self.statement)}")
        decide.can_fail = True

    # -- if -----------------------------------------------------------------------------------------------------------

    def _choose(self, op: Choose) -> None:
        condition = self.statement.inputs[0]
        held = op.then.feeds[: op.held]
        if held:
            self._begin(self.statement.inputs[1 : 1 + op.held], held)
        for head, program in ((f"if {self.code.read(condition)}[0]:", op.then), ("else:", op.other)):
            inside = self.place.meetings()
            self._place_all(inside, program, self._with_run(""))
            pairs = zip(program.fetches, self.statement.outputs, strict=True)
            self._copy(inside, [(made, out) for made, out in pairs if self.place.program.root(made) is not out])
            self.code.line(head)
            self.code.lines += [f"    {line}" for line in inside.lines] or ["    pass"]
            self._take(inside, "1")


def _effort(program: Program) -> float:
    """Roughly how many operations a body comes to."""
    total = 0.0
    for statement in program.statements:
        if isinstance(statement.op, Constant) or statement.op.is_view:
            continue
        made = sum(_elements(value.dims) for value in statement.outputs)
        if isinstance(statement.op, MatMul):
            made *= 2 * _number(statement.inputs[0].dims[0 if statement.op.transpose_a else 1])
        elif statement.inputs and "Conv2D" in statement.op.type:
            made = 2 * _elements(statement.inputs[0].dims) * _elements(statement.inputs[1].dims[-2:])
        elif isinstance(statement.op, Structured):
            made = _GUESSED_ITERATIONS * sum(map(_effort, statement.op.programs))
        total += made
    return total


def _elements(dims: Any) -> float:
    return math.prod(map(_number, dims))


def _number(size: Dim) -> float:
    return _GUESS if isinstance(size, Symbol) else size
