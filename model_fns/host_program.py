"""HostProgram: a part of a graph that runs on the host, with the ops' own NumPy kernels, for values of any shapes.

It is what runs a dataset's functions, the branches and bodies of control flow, and the text-reading part of a step. The
order of the operations is settled once, and what depends on constants alone is computed then, so that a call costs
little more than its kernels.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from model_fns.errors import InvalidArgumentError, OpError
from model_fns.graph.needed import needed_operations
from model_fns.graph.op import Op
from model_fns.graph.tensor import Operation, Tensor
from model_fns.kernel_call import outputs_of
from model_fns.ops.control import Placeholder
from model_fns.ops.state import VariableV2


@final
@dataclass(frozen=True, eq=False)
class _Call:
    """A kernel with the places of its inputs and outputs among the values."""

    name: str
    definition: Op
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    changes: int | None = None  # the place of the variable that the first output replaces


@final
class HostProgram:
    """Computes `wanted` from the values of `given`, tensors of one graph.

    Args:
      seed: of random operations whose graph has none.
      variables: those of `given` that stand for variables. They may be assigned to, which changes nothing outside; to
        want one of them is to want its last value.
      done: operations that were done before, and are not waited for.
    Raises InvalidArgumentError if it would have to read or change another variable, or a placeholder is not given.
    """

    def __init__(
        self,
        wanted: Sequence[Tensor],
        given: Sequence[Tensor],
        seed: int = 0,
        variables: Collection[Tensor] = (),
        done: Collection[Operation] = (),
    ) -> None:
        self._seed = seed
        self._given = [(tensor, tensor.dtype.as_numpy_dtype) for tensor in given]
        places = {tensor: place for place, tensor in enumerate(given)}
        known: dict[int, Any] = {}
        self._calls: list[_Call] = []
        for operation in needed_operations(wanted, given, done):
            if operation.outputs and all(output in places for output in operation.outputs):
                continue
            definition = operation.definition
            if not (definition.writes and operation.inputs[0] in variables):
                _check(operation)
            for output in operation.outputs:
                places.setdefault(output, len(places))
            call = _Call(
                operation.name,
                definition,
                tuple(places[tensor] for tensor in operation.inputs),
                tuple(places[tensor] for tensor in operation.outputs),
                places[operation.inputs[0]] if definition.writes else None,
            )
            if not (definition.stateful or definition.draws) and all(place in known for place in call.inputs):
                known.update(zip(call.outputs, _results(call, [known[p] for p in call.inputs], 0, seed), strict=True))
            else:
                self._calls.append(call)
        self._start = [known.get(place) for place in range(len(places))]
        self._wanted = [places[tensor] for tensor in wanted]

    def __call__(self, values: Sequence[Any], step: int = 0, seed: int | None = None) -> list[Any]:
        """The wanted values. `step`: random operations draw anew for each. `seed`: another one than at the start."""
        seed = self._seed if seed is None else seed
        held = self._start.copy()
        for place, ((_, dtype), value) in enumerate(zip(self._given, values, strict=True)):
            held[place] = np.asarray(value, dtype)
        with np.errstate(all="ignore"):
            for call in self._calls:
                results = _results(call, [held[place] for place in call.inputs], step, seed)
                for place, result in zip(call.outputs, results, strict=True):
                    held[place] = result
                if call.changes is not None:
                    held[call.changes] = results[0]
        return [held[place] for place in self._wanted]


def _results(call: _Call, inputs: list[Any], step: int, seed: int) -> tuple[Any, ...]:
    try:
        return outputs_of(call.definition, inputs, seed, step)
    except OpError as error:
        raise type(error)(message=f"{error.message}\n\t [[node {call.name}]]") from None
    except (ValueError, TypeError, IndexError) as error:
        raise InvalidArgumentError(message=f"{error}\n\t [[node {call.name}]]") from error


def _check(operation: Operation) -> None:
    definition = operation.definition
    if isinstance(definition, VariableV2) or definition.writes:
        raise InvalidArgumentError(
            message=f"{operation.name} is or changes a variable, which the function of a dataset cannot; make the "
            "variable outside, and the function sees its value when the iterator starts."
        )
    if isinstance(definition, Placeholder):
        raise definition.unfed(operation)
