"""Subgraph: a branch or a body - a graph of its own, computed as a function of what it is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, final

from model_fns.autodiff import gradients
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims, Symbol, unknown
from model_fns.graph.graph import Graph
from model_fns.graph.needed import needed_operations
from model_fns.graph.op import TensorSpec
from model_fns.graph.tensor import Operation, Tensor
from model_fns.host_program import HostProgram
from model_fns.ops.control import Placeholder
from model_fns.ops.shaping import ReshapeLike


@final
@dataclass(frozen=True, eq=False)
class Subgraph:
    """Computes `outputs` from the values of `given`, all of them tensors of `graph`. Two are equal if they are one.

    Of those given, some may stand for variables and be assigned to: as outputs, they have their last value.
    """

    graph: Graph
    given: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]

    @cached_property
    def operations(self) -> list[Operation]:
        return needed_operations(self.outputs, self.given)

    @cached_property
    def assigned(self) -> list[Tensor]:
        """Those of `given` that are assigned to."""
        written = {operation.inputs[0] for operation in self.operations if operation.definition.writes}
        return [tensor for tensor in self.given if tensor in written]

    @cached_property
    def draws(self) -> bool:
        return any(operation.definition.draws for operation in self.operations)

    @property
    def seed(self) -> int | None:
        """The seed of the first random operation inside that has one."""
        seeds = [getattr(operation.definition, "seed", None) for operation in self.operations]
        return next((seed for seed in seeds if seed is not None), None)

    @cached_property
    def _program(self) -> HostProgram:
        return HostProgram(self.outputs, self.given, variables=self.assigned)

    def __call__(self, values: Sequence[Any], key: int = 0) -> list[Any]:
        """The outputs' values. `key` decides what random operations draw."""
        return self._program(values, key)

    def infer(self, specs: Sequence[TensorSpec], values: Sequence[Any]) -> list[TensorSpec]:
        """Types and sizes of the outputs, given those of `given` and the sizes that are known to be inside them."""
        found = dict(zip(self.given, zip(specs, values, strict=True), strict=True))
        for operation in self.operations:
            if operation.outputs and all(output in found for output in operation.outputs):
                continue
            own, known = [found[x][0] for x in operation.inputs], [found[x][1] for x in operation.inputs]
            made = operation.definition.infer(tuple(own), tuple(known))
            value = operation.definition.known_value(tuple(own), tuple(known)) if len(made) == 1 else None
            for tensor, spec in zip(operation.outputs, made, strict=True):
                found[tensor] = TensorSpec(spec.dtype, _refined(spec.dims, tensor.dims)), value
        return [found[tensor][0] for tensor in self.outputs]

    def backward(self, by: Sequence[int], along: Sequence[int]) -> tuple[Subgraph, list[int]]:
        """The gradients of the outputs `by`, whose own gradients are given after `given`, by those of `given` `along`.

        Returns the graph of those that there are, and which of `along` they belong to. Values inside are computed anew.
        """
        with self.graph.as_default():
            targets, sources = [self.outputs[n] for n in by], [self.given[n] for n in along]
            upstream = [self.graph.create(Placeholder(y.dtype, y.dims), (), "upstream").outputs[0] for y in targets]
            found = gradients(targets, sources, upstream) if targets else [None] * len(sources)
            # Of the same shape as the input, which not every gradient shows when sizes are inferred.
            outputs = [
                self.graph.create(ReshapeLike(), (convert_to_tensor(gradient), source), "gradient").outputs[0]
                for gradient, source in zip(found, sources, strict=True)
                if gradient is not None
            ]
        numbers = [n for n, gradient in zip(along, found, strict=True) if gradient is not None]
        return Subgraph(self.graph, (*self.given, *upstream), tuple(outputs)), numbers


def _refined(inferred: Dims | None, static: Dims | None) -> Dims | None:
    """Sizes as inferred; where nothing is known, the numbers that the graph knows."""
    if inferred is None:
        return None if static is None else tuple(unknown() if isinstance(size, Symbol) else size for size in static)
    if static is None or len(static) != len(inferred):
        return inferred
    return tuple(
        b if isinstance(a, Symbol) and a.is_unknown and not isinstance(b, Symbol) else a
        for a, b in zip(inferred, static, strict=True)
    )


def floating(tensors: Sequence[Tensor]) -> list[int]:
    """The positions of those with a gradient."""
    return [number for number, tensor in enumerate(tensors) if tensor.dtype.is_floating]


def either(a: TensorSpec, b: TensorSpec) -> TensorSpec:
    """What is known of a tensor that is one of two."""
    if a.dims is None or b.dims is None or len(a.dims) != len(b.dims):
        return TensorSpec(a.dtype, None)
    return TensorSpec(a.dtype, tuple(x if x == y else unknown() for x, y in zip(a.dims, b.dims, strict=True)))
