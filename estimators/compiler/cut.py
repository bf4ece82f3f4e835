"""Cut: how far a run can go in one compiled piece, before sizes must be looked at that only values tell.

`boolean_mask` of something computed makes as many rows as there are true values. Such an operation runs on the host,
between two compiled pieces; the sizes of what it made are then what the next piece is compiled for. There are as many
pieces as such operations stand one behind the other. Every operation is done once in a run, in the order that data,
control dependencies, and what they read and write of variables ask for; those that nothing before a cut waits for,
updates of variables above all, come last.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

from estimators.compiler.program import UnknownSizes, Value, captured, value_of
from model_fns.graph.constant import Constant
from model_fns.graph.dimensions import Dims
from model_fns.graph.needed import needed_operations
from model_fns.graph.tensor import Operation, Tensor
from model_fns.ops.state import VariableV2


@final
@dataclass(frozen=True, eq=False)
class Cut:
    """The next piece of a run that is not its last.

    Args:
      operations: what must be done in it, in order.
      once: those of them that later pieces must not do again; constants and variables are in each.
      border: the operations that the host runs after it, each of which makes sizes of its own.
      looked_at: the tensors that these take, constants apart.
      passed_on: the tensors that the piece computes and later ones use, with their sizes.
    """

    operations: tuple[Operation, ...]
    once: tuple[Operation, ...]
    border: tuple[Operation, ...]
    looked_at: tuple[Tensor, ...]
    passed_on: Mapping[Tensor, Value]


def next_cut(
    targets: Sequence[Any], given: Mapping[Tensor, Dims], known: Mapping[Tensor, Any], done: Collection[Operation]
) -> Cut | None:
    """Where a run for `targets` must be cut first; None if what is left of it can be compiled as it is.

    Args:
      given: the tensors whose values are there, with their sizes; `known` is what is known of those made of sizes.
      done: the operations that earlier pieces and the host have done.
    """
    needed = [
        operation
        for operation in needed_operations(targets, given, done)
        if not operation.outputs or any(output not in given for output in operation.outputs)
    ]
    awaited = _awaited(needed, given)
    values = {tensor: Value(tensor.name, tensor.dtype, dims, known.get(tensor)) for tensor, dims in given.items()}
    border: list[Operation] = []
    behind: set[Operation] = set()
    for operation in needed:
        if not behind.isdisjoint(awaited[operation]):
            behind.add(operation)
            continue
        try:
            made = captured(operation, tuple(value_of(tensor, values) for tensor in operation.inputs)).outputs
        except UnknownSizes:
            border.append(operation)
            behind.add(operation)
            continue
        for tensor, value in zip(operation.outputs, made, strict=True):
            values.setdefault(tensor, value)
    if not border:
        return None
    chosen = _all_behind(border, awaited)
    once = [operation for operation in chosen if not _costs_nothing(operation, given)]
    later = [operation for operation in needed if operation not in border and operation not in once]
    wanted = {tensor for operation in later for tensor in operation.inputs} | {*targets}
    looked_at = dict.fromkeys(tensor for operation in border for tensor in operation.inputs)
    return Cut(
        tuple(chosen),
        tuple(once),
        tuple(border),
        tuple(tensor for tensor in looked_at if not isinstance(tensor.op.definition, Constant)),
        {
            tensor: values[tensor]
            for operation in once
            for tensor in operation.outputs
            if tensor in wanted and not operation.definition.writes and tensor not in given
        },
    )


def _costs_nothing(operation: Operation, given: Collection[Tensor]) -> bool:
    """Whether it is a constant, or a variable under any shape, which is where it is and need not be passed on."""
    if isinstance(operation.definition, Constant):
        return True
    return not operation.definition.writes and any(variable_behind(t, given) is not None for t in operation.outputs)


def variable_behind(tensor: Tensor, given: Collection[Tensor]) -> Tensor | None:
    """The variable whose memory `tensor` looks at, if it is none of the values `given`."""
    while tensor not in given:
        definition = tensor.op.definition
        if isinstance(definition, VariableV2):
            return tensor
        if not (definition.is_view or definition.writes):
            return None
        tensor = tensor.op.inputs[0]
    return None


def _awaited(needed: Sequence[Operation], given: Collection[Tensor]) -> dict[Operation, list[Operation]]:
    """For each operation those that come before it: what it takes and waits for, and what it must not overtake.

    A read comes after the writes of the variable that were made before it, and a write after such reads and writes.
    """
    there = set(needed)
    awaited: dict[Operation, list[Operation]] = {}
    writer: dict[Tensor, Operation] = {}
    readers: dict[Tensor, list[Operation]] = {}
    for operation in needed:
        before = [tensor.op for tensor in operation.inputs if tensor not in given] + list(operation.control_inputs)
        variables = [variable_behind(tensor, given) for tensor in operation.inputs]
        for variable in variables:
            if variable in writer:
                before.append(writer[variable])
        if operation.definition.writes and variables[0] is not None:
            before += readers.pop(variables[0], [])
            writer[variables[0]] = operation
        for variable in variables:
            if variable is not None:
                readers.setdefault(variable, []).append(operation)
        awaited[operation] = [item for item in before if item in there and item is not operation]
    return awaited


def _all_behind(border: Sequence[Operation], awaited: Mapping[Operation, Sequence[Operation]]) -> list[Operation]:
    """All that must be done before the operations of `border`, in order."""
    found: set[Operation] = set()
    stack = [item for operation in border for item in awaited[operation]]
    while stack:
        operation = stack.pop()
        if operation not in found:
            found.add(operation)
            stack += awaited[operation]
    return sorted(found, key=lambda operation: operation.index)
