"""Operations that no graph holds: loops and branches whose bodies are programs, to become part of the step's code.

A body sees the values around it: what it takes from outside is the very value there. Its first feeds are the values
that the statement makes - the state of a loop lives in the memory of the loop's result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, final

from estimators.compiler.program import Program, Value
from model_fns.graph.dimensions import Dim, may_equal
from model_fns.graph.dtypes import int64
from model_fns.graph.op import Op, TensorSpec
from model_fns.ops.indexing import ScatterAdd
from model_fns.ops.rows import ReplaceRows

Known = tuple[TensorSpec, Any]  # what is known of a value: its type and sizes, and the sizes in it


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Structured(Op):
    """What holds programs. `seed` and `stream` decide what random operations inside draw, if it `draws`."""

    idle: tuple[int, ...]  # the inputs of which nothing but the shape matters
    seed: int | None
    stream: int
    draws: bool = False  # type: ignore[misc]  # other ops do or do not
    stateful: ClassVar[bool] = True

    @property
    def shape_inputs(self) -> tuple[int, ...]:  # type: ignore[override]  # other ops have the same ones always
        return self.idle

    @property
    def programs(self) -> tuple[Program, ...]:
        raise NotImplementedError

    def __repr__(self) -> str:
        return self.type


@final
@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Repeat(Structured):
    """Scan as code: `body` once for each slice of the elements; its fetches are the next states, then the results

    Takes the first states, the elements and what the body takes from outside, as the body's feeds.
    """

    type_name: ClassVar[str] = "Scan"
    body: Program
    states: int
    elements: int
    length: Dim
    reverse: bool
    counter: Value | None = None  # the elements are what a while loop kept, this many of each

    @property
    def programs(self) -> tuple[Program, ...]:
        return (self.body,)

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        count = self.states + self.elements
        if self.counter is not None:
            _unchanged(
                specs, inferred(self.body, dict(zip(self.body.feeds, zip(specs, values, strict=True), strict=True)))
            )
            return specs[: self.states]
        lengths = [spec.dims[0] for spec in specs[self.states : count] if spec.dims]
        for other in lengths[1:]:
            if not may_equal(other, lengths[0]):
                raise ValueError(f"The elements have {lengths[0]} and {other} slices.")
        slices = [TensorSpec(s.dtype, s.dims[1:]) for s in specs[self.states : count] if s.dims is not None]
        known = [*[None] * count, *values[count:]]
        given = [*specs[: self.states], *slices, *specs[count:]]
        made = inferred(self.body, dict(zip(self.body.feeds, zip(given, known, strict=True), strict=True)))
        _unchanged(specs[: self.states], made)
        stacked = [TensorSpec(s.dtype, (lengths[0], *s.dims)) for s in made[self.states :] if s.dims is not None]
        return (*specs[: self.states], *stacked)


@final
@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class RepeatWhile(Structured):
    """While as code: `body`, whose fetches are the next states, for as long as what `condition` fetches is true

    Takes the first states and what either takes from outside. Both have the same feeds. What the body fetches besides
    is kept, all of it, for the gradient: further outputs are the number of iterations, if it `counts`, and one for each
    thing kept, of its shape; but there are as many of it.
    """

    type_name: ClassVar[str] = "While"
    condition: Program
    body: Program
    states: int
    counts: bool

    @property
    def programs(self) -> tuple[Program, ...]:
        return self.condition, self.body

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        known = [*[None] * self.states, *values[self.states :]]
        given = dict(zip(self.body.feeds, zip(specs, known, strict=True), strict=True))
        inferred(self.condition, given)
        made = inferred(self.body, given)
        _unchanged(specs[: self.states], made)
        counter = (TensorSpec(int64, ()),) if self.counts else ()
        return (*specs[: self.states], *counter, *made[self.states :])


@final
@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Choose(Structured):
    """If as code: what `then` fetches if the first input is true, else what `other` does

    Takes the condition, the values of `held` variables that either may change, and what either takes from outside: the
    feeds of both. The first results are the variables' last values.
    """

    type_name: ClassVar[str] = "If"
    then: Program
    other: Program
    held: int

    @property
    def programs(self) -> tuple[Program, ...]:
        return self.then, self.other

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        given = dict(zip(self.then.feeds, zip(specs[1:], values[1:], strict=True), strict=True))
        made, others = inferred(self.then, given), inferred(self.other, given)
        _unchanged(made, others)
        return made


def inferred(program: Program, given: Mapping[Value, Known]) -> tuple[TensorSpec, ...]:
    """What the fetches are, if the feeds are what is said of them. ValueError for sizes that do not fit."""
    found = dict(given)
    for statement in program.statements:
        known = [found.get(value, (value.spec, value.known)) for value in statement.inputs]
        specs, values = tuple(spec for spec, _ in known), tuple(value for _, value in known)
        made = statement.op.infer(specs, values)
        value = statement.op.known_value(specs, values) if len(made) == 1 else None
        found.update({output: (spec, value) for output, spec in zip(statement.outputs, made, strict=True)})
    return tuple(found[value][0] if value in found else value.spec for value in program.fetches)


def _unchanged(before: Sequence[TensorSpec], after: Sequence[TensorSpec]) -> None:
    for a, b in zip(before, after, strict=False):
        if a.dims is None or b.dims is None or len(a.dims) != len(b.dims) or not all(map(may_equal, a.dims, b.dims)):
            raise ValueError(f"A loop or a branch makes {b.dims} of what has the shape {a.dims}.")


@final
@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class OnHost(Op):
    """A loop or a branch whose body cannot become code, for a reason"""

    origin: Any  # Scan, While, WhileGrad or If
    reason: str
    stateful: ClassVar[bool] = True

    @property
    def type(self) -> str:
        return str(self.origin.type)

    @property
    def draws(self) -> bool:  # type: ignore[override]  # other ops do or do not
        return bool(self.origin.draws)

    @property
    def seed(self) -> int | None:
        return self.origin.seed

    @property
    def stream(self) -> int:
        return int(self.origin.stream)

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        return self.origin.infer(specs, values)

    def kernel(self, *inputs: Any) -> Any:
        return self.origin.kernel(*inputs)


@final
class WriteRows(Op):
    """ReplaceRows of a tensor that nothing else needs any more: the rows are written where it is"""

    writes: ClassVar[bool] = True
    stateful: ClassVar[bool] = True

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        return specs[:1]

    def kernel(self, *inputs: Any) -> Any:
        return ReplaceRows().kernel(*inputs)


@final
class AddRows(Op):
    """x + ScatterAdd of a tensor x that nothing else needs any more: the rows are added where it is"""

    writes: ClassVar[bool] = True
    stateful: ClassVar[bool] = True

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        return specs[:1]

    def kernel(self, *inputs: Any) -> Any:
        x, numbers, rows = inputs
        return x + ScatterAdd().kernel(rows, numbers, x)
