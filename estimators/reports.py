"""Reports: operations that only look at what a step has computed - summaries - and so need not be part of it."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from model_fns.graph.constant import Constant
from model_fns.graph.tensor import Operation, Tensor
from model_fns.ops.state import ReadVariable, VariableV2
from model_fns.summary import MergeSummary, ScalarSummary, Summary

_LARGE = 1 << 16  # elements of a variable that no step should have to look through for a report now and then


def seen_by_report(item: Any) -> list[Tensor] | None:
    """The tensors that a step must have computed for the report `item`; None if it is no report.

    What a variable holds, or a constant, whoever makes the report finds without the step; and what follows from large
    variables alone, such as the share of zeros in a table, `found_before_the_step`.
    """
    looked_at = _looked_at(item)
    return None if looked_at is None else [tensor for tensor in looked_at if not _is_of_large_variables(tensor)]


def found_before_the_step(item: Any) -> list[Tensor]:
    """The tensors that the report `item` looks at which follow from large variables, as they are before a step."""
    return [tensor for tensor in _looked_at(item) or () if _is_of_large_variables(tensor)]


def _looked_at(item: Any) -> list[Tensor] | None:
    if not isinstance(item, Tensor) or not _is_report(item.op):
        return None
    seen: dict[Tensor, None] = {}
    stack = [item.op]
    while stack:
        operation = stack.pop()
        if operation.control_inputs:
            return None  # it says when it is to be made, and that is in the step
        for tensor in operation.inputs:
            if _is_report(tensor.op):
                stack.append(tensor.op)
            elif not isinstance(tensor.op.definition, Constant | VariableV2) and not _is_read(tensor.op):
                seen[tensor] = None
    return list(seen)


def numbers_shown(reports: Sequence[Any]) -> dict[str, Tensor] | None:
    """By their tags, the numbers that reports show, if a step computes them all and they show nothing else."""
    shown: dict[str, Tensor] = {}
    stack = list(reversed(reports))
    while stack:
        item = stack.pop()
        if not isinstance(item, Tensor) or seen_by_report(item) is None:
            return None
        if isinstance(item.op.definition, MergeSummary):
            stack += reversed(item.op.inputs)
            continue
        definition, (number, *others) = item.op.definition, item.op.inputs
        if not isinstance(definition, ScalarSummary) or others or definition.tag in shown:
            return None
        if isinstance(number.op.definition, Constant | VariableV2) or _is_read(number.op):
            return None
        if _is_of_large_variables(number):
            return None
        shown[definition.tag] = number
    return shown


def _is_of_large_variables(tensor: Tensor) -> bool:
    """Whether the tensor follows from variables and constants alone, and a large variable is among them."""
    large, found, stack = False, {tensor.op}, [tensor.op]
    while stack:
        operation = stack.pop()
        definition = operation.definition
        if isinstance(definition, VariableV2):
            large |= prod(definition.dims) > _LARGE
        elif not (isinstance(definition, Constant) or _is_read(operation) or _is_pure(operation)):
            return False
        new = {source.op for source in operation.inputs} - found
        found |= new
        stack += new
    return large


def _is_pure(operation: Operation) -> bool:
    """Whether the outputs follow from the inputs, whenever it runs."""
    definition = operation.definition
    impure = definition.stateful or definition.draws or operation.control_inputs
    return bool(operation.inputs) and not impure


def _is_report(operation: Operation) -> bool:
    return isinstance(operation.definition, Summary | MergeSummary)


def _is_read(operation: Operation) -> bool:
    return isinstance(operation.definition, ReadVariable) and not operation.control_inputs
