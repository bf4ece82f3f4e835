"""Recurrent networks over the time axis of a tensor."""

from __future__ import annotations

from typing import Any

from model_fns.control_flow.functional import scanned
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.tensor import Tensor
from model_fns.nest import flatten, map_structure, pack_sequence_as
from model_fns.ops.joining import transpose
from model_fns.rnn.cell import check_cell
from model_fns.rnn.static import in_reverse
from model_fns.rnn.steps import beginning, check_depths, lengths_of, stepped
from model_fns.variable_scope import variable_scope


def dynamic_rnn(
    cell: Any,
    inputs: Any,
    sequence_length: Any = None,
    initial_state: Any = None,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    swap_memory: bool = False,
    time_major: bool = False,
    scope: Any = None,
) -> tuple[Any, Any]:
    """A cell's outputs [batch, time, ...] for inputs [batch, time, depth], and the state after the last step.

    The steps are a loop: its body is compiled once, whatever their number.

    Args:
      inputs: a tensor, or a structure of them.
      sequence_length: int [batch]: how many steps each example has. After those, outputs are zeros, and the state is
        that of the last.
      initial_state: the state before the first step; by default zeros of type `dtype`.
      time_major: inputs and outputs are [time, batch, ...].
      scope: the variable scope; `rnn` by default.
      parallel_iterations, swap_memory: accepted and without effect.
    Raises TypeError for a cell of another kind, ValueError for inputs of unknown depth, or without state and dtype.
    """
    check_cell("cell", cell)
    with variable_scope(scope or "rnn"):
        tensors = [convert_to_tensor(item) for item in flatten(inputs)]
        check_depths(tensors)
        lengths = lengths_of(sequence_length)
        time_axis, batch_axis = (0, 1) if time_major else (1, 0)
        state = beginning(cell, initial_state, tensors[0], batch_axis, dtype)
        state = map_structure(convert_to_tensor, state)
        return _looped(cell, inputs, tensors, state, lengths, time_axis)


def _looped(
    cell: Any, form: Any, inputs: list[Tensor], state: Any, lengths: Tensor | None, axis: int
) -> tuple[Any, Any]:
    """One step in a loop."""
    turned = [tensor if axis == 0 else _with_axes_swapped(tensor) for tensor in inputs]
    output_form: list[Any] = []

    def step(states: list[Tensor], slices: list[Tensor]) -> tuple[list[Any], list[Any]]:
        time, *rest = states
        before = pack_sequence_as(state, rest)
        output, after = stepped(cell, pack_sequence_as(form, slices), before, time, lengths)
        output_form.append(output)
        return [time + 1, *flatten(after)], flatten(output)

    start = convert_to_tensor(0, name="time")
    (_, *states), outputs = scanned(step, [start, *flatten(state)], turned, reverse=False, back_prop=True)
    outputs = outputs if axis == 0 else [_with_axes_swapped(tensor) for tensor in outputs]
    return pack_sequence_as(output_form[0], outputs), pack_sequence_as(state, states)


def _with_axes_swapped(tensor: Tensor) -> Tensor:
    """[time, batch, ...] for [batch, time, ...], and the other way round."""
    return transpose(tensor, [1, 0, *range(2, len(tensor.dims or ()))])


def bidirectional_dynamic_rnn(
    cell_fw: Any,
    cell_bw: Any,
    inputs: Any,
    sequence_length: Any = None,
    initial_state_fw: Any = None,
    initial_state_bw: Any = None,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    swap_memory: bool = False,
    time_major: bool = False,
    scope: Any = None,
) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """Two networks, one from the last step to the first: the pair of their outputs, and that of their last states.

    The variables are in the scopes fw and bw of `scope`, by default `bidirectional_rnn`. Arguments as of dynamic_rnn.
    """
    check_cell("cell_fw", cell_fw)
    check_cell("cell_bw", cell_bw)
    axes = (0, 1) if time_major else (1, 0)

    def turned(values: Any) -> Any:
        return map_structure(lambda value: in_reverse(convert_to_tensor(value), sequence_length, *axes), values)

    with variable_scope(scope or "bidirectional_rnn"):
        with variable_scope("fw") as fw:
            forth, state_fw = dynamic_rnn(
                cell_fw, inputs, sequence_length, initial_state_fw, dtype, time_major=time_major, scope=fw
            )
        with variable_scope("bw") as bw:
            back, state_bw = dynamic_rnn(
                cell_bw, turned(inputs), sequence_length, initial_state_bw, dtype, time_major=time_major, scope=bw
            )
    return (forth, turned(back)), (state_fw, state_bw)
