"""Repeats: what a long step does several times, with other arrays each time, written once as a function.

Unrolled time steps and stacked layers are copies of each other: of the statements of a recurrent network over 25 steps,
one in fifteen is new. Each statement that occurs again, but for the arrays, becomes

    def _form_0(table, worker, workers, step, _slot_0, _slot_1, _number_2, _number_3):
        _array_0 = array_at(table[_slot_0], 6400, np.float32)
        ...

and every occurrence a call with the slots of its arrays and its share of the rows. It computes the same bits: the loop
is the same, and the same is known of its arrays. Loops that occur once become functions too: what is left of the step
is then a list of calls, on which no optimisation is lost.

This works on the text that `emit.py` writes, so that only what is left of it has to be parsed. Names of tensors never
begin with an underscore.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import final

from estimators.compiler.liveness import live, returns, stored_in, surely_stored
from estimators.compiler.outline import GIVEN, SHORT
from model_fns.graph.syntax import parsed

_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*")  # not the float32 of np.float32
_ARRAY = re.compile(r"array_at\(table\[(\d+)\], (.*), np\.(\w+)\)")
_ASSIGNED = re.compile(r"^\s*([A-Za-z_]\w*) = ", re.MULTILINE)
_OF_LOOPS = re.compile(r"[a-z]+\d+(_\d+)?")  # i0, x1, v2, at0_1: they are the same in each copy as it is
_BODY = " " * 8  # before the statements of the step
_CONTINUED = ("else:", "elif ")


@final
@dataclass(frozen=True)
class _Definition:
    """A line at the head of `run`. `slot`: of an array that the table alone tells of."""

    text: str
    slot: str | None = None
    length: str = ""
    dtype: str = ""

    @property
    def is_array(self) -> bool:
        return self.text.startswith("array_at(")


@final
class _Statement:
    """A statement, and its `form`: the same with its arrays, sizes and own names called by their order in it."""

    def __init__(self, lines: Sequence[str], definitions: dict[str, _Definition]) -> None:
        self.lines = lines
        self.parameters: list[str] = []
        self.arguments: list[str] = []
        self._definitions = definitions
        self._names: dict[str, str] = {}  # here -> in the form
        self._head: list[str] = []
        text = "\n".join(line[4:] for line in lines)
        self._own = {name for name in _ASSIGNED.findall(text) if not _OF_LOOPS.fullmatch(name)}
        body = self._renamed(text)
        self.form = "\n".join([*(f"    {line}" for line in self._head), body])

    def before(self, names: set[str]) -> set[str]:
        """What names of the form are called in the statement."""
        back = {there: here for here, there in self._names.items() if here in self._own}
        return {back.get(name, name) for name in names}

    def _renamed(self, text: str) -> str:
        return _NAME.sub(self._name, text)

    def _name(self, match: re.Match[str]) -> str:
        name = match.group()
        known = self._names.get(name)
        if known is not None:
            return known
        definition, place = self._definitions.get(name), len(self._names)
        if definition is None:
            if name in self._own:
                self._names[name] = f"_own_{place}"
            return self._names.get(name, name)
        if not definition.is_array:
            here = self._names[name] = f"_number_{place}"
            self._take(here, name)
        elif definition.slot is not None:
            here = self._names[name] = f"_array_{place}"
            self._take(f"_slot_{place}", definition.slot)
            length = self._renamed(definition.length)
            self._head.append(f"{here} = array_at(table[_slot_{place}], {length}, np.{definition.dtype})")
        else:  # scratch memory: this worker's part of an array that all statements share
            here = self._names[name] = name
            self._head.append(f"{name} = {self._renamed(definition.text)}")
        return here

    def _take(self, parameter: str, argument: str) -> None:
        self.parameters.append(parameter)
        self.arguments.append(argument)


def gathered(source: str) -> str:
    """The source with functions for what a long step repeats, and for its loops; that of a short step as it is."""
    lines = source.split("\n")
    start = next((i for i, line in enumerate(lines) if line.startswith("def run(")), len(lines))
    loop = next((i for i in range(start, len(lines)) if lines[i].startswith("    for ")), len(lines))
    stop = next((i for i in range(loop + 1, len(lines)) if not lines[i].startswith(_BODY)), len(lines))
    body = [line for line in lines[loop + 1 : stop] if not line.lstrip().startswith("#")]
    if len(body) <= SHORT:
        return source
    definitions = dict(_definitions(lines[start + 1 : loop]))
    statements = [_Statement(group, definitions) for group in _grouped(body)]
    functions = _functions(statements)
    new_body: list[str] = []
    for statement in statements:
        name = functions.get(statement.form, (None, ""))[0]
        call = f"{_BODY}{name}({', '.join([*GIVEN, *statement.arguments])})"
        new_body += statement.lines if name is None else [call]
    written = [text for _, text in functions.values()]
    left = [lines[loop], *new_body, *lines[stop:]]
    return "\n".join([*lines[:start], *written, lines[start], *_needed(lines[start + 1 : loop], left), *left])


def _needed(head: Sequence[str], left: Sequence[str]) -> list[str]:
    """The definitions that what is left of the step needs, and those that they need, which come before them."""
    names = {name for line in left for name in _NAME.findall(line)}
    needed = []
    for line in reversed(head):
        if not names.isdisjoint(_NAME.findall(line.partition(" = ")[0])):
            needed.append(line)
            names.update(_NAME.findall(line.partition("  #")[0]))
    return needed[::-1]


def _definitions(lines: Sequence[str]) -> Iterator[tuple[str, _Definition]]:
    for line in lines:
        targets, _, text = line.partition("  #")[0].strip().partition(" = ")
        array = _ARRAY.fullmatch(text)
        definition = _Definition(text) if array is None else _Definition(text, *array.groups())
        for name in targets.split(", "):
            yield name, definition


def _grouped(body: Sequence[str]) -> Iterator[list[str]]:
    """The lines of each statement, with the assignments of names before it, which are made for it."""
    group: list[str] = []
    complete = False
    for line in body:
        rest = line[len(_BODY) :]
        if complete and not rest.startswith((" ", *_CONTINUED)):
            yield group
            group = []
        group.append(line)
        complete = rest.startswith(" ") or _ASSIGNED.match(line) is None
    if group:
        yield group


def _functions(statements: Sequence[_Statement]) -> dict[str, tuple[str, str]]:
    """For each form that occurs again, or loops, and always stands by itself, its function's name and source."""
    counts = Counter(statement.form for statement in statements)
    together = parsed("\n".join(f"def run():\n{form}" for form in counts))
    trees: dict[str, list[ast.stmt]] = {form: node.body for form, node in zip(counts, together.body, strict=True)}
    tied = _tied(statements, trees)
    functions: dict[str, tuple[str, str]] = {}
    for statement in statements:
        form = statement.form
        worth = counts[form] > 1 or any(isinstance(each, ast.For) for node in trees[form] for each in ast.walk(node))
        if worth and form not in tied and form not in functions:
            name = f"_form_{len(functions)}"
            functions[form] = name, f"def {name}({', '.join([*GIVEN, *statement.parameters])}):\n{form}\n"
    return functions


def _tied(statements: Sequence[_Statement], trees: dict[str, list[ast.stmt]]) -> set[str]:
    """The forms of statements that end the step, get a name from one before, or have one for one after."""
    used = {form: live(tree) for form, tree in trees.items()}
    stored = {form: {name for node in tree for name in stored_in(node)} for form, tree in trees.items()}
    surely = {form: {name for node in tree for name in surely_stored(node)} for form, tree in trees.items()}
    tied = {form for form, tree in trees.items() if any(map(returns, tree))}
    given = set().union(*(statement.before(stored[statement.form]) for statement in statements))
    alive: set[str] = set()  # what a later statement uses
    for statement in reversed(statements):
        form = statement.form
        needed = statement.before(used[form]) & given
        if needed or alive & statement.before(stored[form]):
            tied.add(form)
        alive = needed | (alive - statement.before(surely[form]))
    return tied
