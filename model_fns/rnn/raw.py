"""Recurrent networks whose inputs, ends and outputs a function decides step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from model_fns.control_flow.tensor_array import TensorArray
from model_fns.control_flow.while_loop import while_loop
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import DType, bool_, int32
from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Tensor
from model_fns.nest import assert_same_structure, flatten, pack_sequence_as
from model_fns.ops.comparison import logical_not, logical_or, where
from model_fns.ops.reduction import reduce_all
from model_fns.ops.shaping import zeros_like
from model_fns.rnn.cell import batch_of, check_cell, zeros_of
from model_fns.variable_scope import variable_scope


def raw_rnn(
    cell: Any,
    loop_fn: Callable[..., Any],
    parallel_iterations: int | None = None,
    swap_memory: bool = False,
    scope: Any = None,
) -> tuple[Any, Any, Any]:
    """A network that runs until `loop_fn` says that every example has ended: (emitted, last state, last loop state).

    What is emitted is a TensorArray of what `loop_fn` emits after each step, or a structure of them; zeros for examples
    that have ended, whose state stays as it was. How many there will be is not known before, so the loop is the host's.

    Args:
      loop_fn: called with (time, output, state, loop state), returns (which examples have ended, the next input, the
        next state, what to emit, the next loop state). First it is called with (0, None, None, None), and returns the
        first input and state, of what shape and type it emits (None: the cell's output), and the first loop state (None
        if it has none). Later, None as a loop state is the one before.
      scope: the variable scope; `rnn` by default.
      parallel_iterations, swap_memory: accepted and without effect.
    Raises TypeError for a cell or a function that is none.
    """
    check_cell("cell", cell)
    if not callable(loop_fn):
        raise TypeError("loop_fn must be a callable")
    with variable_scope(scope or "rnn"):
        start = convert_to_tensor(0, int32, name="time")
        ended, inputs, state, emitted, loop_state = loop_fn(start, None, None, None)
        assert_same_structure(state, cell.state_size, check_types=False)
        inputs, state = (pack_sequence_as(item, map(convert_to_tensor, flatten(item))) for item in (inputs, state))
        form, arrays, nothing = _emission(cell, emitted, batch_of(flatten(inputs)[0]), flatten(state)[0].dtype)
        first = [start, ended, inputs, arrays, state, 0 if loop_state is None else loop_state]

        def goes_on(time: Tensor, ended: Tensor, *others: Any) -> Tensor:
            return logical_not(reduce_all(ended))

        def step(time: Tensor, ended: Tensor, inputs: Any, arrays: Any, state: Any, loop_state: Any) -> list[Any]:
            output, after = cell(inputs, state)
            next_ended, inputs, after, made, next_loop_state = loop_fn(time + 1, output, after, loop_state)
            assert_same_structure(state, after, check_types=False)
            assert_same_structure(form, made, check_types=False)
            made = [_through(ended, a, b) for a, b in zip(nothing, flatten(made), strict=True)]
            arrays = [array.write(time, item) for array, item in zip(arrays, made, strict=True)]
            kept = [_through(ended, a, b) for a, b in zip(flatten(state), flatten(after), strict=True)]
            now = logical_or(ended, convert_to_tensor(next_ended, bool_))
            following = loop_state if next_loop_state is None else next_loop_state
            return [time + 1, now, inputs, arrays, pack_sequence_as(state, kept), following]

        _, _, _, arrays, state, last = while_loop(goes_on, step, first)
    return pack_sequence_as(form, arrays), state, None if loop_state is None else last


def _emission(cell: Any, emitted: Any, batch: Any, dtype: DType) -> tuple[Any, list[TensorArray], list[Tensor]]:
    """The form of what is emitted, the arrays it is written to, and what is emitted of an example that has ended."""
    if emitted is None:
        form, nothing = cell.output_size, flatten(zeros_of(cell.output_size, batch, dtype))
    else:
        form, like = emitted, [convert_to_tensor(item) for item in flatten(emitted)]
        sizes = [TensorShape(item.dims) for item in like]
        nothing = [
            flatten(zeros_of(size, batch, item.dtype))[0] if size.is_fully_defined() else zeros_like(item)
            for size, item in zip(sizes, like, strict=True)
        ]
    arrays = [
        TensorArray(item.dtype, 0, True, element_shape=item.shape if item.shape.is_fully_defined() else None)
        for item in nothing
    ]
    return form, arrays, nothing


def _through(ended: Tensor, before: Any, after: Any) -> Any:
    """What was before, for the examples that have ended; scalars and arrays are as they are after."""
    if hasattr(after, "flow") or convert_to_tensor(after).dims == ():
        return after
    return where(ended, before, after)
