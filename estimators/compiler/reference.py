"""The reference interpreter: a graph run operation by operation with the ops' own NumPy kernels.

It is the oracle of every optimisation and of all machine code, the debugging mode that names the first non-finite
tensor, and what initializes variables, where compiling would cost more than it saves.

Variables are arrays that change in place; reading one is looking at it, so that what reads it after an assignment sees
the new value (`tf.identity` makes a copy that keeps the old one).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import Any

import numpy as np

from model_fns.errors import FailedPreconditionError
from model_fns.graph.dimensions import Dims, Symbol
from model_fns.graph.needed import needed_operations
from model_fns.graph.tensor import Operation, Tensor
from model_fns.kernel_call import outputs_of
from model_fns.ops.control import Placeholder
from model_fns.ops.state import IsVariableInitialized, VariableV2

Watch = Callable[[Tensor, Any], None]


def evaluate(
    fetches: Sequence[Any],
    feeds: Mapping[Tensor, Any] | None = None,
    state: MutableMapping[str, np.ndarray] | None = None,
    seed: int = 0,
    step: int = 0,
    watch: Watch | None = None,
) -> list[Any]:
    """The values of `fetches` (None for an operation without outputs), given those of `feeds`.

    Args:
      fetches: tensors and operations of one graph.
      feeds: values in place of tensors.
      state: variable name -> array; read, and changed in place.
      seed: the run's seed, for random operations whose graph has none.
      step: how often the graph ran before: random operations draw anew for each.
      watch: called with every tensor and its value as it is computed.
    """
    feeds, state = dict(feeds or {}), {} if state is None else state
    values: dict[Tensor, Any] = {tensor: fed_array(tensor, value) for tensor, value in feeds.items()}
    operations = needed_operations(fetches, feeds)
    last = {tensor: operation for operation in operations for tensor in operation.inputs}  # that looks at it
    kept = {item for item in fetches if isinstance(item, Tensor)}
    for operation in operations:
        if operation.outputs and all(output in values for output in operation.outputs):
            continue
        for output, value in zip(operation.outputs, _outputs(operation, values, state, seed, step), strict=True):
            if output not in values:
                values[output] = value
                if watch is not None:
                    watch(output, value)
        for tensor in operation.inputs:
            if last[tensor] is operation and tensor not in kept:
                values.pop(tensor, None)  # first values of large variables need not all be there twice
    return [_fetched(item, values, state) for item in fetches]


def fed_array(tensor: Tensor, value: Any) -> Any:
    """`value` as an array fit for `tensor`. ValueError if its shape contradicts the tensor's."""
    array = np.asarray(value, tensor.dtype.as_numpy_dtype)
    if not _may_have(tensor.dims, array.shape):
        raise ValueError(
            f"Cannot feed value of shape {array.shape} for Tensor '{tensor.name}', which has shape '{tensor.shape}'"
        )
    return array


def _may_have(dims: Dims | None, shape: tuple[int, ...]) -> bool:
    """Whether a tensor of sizes `dims`, some of them not known, may have this shape."""
    if dims is None:
        return True
    if len(dims) != len(shape):
        return False
    for known, size in zip(dims, shape, strict=True):  # at every feed, where `all` of a generator would take longer
        if known is not None and not isinstance(known, Symbol) and known != size:
            return False
    return True


def _outputs(
    operation: Operation, values: dict[Tensor, Any], state: MutableMapping[str, Any], seed: int, step: int
) -> tuple[Any, ...]:
    definition = operation.definition
    if isinstance(definition, VariableV2):
        return (state.get(operation.name),)  # None until it is initialized, which whoever reads it will say
    if isinstance(definition, Placeholder):
        raise definition.unfed(operation)
    inputs = [values[tensor] for tensor in operation.inputs]
    if isinstance(definition, IsVariableInitialized):
        return (np.array(inputs[0] is not None),)
    if definition.writes:
        return (_written(operation, inputs, state),)
    for tensor, value in zip(operation.inputs, inputs, strict=True):
        if value is None:
            raise uninitialized(tensor.op.name)
    with np.errstate(all="ignore"):
        results = outputs_of(definition, inputs, seed, step)
    if definition.is_view:
        return results
    # NumPy hands out views where it can; the result of anything but a view must not change with a variable it was read
    # from.
    return tuple(np.array(item) if _looks_at(item, inputs) else item for item in results)


def _looks_at(result: Any, inputs: list[Any]) -> bool:
    return isinstance(result, np.ndarray) and any(
        isinstance(x, np.ndarray) and np.may_share_memory(result, x) for x in inputs
    )


def _written(operation: Operation, inputs: list[Any], state: MutableMapping[str, Any]) -> Any:
    name = operation.inputs[0].op.name
    for tensor, value in zip(operation.inputs[1:], inputs[1:], strict=True):
        if value is None:
            raise uninitialized(tensor.op.name)
    if inputs[0] is None:
        if operation.type != "Assign":
            raise uninitialized(name)
        state[name] = np.array(inputs[1], order="C")
    else:
        state[name][...] = operation.definition.kernel(state[name], *inputs[1:])
    return state[name]


def uninitialized(name: str) -> FailedPreconditionError:
    return FailedPreconditionError(message=f"Attempting to use uninitialized value {name}")


def _fetched(item: Any, values: dict[Tensor, Any], state: Mapping[str, Any]) -> Any:
    if isinstance(item, Operation):
        return None
    value = values[item]
    if value is None:
        value = state.get(item.op.name)
        if value is None:
            raise uninitialized(item.op.name)
    return np.array(value)[()] if isinstance(value, np.ndarray) else value  # rank 0: a scalar
