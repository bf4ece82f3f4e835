"""StepProgram: what of a graph computes given fetches from given feeds, optimised, ready to become machine code."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

from estimators.compiler.pipeline import optimised
from estimators.compiler.program import Program, Value, capture
from model_fns.graph.dimensions import Dims, is_known, named
from model_fns.graph.tensor import Operation, Tensor


@final
@dataclass(frozen=True, eq=False)
class StepProgram:
    """A program, and where the tensors are in it.

    Args:
      values: of the tensors that it computes.
      from_source: of what the machine code gathers itself, the number of the source's array.
      fed: the other tensors that it takes, in order.
      trace: the program after capture and after each pass.
    """

    program: Program
    values: dict[Tensor, Value]
    from_source: dict[Value, int]
    fed: tuple[Tensor, ...]
    trace: tuple[tuple[str, Program], ...]


def step_program(
    elements: Sequence[Any],
    dims: Mapping[Tensor, Dims],
    gathered: Mapping[Tensor, int] | None = None,
    known: Mapping[Tensor, Any] | None = None,
    done: Collection[Operation] = (),
) -> StepProgram:
    """The program for `elements` (tensors and operations).

    Args:
      dims: the tensors that are fed, with their sizes.
      gathered: the tensors that come from the source, each with the number of its array.
      known, done: see `capture`.
    Raises UnknownSizes.
    """
    gathered = gathered or {}
    tensors = list(dict.fromkeys(item for item in elements if isinstance(item, Tensor) and item not in dims))
    batch: dict[Tensor, Dims] = {t: (named("batch"), *t.dims[1:]) for t in gathered}  # type: ignore[index]
    operations = [item for item in elements if isinstance(item, Operation)]
    program = capture([*operations, *tensors], {**dims, **batch}, known, done)
    trace: list[tuple[str, Program]] = [("capture", program)]
    program = optimised(program, trace)
    feeds = dict(zip([*dims, *batch], program.feeds, strict=True))
    used = {v for s in program.statements for v in s.inputs} | set(program.fetches)
    from_source = {feeds[tensor]: number for tensor, number in gathered.items() if feeds[tensor] in used}
    if gathered and not from_source:  # nothing of the batch is used, but it sets the pace
        first = next(iter(gathered))
        from_source = {feeds[first]: gathered[first]}
    idle = {value for value in feeds.values() if value not in used} - from_source.keys()
    told = {size for value in feeds.values() if value not in idle for size in value.dims}
    idle = {v for v in idle if all(is_known(d) or d in told for d in v.dims)}  # the others alone tell some size
    if idle:
        program = Program(tuple(v for v in program.feeds if v not in idle), program.statements, program.fetches)
    values = dict(zip(tensors, program.fetches, strict=True))
    return StepProgram(program, values, from_source, tuple(t for t in dims if feeds[t] not in idle), tuple(trace))
