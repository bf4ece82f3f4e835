"""One step of a recurrent network, where sequences have different lengths."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import int32
from model_fns.graph.tensor import Tensor
from model_fns.nest import assert_same_structure, flatten, pack_sequence_as
from model_fns.ops.arithmetic import cast
from model_fns.ops.comparison import greater_equal, where
from model_fns.ops.control import identity
from model_fns.ops.shaping import zeros_like
from model_fns.rnn.cell import batch_of


def lengths_of(sequence_length: Any) -> Tensor | None:
    """The lengths as an int32 vector. ValueError for anything of another rank."""
    if sequence_length is None:
        return None
    lengths = cast(convert_to_tensor(sequence_length), int32)
    if lengths.dims is not None and len(lengths.dims) != 1:
        raise ValueError(f"sequence_length must be a vector of length batch_size, but saw shape: {lengths.shape}")
    return identity(lengths, "sequence_length")


def beginning(cell: Any, initial_state: Any, inputs: Tensor, batch_axis: int, dtype: Any) -> Any:
    """The first state. ValueError if neither it nor an element type is given."""
    if initial_state is not None:
        return initial_state
    if dtype is None:
        raise ValueError("If there is no initial_state, you must give a dtype.")
    return cell.zero_state(batch_of(inputs, batch_axis), dtype)


def stepped(cell: Any, inputs: Any, state: Any, time: Any, lengths: Tensor | None) -> tuple[Any, Any]:
    """The cell's output and next state; where a sequence has ended, zeros, and the state as it was."""
    output, new_state = cell(inputs, state)
    assert_same_structure(state, new_state, check_types=False)
    if lengths is None:
        return output, pack_sequence_as(state, flatten(new_state))
    over = greater_equal(time, lengths)
    outputs = [where(over, zeros_like(item), item) for item in flatten(output)]
    states = [_kept(over, before, after) for before, after in zip(flatten(state), flatten(new_state), strict=True)]
    return pack_sequence_as(output, outputs), pack_sequence_as(state, states)


def _kept(over: Tensor, before: Any, after: Any) -> Tensor:
    return after if after.dims == () else where(over, convert_to_tensor(before), after)


def check_depths(inputs: Sequence[Tensor]) -> None:
    for tensor in inputs:
        if tensor.dims is None or len(tensor.dims) < 2:
            raise ValueError(f"inputs must have a batch and a time axis, but saw shape: {tensor.shape}")
        if any(size.value is None for size in tensor.shape[2:]):
            raise ValueError("Input size (depth of inputs) must be accessible via shape inference, but saw value None.")
