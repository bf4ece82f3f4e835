"""Recurrent networks over a list of steps."""

from __future__ import annotations

from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.tensor import Tensor
from model_fns.nest import flatten, is_nested, pack_sequence_as
from model_fns.ops.joining import concat, reverse, stack, unstack
from model_fns.ops.sequences import reverse_sequence
from model_fns.rnn.cell import check_cell
from model_fns.rnn.steps import beginning, lengths_of, stepped
from model_fns.variable_scope import variable_scope


def static_rnn(
    cell: Any,
    inputs: Any,
    initial_state: Any = None,
    dtype: Any = None,
    sequence_length: Any = None,
    scope: Any = None,
) -> tuple[list[Any], Any]:
    """The list of a cell's outputs for the list `inputs` of its inputs [batch, depth], and the state after the last.

    Args:
      initial_state: the state before the first; by default zeros of type `dtype`.
      sequence_length: int [batch]: how many steps each example has. After those, outputs are zeros, and the state is
        that of the last.
      scope: the variable scope; `rnn` by default.
    Raises TypeError for a cell or inputs of another kind, ValueError for an empty list, or without state and dtype.
    """
    check_cell("cell", cell)
    if not is_nested(inputs):
        raise TypeError("inputs must be a sequence")
    if not inputs:
        raise ValueError("inputs must not be empty")
    with variable_scope(scope or "rnn"):
        steps = [pack_sequence_as(step, map(convert_to_tensor, flatten(step))) for step in inputs]
        first = flatten(steps[0])[0]
        if first.shape.ndims not in (None, 1) and first.shape[-1].value is None:
            raise ValueError(
                "Input size (dimension 1 of inputs) must be accessible via shape inference, but saw value None."
            )
        lengths = lengths_of(sequence_length)
        state = beginning(cell, initial_state, first, 0, dtype)
        outputs = []
        for time, step in enumerate(steps):
            output, state = stepped(cell, step, state, time, lengths)
            outputs.append(output)
    return outputs, state


def static_bidirectional_rnn(
    cell_fw: Any,
    cell_bw: Any,
    inputs: Any,
    initial_state_fw: Any = None,
    initial_state_bw: Any = None,
    dtype: Any = None,
    sequence_length: Any = None,
    scope: Any = None,
) -> tuple[list[Any], Any, Any]:
    """Two networks, one from the last step to the first: their outputs side by side, and the last state of each.

    The variables are in the scopes fw and bw of `scope`, by default `bidirectional_rnn`. Arguments as of static_rnn.
    """
    check_cell("cell_fw", cell_fw)
    check_cell("cell_bw", cell_bw)
    if not is_nested(inputs):
        raise TypeError("inputs must be a sequence")
    if not inputs:
        raise ValueError("inputs must not be empty")
    with variable_scope(scope or "bidirectional_rnn"):
        with variable_scope("fw") as fw:
            forth, state_fw = static_rnn(cell_fw, inputs, initial_state_fw, dtype, sequence_length, fw)
        with variable_scope("bw") as bw:
            turned = _turned(inputs, sequence_length)
            back, state_bw = static_rnn(cell_bw, turned, initial_state_bw, dtype, sequence_length, bw)
    pairs = zip(forth, _turned(back, sequence_length), strict=True)
    outputs = [
        pack_sequence_as(a, [concat([x, y], 1) for x, y in zip(flatten(a), flatten(b), strict=True)]) for a, b in pairs
    ]
    return outputs, state_fw, state_bw


def _turned(steps: Any, sequence_length: Any) -> list[Any]:
    """The steps from the last to the first; of each example, those that it has."""
    if sequence_length is None:
        return list(reversed(steps))
    columns = zip(*map(flatten, steps), strict=True)
    turned = [unstack(in_reverse(stack(list(column)), sequence_length, 0, 1)) for column in columns]
    return [pack_sequence_as(step, items) for step, items in zip(steps, zip(*turned, strict=True), strict=True)]


def in_reverse(tensor: Tensor, sequence_length: Any, time_axis: int, batch_axis: int) -> Tensor:
    """The steps along an axis from the last to the first; of each example, those that it has."""
    if sequence_length is None:
        return reverse(tensor, [time_axis])
    return reverse_sequence(tensor, sequence_length, seq_axis=time_axis, batch_axis=batch_axis)
