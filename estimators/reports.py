"""Reports: operations that only look at what a step has computed - summaries - and so need not be part of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from model_fns.graph.constant import Constant
from model_fns.graph.tensor import Operation, Tensor
from model_fns.ops.state import ReadVariable, VariableV2
from model_fns.summary import MergeSummary, ScalarSummary, Summary


def seen_by_report(item: Any) -> list[Tensor] | None:
    """The tensors that a step must have computed for the report `item`; None if it is no report.

    What a variable holds, or a constant, whoever makes the report finds without the step.
    """
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
        shown[definition.tag] = number
    return shown


def _is_report(operation: Operation) -> bool:
    return isinstance(operation.definition, Summary | MergeSummary)


def _is_read(operation: Operation) -> bool:
    return isinstance(operation.definition, ReadVariable) and not operation.control_inputs
