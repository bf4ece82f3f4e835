"""Scan: a body applied to one slice of its elements after the other, handing on a state.

    for each slice x of the elements:
        state, y = body(state, x)
    return state, stacked ys

It can be differentiated as often as one likes: its gradient is the scan of the body's gradient, the other way round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from model_fns.ops.shaping import reshape_like, zeros_like


@final
@dataclass(frozen=True)
class Scan(Op):
    """The last of `states` states, and the stacked results of the body; if `records`, the stacked states before each

    Takes the first states, `elements` tensors whose slices the body is given one after the other (the last first if
    `reverse`), and what the body takes from outside. `seed` and `stream` decide, with the number of the slice, what
    random operations inside draw. The gradient needs the states before each application, and records them if `records`
    does not.
    """

    body: Subgraph
    states: int
    elements: int
    reverse: bool
    seed: int | None
    stream: int
    back_prop: bool = True
    records: bool = True
    stateful: ClassVar[bool] = True
    takes_missing_gradients: ClassVar[bool] = True

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
        before = state if self.records else ()
        return (*state, *(_stacked(length, spec) for spec in (*made, *before)))

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        """The scan of the body's gradient: its states are the gradients by the state and by what is from outside."""
        outputs = output if isinstance(output, list) else [output]
        upstream = upstream if isinstance(upstream, list) else [upstream]
        count, results = self.states + self.elements, len(self.body.outputs)
        state, by = floating(inputs[: self.states]), floating(self.body.outputs)
        if not self.back_prop or not by:
            return (None,) * len(inputs)
        graph = inputs[0].graph
        kept = outputs[results:] if self.records else self._recorded(graph, inputs)
        by_kept = [n for n in state if self.records and upstream[results + n] is not None]
        backward, found = self.body.backward(by, floating(inputs))
        body = self._backward_body(backward, found, state, by_kept)
        given = {n: _upstream(upstream[n], outputs[n]) for n in by}
        outside = [n for n in found if n >= count]
        first = [given[n] for n in state] + [zeros_like(inputs[n]) for n in outside]
        elements = [*kept, *inputs[self.states : count], *(given[n] for n in by if n >= self.states)]
        elements += [upstream[results + n] for n in by_kept]
        definition = Scan(
            body, len(first), len(elements), not self.reverse, self.seed, self.stream, self.back_prop, records=False
        )
        made = graph.create(definition, (*first, *elements, *inputs[count:]), "Scan").outputs
        places = [*state, *outside, *(n for n in found if self.states <= n < count)]
        together = dict(zip(places, made, strict=True))
        return tuple(together.get(number) for number in range(len(inputs)))

    def _recorded(self, graph: Graph, inputs: Sequence[Tensor]) -> Sequence[Tensor]:
        """The states before each application, from a scan that records them."""
        definition = replace(self, records=True)
        return graph.create(definition, inputs, "Scan").outputs[len(self.body.outputs) :]

    def _backward_body(self, backward: Subgraph, found: list[int], state: list[int], by_kept: list[int]) -> Subgraph:
        """The body of the gradient's scan.

        Given: gradients by the states after, sums of gradients by what is from outside; the states before, the slices,
        gradients by the results and by the recorded states; what is from outside. Makes the first two anew, and
        gradients by the slices.
        """
        graph, given, count = self.body.graph, self.body.given, self.states + self.elements
        upstream = backward.given[len(given) :]
        made = dict(zip(found, backward.outputs, strict=True))
        outside = [n for n in found if n >= count]
        with graph.as_default():
            sums, more = (
                [graph.create(Placeholder(given[n].dtype, given[n].dims), (), "sum").outputs[0] for n in numbers]
                for numbers in (outside, by_kept)
            )
            by_state = {n: made[n] if n in made else zeros_like(given[n]) for n in state}
            by_state |= {n: by_state[n] + term for n, term in zip(by_kept, more, strict=True)}
            totals = [total + made[n] for total, n in zip(sums, outside, strict=True)]
        slices = [made[n] for n in found if self.states <= n < count]
        taken = (*upstream[: len(state)], *sums, *given[:count], *upstream[len(state) :], *more, *given[count:])
        return Subgraph(graph, taken, (*by_state.values(), *totals, *slices))

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
            rows[number] = [*made[self.states :], *(state if self.records else [])]
            state = made[: self.states]
        if not length:
            return (*state, *self._nothing(given))
        return (*state, *(np.stack(column) for column in zip(*rows, strict=True)))

    def _nothing(self, given: Sequence[Any]) -> list[Any]:
        """The stacked results of no application at all."""
        specs = [TensorSpec(as_dtype(np.asarray(item).dtype), np.shape(item)) for item in given]
        made = self.infer(tuple(specs), (None,) * len(specs))[self.states :]
        return [np.zeros([int(size) for size in spec.dims or ()], spec.dtype.as_numpy_dtype) for spec in made]  # type: ignore[arg-type]


def _upstream(gradient: Tensor | None, output: Tensor) -> Tensor:
    """The gradient by an output, of a shape that is seen to be the output's."""
    return zeros_like(output) if gradient is None else reshape_like(gradient, output)


def _stacked(length: Any, spec: TensorSpec) -> TensorSpec:
    return TensorSpec(spec.dtype, None if length is None or spec.dims is None else (length, *spec.dims))
