"""Scan: a body applied to one slice of its elements after the other, handing on a state.

    for each slice x of the elements:
        state, y = body(state, x)
    return state, stacked ys

It can be differentiated as often as one likes: its gradient is the scan of the body's gradient, the other way round.
What that needs of the body's values, the scan hands out, stacked, as soon as its gradient is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, final

import numpy as np

from model_fns.control_flow.kept_values import values_to_keep
from model_fns.control_flow.loop import settled
from model_fns.control_flow.subgraph import Subgraph, floating
from model_fns.errors import InvalidArgumentError
from model_fns.graph.dimensions import may_equal, merged
from model_fns.graph.dtypes import as_dtype
from model_fns.graph.op import Op, TensorSpec
from model_fns.graph.tensor import Tensor
from model_fns.ops.control import Placeholder
from model_fns.ops.shaping import reshape_like, zeros_like


@final
@dataclass(frozen=True)
class Scan(Op):
    """The last of `states` states, and the stacked results of the body

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
        return (*state, *(_stacked(length, spec) for spec in made))

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        """The scan of the body's gradient: its states are the gradients by the state and by what is from outside."""
        outputs = output if isinstance(output, list) else [output]
        upstream = upstream if isinstance(upstream, list) else [upstream]
        state, count = floating(inputs[: self.states]), self.states + self.elements
        results = [n for n in floating(self.body.outputs) if n >= self.states and upstream[n] is not None]
        by = [*state, *results]
        if not self.back_prop or not by:
            return (None,) * len(inputs)
        backward, found = self.body.backward(by, floating(inputs))
        kept, places = self._kept(outputs[0], backward)
        outside = [n for n in found if n >= count]
        body = self._backward_body(backward, found, state, kept)
        given = {n: _upstream(upstream[n], outputs[n]) for n in by}
        first = [*(given[n] for n in state), *(zeros_like(inputs[n]) for n in outside)]
        handed_out = outputs[0].op.outputs
        elements = [
            *(handed_out[place] for place in places),
            *inputs[self.states : count],
            *(given[n] for n in results),
        ]
        definition = Scan(body, len(first), len(elements), not self.reverse, self.seed, self.stream, self.back_prop)
        made = inputs[0].graph.create(definition, (*first, *elements, *inputs[count:]), "Scan").outputs
        together = dict(zip([*state, *outside, *(n for n in found if self.states <= n < count)], made, strict=True))
        return tuple(together.get(number) for number in range(len(inputs)))

    def _kept(self, output: Tensor, backward: Subgraph) -> tuple[list[Tensor], list[int]]:
        """What the gradient needs of the body's values, and which of the outputs are these, stacked: made so here."""
        body = self.body
        kept = values_to_keep(body, backward, body.given[self.states :])
        results = {tensor: place for place, tensor in reversed(list(enumerate(body.outputs))) if place >= self.states}
        more = [tensor for tensor in kept if tensor not in results]
        if more:
            extended = replace(self, body=Subgraph(body.graph, body.given, (*body.outputs, *more)))
            output.op.extend(extended)
            results |= {tensor: place for place, tensor in enumerate(more, len(body.outputs))}
        return kept, [results[tensor] for tensor in kept]

    def _backward_body(
        self, backward: Subgraph, found: list[int], state: list[int], kept: Sequence[Tensor]
    ) -> Subgraph:
        """The body of the gradient's scan.

        Given: gradients by the states after, sums of gradients by what is from outside; the values kept, the slices,
        gradients by the results; what is from outside. Makes the first two anew, and gradients by the slices.
        """
        graph, given, count = self.body.graph, self.body.given, self.states + self.elements
        upstream = backward.given[len(given) :]
        made = dict(zip(found, backward.outputs, strict=True))
        outside = [n for n in found if n >= count]
        with graph.as_default():
            sums = [graph.create(Placeholder(given[n].dtype, given[n].dims), (), "sum").outputs[0] for n in outside]
            by_state = [made[n] if n in made else zeros_like(given[n]) for n in state]
            totals = [total + made[n] for total, n in zip(sums, outside, strict=True)]
        slices = [made[n] for n in found if self.states <= n < count]
        taken = (
            *upstream[: len(state)],
            *sums,
            *kept,
            *given[self.states : count],
            *upstream[len(state) :],
            *given[count:],
        )
        return Subgraph(graph, taken, (*by_state, *totals, *slices))

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
            rows[number] = made[self.states :]
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
