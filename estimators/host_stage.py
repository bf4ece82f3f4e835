"""The host's part of a step: reading text, and what makes tensors of sizes that only their contents tell.

Such operations cannot be machine code. Where they depend on the input alone, not on variables, they run before the
compiled part, which is fed with their results; the batch size stays no part of what is compiled. Of what depends on
more, text is the business of operations that the compiled part calls back, and sizes are where it is cut in two
(compiler/cut.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, final

from model_fns.graph.constant import Constant
from model_fns.graph.dimensions import Symbol, is_known
from model_fns.graph.dtypes import string
from model_fns.graph.needed import needed_operations
from model_fns.graph.tensor import Operation, Tensor
from model_fns.host_program import HostProgram
from model_fns.ops.control import Placeholder
from model_fns.ops.shaping import Squeeze
from model_fns.ops.state import VariableV2


@final
@dataclass(frozen=True, eq=False)
class HostStage:
    """A program that makes `results`, which the compiled part takes, out of `given`."""

    given: tuple[Tensor, ...]
    results: tuple[Tensor, ...]
    program: HostProgram


def host_stage(targets: Sequence[Any], given: Collection[Tensor]) -> HostStage | None:
    """What of the way from `given` (fed tensors, batches) to `targets` the host does first; None if nothing is."""
    needed = needed_operations(targets, given)
    ready: set[Tensor] = set(given)
    possible: set[Operation] = set()
    chosen: list[Operation] = []
    for operation in needed:  # inputs come before what takes them
        if operation.outputs and all(output in ready for output in operation.outputs):
            continue
        if not _can_wait_for_input(operation, ready, possible):
            continue
        possible.add(operation)
        if any(tensor not in given for tensor in operation.outputs) and _must(operation):
            chosen.append(operation)
    if not chosen:
        return None
    behind = set(needed_operations(chosen, given))
    wanted = set(targets)
    for operation in needed:
        if operation not in behind:
            wanted.update(operation.inputs)
    outputs = (output for operation in needed if operation in behind for output in operation.outputs)
    results = tuple(
        tensor
        for tensor in outputs
        if tensor in wanted and tensor not in ready and not isinstance(tensor.op.definition, Constant)
    )
    used = tuple(tensor for tensor in given if any(tensor in operation.inputs for operation in behind))
    return HostStage(used, results, HostProgram(results, used)) if results else None


def is_row_wise(stage: HostStage) -> bool:
    """Whether what a stage makes of many rows at once is what it makes of them batch by batch."""
    for operation in needed_operations(stage.results, stage.given):
        if not all(tensor in stage.given for tensor in operation.outputs) and not operation.definition.row_wise:
            return False
    return all(tensor.dims and all(map(is_known, tensor.dims[1:])) for tensor in stage.results)


def _can_wait_for_input(operation: Operation, ready: Collection[Tensor], possible: Collection[Operation]) -> bool:
    """Whether the operation depends on nothing but constants and what is given."""
    definition = operation.definition
    if isinstance(definition, VariableV2 | Placeholder) or definition.writes or not operation.outputs:
        return False
    before = [tensor.op for tensor in operation.inputs if tensor not in ready]
    return all(item in possible for item in (*before, *operation.control_inputs))


def _must(operation: Operation) -> bool:
    if isinstance(operation.definition, Constant):
        return False
    if operation.outputs and all(tensor.known_value is not None for tensor in operation.outputs):
        return False  # sizes of text, say, which the compiler knows without looking at it
    tensors = (*operation.inputs, *operation.outputs)
    return any(tensor.dtype == string for tensor in tensors) or _has_sizes_of_its_own(operation)


def _has_sizes_of_its_own(operation: Operation) -> bool:
    """Whether the sizes of an output follow from the contents of the inputs, not from their sizes."""
    if any(tensor.dims is None for tensor in operation.inputs) or isinstance(operation.definition, Squeeze):
        return False  # nothing can be told yet
    before = set(_unknown(operation.inputs))
    return any(tensor.dims is None for tensor in operation.outputs) or any(
        atom not in before for atom in _unknown(operation.outputs)
    )


def _unknown(tensors: Iterable[Tensor]) -> Iterable[str]:
    """The names of the sizes that nothing is known of, also of those inside others: x[1:] has no size of its own."""
    for tensor in tensors:
        for size in tensor.dims or ():
            if isinstance(size, Symbol):
                yield from size.unknown_names
