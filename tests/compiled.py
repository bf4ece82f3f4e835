"""Many graphs as one executable, and the same graphs run by the reference interpreter: two answers to compare.

Compiling takes seconds for each program, however small, so graphs that are tested alike are joined into one program.
Each keeps its own names, under the name of its part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np

from estimators.compiler.executable import Executable
from estimators.compiler.pipeline import optimised
from estimators.compiler.program import Program, Statement, Value
from estimators.compiler.reference import evaluate, fed_array
from model_fns.graph.tensor import Operation, Tensor
from tests.cases.compiled import captured

SEED = 11

State = dict[str, np.ndarray]
Results = dict[str, Any]


@final
@dataclass(frozen=True)
class Part:
    """One graph of several: what is asked of it, what it is fed for a batch, and what its variables hold at first."""

    name: str
    fetches: Mapping[str, Tensor | Operation]
    feeds: Callable[[int], Mapping[Tensor, Any]]
    state: Mapping[str, np.ndarray]

    def title(self, what: str) -> str:
        return f"{self.name}/{what}"

    def starting(self) -> State:
        return {self.title(name): np.array(array, order="C") for name, array in self.state.items()}


def joined(programs: Mapping[str, Program]) -> Program:
    """One program that does what all of them do, names being prefixed with that of the program."""
    feeds: list[Value] = []
    statements: list[Statement] = []
    fetches: list[Value] = []
    for prefix, program in programs.items():
        made = [output for statement in program.statements for output in statement.outputs]
        renamed = {value: replace(value, name=f"{prefix}/{value.name}") for value in (*program.feeds, *made)}

        def under_prefix(values: Sequence[Value], renamed: dict[Value, Value] = renamed) -> tuple[Value, ...]:
            return tuple(renamed[value] for value in values)

        feeds += under_prefix(program.feeds)
        fetches += under_prefix(program.fetches)
        statements += [
            Statement(f"{prefix}/{each.name}", each.op, under_prefix(each.inputs), under_prefix(each.outputs))
            for each in program.statements
        ]
    return Program(tuple(feeds), tuple(statements), tuple(fetches))


@final
class Compiled:
    """Parts compiled together, once for all batches. Unknown sizes of what is fed are the batch's."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = parts
        programs = {part.name: captured(list(part.fetches.values()), list(part.feeds(1))) for part in parts}
        self.executable = Executable(optimised(joined(programs)))

    def starting(self) -> State:
        """What the variables of all parts hold at first."""
        return {name: array for part in self.parts for name, array in part.starting().items()}

    def run(self, batch: int, state: State, workers: int = 1, steps: int = 1, draws: int = 0) -> Results:
        """title -> value of every tensor that is asked for, after `steps` steps; changes `state`."""
        feeds = [fed_array(tensor, array) for part in self.parts for tensor, array in part.feeds(batch).items()]
        outcome, values = self.executable.run(state, feeds, steps=steps, draws=draws, seed=SEED, workers=workers)
        assert outcome.steps == steps
        titles = [
            part.title(what) for part in self.parts for what, item in part.fetches.items() if isinstance(item, Tensor)
        ]
        return dict(zip(titles, values, strict=True))

    def expected(self, batch: int, state: State, steps: int = 1, draws: int = 0) -> Results:
        """The same from the reference interpreter, graph by graph."""
        results: Results = {}
        for part in self.parts:
            own = {name: state[part.title(name)] for name in part.state}
            for step in range(draws, draws + steps):
                values = evaluate(list(part.fetches.values()), part.feeds(batch), own, SEED, step)
            for (what, item), value in zip(part.fetches.items(), values, strict=True):
                if isinstance(item, Tensor):
                    results[part.title(what)] = value
        return results


def differences(actual: Results, expected: Results, tolerance: float) -> list[str]:
    """A sentence for each value that is not as expected, or not of its type and shape."""
    found = [f"{title}: only once" for title in actual.keys() ^ expected.keys()]
    for title, wanted in expected.items():
        a, b = np.asarray(actual.get(title)), np.asarray(wanted)
        if a.dtype != b.dtype or a.shape != b.shape:
            found.append(f"{title}: {a.dtype}{a.shape} instead of {b.dtype}{b.shape}")
        elif a.dtype.kind != "f":
            found += [] if np.array_equal(a, b) else [f"{title}: {a} instead of {b}"]
        else:
            scale = max(1.0, float(np.abs(b[np.isfinite(b)]).max(initial=0)))
            wrong = ~np.isclose(a, b, rtol=tolerance, atol=tolerance * scale, equal_nan=True)
            found += [f"{title}: {a[wrong]} instead of {b[wrong]}, {wrong.sum()} of {b.size}"] if wrong.any() else []
    return found


def changed_bits(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """The titles of what is not the same to the bit."""
    return [title for title in one if np.asarray(one[title]).tobytes() != np.asarray(other[title]).tobytes()]
