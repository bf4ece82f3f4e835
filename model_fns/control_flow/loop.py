"""The while loop as an operation, and its gradient: the loop once more, every state kept, then backwards."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.control_flow.subgraph import Subgraph, either, floating
from model_fns.errors import InvalidArgumentError
from model_fns.graph.dimensions import Dim
from model_fns.graph.op import Op, TensorSpec
from model_fns.graph.tensor import Tensor


@dataclass(frozen=True)
class _Looping(Op):
    """What has a condition and a body. Both are given the `variables` loop variables, then what they take from outside.

    `seed` and `stream` decide, with the number of the iteration, what random operations inside draw.
    """

    condition: Subgraph
    body: Subgraph
    variables: int
    seed: int | None
    stream: int
    stateful: ClassVar[bool] = True

    @property
    def draws(self) -> bool:  # type: ignore[override]  # other ops do or do not
        return self.condition.draws or self.body.draws

    def states(self, loop: Sequence[Any], captured: Sequence[Any], key: int) -> Iterator[list[Any]]:
        """The loop variables before each iteration, and after the last."""
        state = list(loop)
        yield state
        number = 0
        while self._goes_on([*state, *captured], key - 1 - number):
            state = self.body([*state, *captured], key + number)
            yield state
            number += 1

    def _goes_on(self, given: list[Any], key: int) -> bool:
        (answer,) = self.condition(given, key)
        if np.size(answer) != 1:
            raise InvalidArgumentError(
                message=f"The condition of a while loop must be a scalar, but it has shape {np.shape(answer)}."
            )
        return bool(np.all(answer))


@final
@dataclass(frozen=True)
class While(_Looping):
    """The loop variables when the condition is no longer true, the body having been applied to them until then"""

    back_prop: bool = True

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        return settled(self.body, specs, values, self.variables)

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        if not self.back_prop:
            return (None,) * len(inputs)
        upstream = upstream if isinstance(upstream, list) else [upstream]
        loop, captured = floating(inputs[: self.variables]), floating(inputs[self.variables :])
        if not loop:
            return (None,) * len(inputs)
        along = [*loop, *(number + self.variables for number in captured)]
        backward, found = self.body.backward(loop, along)
        definition = WhileGrad(
            self.condition, self.body, self.variables, self.seed, self.stream, backward, tuple(loop), tuple(found)
        )
        taken = (*inputs, *(upstream[number] for number in loop))
        made = iter(inputs[0].graph.create(definition, taken, "WhileGrad").outputs)
        wanted = {*loop, *found}
        return tuple(next(made) if number in wanted else None for number in range(len(inputs)))

    def kernel(self, *inputs: Any) -> tuple[Any, ...]:
        given = list(inputs)
        key = int(given.pop()) if self.draws else 0
        (last,) = deque(self.states(given[: self.variables], given[self.variables :], key), maxlen=1)
        return tuple(last)


def settled(
    body: Subgraph, specs: Sequence[TensorSpec], values: Sequence[Any], variables: int
) -> tuple[TensorSpec, ...]:
    """What is known of the first `variables` of the given, and of the outputs in their place, after any iteration."""
    loop = tuple(specs[:variables])
    known = [None] * variables + list(values[variables:])
    varying: set[Dim] = set()
    while True:
        after = body.infer([*loop, *specs[variables:]], known)[:variables]
        merged = tuple(a if _covers(a, b, varying) else either(a, b) for a, b in zip(loop, after, strict=True))
        if merged == loop:
            return loop
        varying |= {y for a, b in zip(loop, merged, strict=True) for y in b.dims or () if y not in (a.dims or ())}
        loop = merged


def _covers(a: TensorSpec, b: TensorSpec, varying: Collection[Dim]) -> bool:
    """Whether what is known by `a`, of which nothing is known of the sizes `varying`, is true of `b`, too."""
    if a.dims is None:
        return True
    if b.dims is None or len(a.dims) != len(b.dims):
        return False
    return all(x == y or x in varying for x, y in zip(a.dims, b.dims, strict=True))


@final
@dataclass(frozen=True)
class WhileGrad(_Looping):
    """The gradient of a while loop by those of its inputs that it depends on

    Takes the loop's inputs, then the gradients by the loop variables `loop`. `backward` makes of the values before an
    iteration and the gradients by those after it the gradients by the inputs `found`.
    """

    backward: Subgraph
    loop: tuple[int, ...]
    found: tuple[int, ...]

    @property
    def _of_captured(self) -> list[int]:
        return [number for number in self.found if number >= self.variables]

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        return tuple(specs[number] for number in (*self.loop, *self._of_captured))

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        raise LookupError("Second-order gradient for while loops not supported.")

    def kernel(self, *inputs: Any) -> tuple[Any, ...]:
        given = list(inputs)
        key = int(given.pop()) if self.draws else 0
        count = len(given) - len(self.loop)
        captured, gradients = given[self.variables : count], dict(zip(self.loop, given[count:], strict=True))
        total = {number: np.zeros_like(given[number]) for number in self._of_captured}
        states = list(self.states(given[: self.variables], captured, key))[:-1]
        for number, state in reversed(list(enumerate(states))):
            made = self.backward([*state, *captured, *gradients.values()], key + number)
            by_input = dict(zip(self.found, made, strict=True))
            for place in total:
                total[place] = total[place] + by_input[place]
            zeros = {place: np.zeros_like(state[place]) for place in self.loop if place not in by_input}
            gradients = {place: by_input[place] if place in by_input else zeros[place] for place in self.loop}
        return (*gradients.values(), *total.values())
