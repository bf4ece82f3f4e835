"""Scan: a body applied to one slice of its elements after the other, handing on a state.

    for each slice x of the elements:
        state, y = body(state, x)
    return state, stacked ys

It can be differentiated as often as one likes: its gradient is the scan of the body's gradient, the other way round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.control_flow.loop import settled
from model_fns.control_flow.subgraph import Subgraph, floating
from model_fns.errors import InvalidArgumentError
from model_fns.graph.dimensions import may_equal, merged
from model_fns.graph.dtypes import as_dtype
from model_fns.graph.graph import Graph
from model_fns.graph.op import Op, TensorSpec
from model_fns.graph.tensor import Tensor
from model_fns.ops.control import Placeholder
from model_fns.ops.shaping import zeros_like


@final
@dataclass(frozen=True)
class Scan(Op):
    """The last of `states` states, the stacked results of the body, and the stacked states before each application

    Takes the first states, `elements` tensors whose slices the body is given one after the other (the last first if
    `reverse`), and what the body takes from outside. `seed` and `stream` decide, with the number of the slice, what
    random operations inside draw.
    """

    body: Subgraph
    states: int
    elements: int
    reverse: bool
    seed: int | None
    stream: int
    back_prop: bool = True
    stateful: ClassVar[bool] = True

    @property
    def draws(self) -> bool:  # type: ignore[override]  # other ops do or do not
        return self.body.draws

    def infer(self, specs: tuple[TensorSpec, ...], values: tuple[Any, ...]) -> tuple[TensorSpec, ...]:
        elements = specs[self.states : self.states + self.elements]
        length = elements[0].dims[0] if elements[0].dims else None
        for spec in elements[1:]:
            if length is None or spec.dims is None:
                length = None
            elif not may_equal(length, spec.dims[0]):
                raise ValueError(f"Dimensions {length} and {spec.dims[0]} are not compatible")
            else:
                length = merged(length, spec.dims[0])
        slices = [TensorSpec(spec.dtype, None if spec.dims is None else spec.dims[1:]) for spec in elements]
        given = [*specs[: self.states], *slices, *specs[self.states + self.elements :]]
        known = [None] * (self.states + self.elements) + list(values[self.states + self.elements :])
        state = settled(self.body, given, known, self.states)
        made = self.body.infer([*state, *given[self.states :]], known)[self.states :]
        before = state if self.back_prop else ()
        return (*state, *(_stacked(length, spec) for spec in (*made, *before)))

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        """The scan of the body's gradient: its states are the gradients by the state and by what is from outside."""
        if not self.back_prop:
            return (None,) * len(inputs)
        outputs = output if isinstance(output, list) else [output]
        upstream = upstream if isinstance(upstream, list) else [upstream]
        count = self.states + self.elements
        results = len(self.body.outputs)
        state, by = floating(inputs[: self.states]), floating(self.body.outputs)
        if not by:
            return (None,) * len(inputs)
        along = floating(inputs)
        backward, found = self.body.backward(by, along)
        sliced = [number for number in found if self.states <= number < count]
        outside = [number for number in found if number >= count]
        body = _backward_body(self.body, backward, found, self.states, count, state, len(by))
        with inputs[0].graph.as_default():
            # The gradients by the states before each application come with those that the scan makes: none are given.
            first = [upstream[number] for number in state] + [zeros_like(inputs[number]) for number in outside]
            ys = [upstream[number] for number in by if number >= self.states]
            kept = outputs[results:]
            graph: Graph = inputs[0].graph
            elements = [*kept, *inputs[self.states : count], *ys]
            definition = Scan(body, len(first), len(elements), not self.reverse, self.seed, self.stream)
            made = graph.create(definition, (*first, *elements, *inputs[count:]), "Scan").outputs
        by_state = dict(zip(state, made, strict=False))
        by_outside = dict(zip(outside, made[len(state) :], strict=False))
        by_slice = dict(zip(sliced, made[len(first) :], strict=False))
        together = by_state | by_outside | by_slice
        return tuple(together.get(number) for number in range(len(inputs)))

    def kernel(self, *inputs: Any) -> tuple[Any, ...]:
        given = list(inputs)
        key = int(given.pop()) if self.draws else 0
        count = self.states + self.elements
        state, elements, outside = given[: self.states], given[self.states : count], given[count:]
        length = len(elements[0])
        for other in elements[1:]:
            if len(other) != length:
                raise InvalidArgumentError(message=f"The elements have {length} and {len(other)} slices.")
        numbers = range(length - 1, -1, -1) if self.reverse else range(length)
        rows: list[Any] = [None] * length
        for number in numbers:
            made = self.body([*state, *(element[number] for element in elements), *outside], key + number)
            rows[number] = [*made[self.states :], *(state if self.back_prop else [])]
            state = made[: self.states]
        if not length:
            return (*state, *self._nothing(given))
        return (*state, *(np.stack(column) for column in zip(*rows, strict=True)))

    def _nothing(self, given: Sequence[Any]) -> list[Any]:
        """The stacked results of no application at all."""
        specs = [TensorSpec(as_dtype(np.asarray(item).dtype), np.shape(item)) for item in given]
        made = self.infer(tuple(specs), (None,) * len(specs))[self.states :]
        return [np.zeros([int(size) for size in spec.dims or ()], spec.dtype.as_numpy_dtype) for spec in made]  # type: ignore[arg-type]


def _stacked(length: Any, spec: TensorSpec) -> TensorSpec:
    return TensorSpec(spec.dtype, None if length is None or spec.dims is None else (length, *spec.dims))


def _backward_body(
    body: Subgraph, backward: Subgraph, found: list[int], states: int, count: int, state: list[int], by: int
) -> Subgraph:
    """The body of the gradient's scan.

    Given: gradients by the states after, sums of gradients by what is from outside; the states before, the slices,
    gradients by the results; what is from outside. Makes the first two anew, and gradients by the slices.
    """
    graph = body.graph
    upstream = backward.given[len(body.given) :]
    made = dict(zip(found, backward.outputs, strict=True))
    outside = [number for number in found if number >= count]
    with graph.as_default():
        sums = [
            graph.create(Placeholder(body.given[n].dtype, body.given[n].dims), (), "sum").outputs[0] for n in outside
        ]
        by_state = [made[n] if n in made else zeros_like(body.given[n]) for n in state]
        totals = [total + made[n] for total, n in zip(sums, outside, strict=True)]
    slices = [made[n] for n in found if states <= n < count]
    given = (*upstream[: len(state)], *sums, *body.given[:count], *upstream[len(state) :], *body.given[count:])
    return Subgraph(graph, given, (*by_state, *totals, *slices))
