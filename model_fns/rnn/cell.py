"""RNNCell: one step of a recurrent network, from (inputs, state) to (output, next state)."""

from __future__ import annotations

from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.graph import get_default_graph
from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Tensor
from model_fns.layers.layer import Layer
from model_fns.nest import flatten, pack_sequence_as
from model_fns.ops.joining import concat
from model_fns.ops.shaping import shape, zeros


class RNNCell(Layer):
    """A layer whose call takes inputs [batch, depth] and a state, and returns an output and the next state.

    Subclasses say `state_size` and `output_size`, and override `call` (and `build`, which makes the variables), or
    `__call__` altogether.
    """

    def __init__(self, trainable: bool = True, name: Any = None, dtype: Any = None, **kwargs: Any) -> None:
        super().__init__(trainable=trainable, name=name, dtype=dtype, **kwargs)

    @property
    def state_size(self) -> Any:
        """The size of the state: a number, or a structure of numbers."""
        raise NotImplementedError("Abstract method")

    @property
    def output_size(self) -> Any:
        """The size of the output."""
        raise NotImplementedError("Abstract method")

    def __call__(self, inputs: Any, state: Any, scope: Any = None, *args: Any, **kwargs: Any) -> Any:
        """The output and the next state. The first call makes the variables, in `scope` or one of the cell's name."""
        return super().__call__(inputs, state, *args, scope=scope, **kwargs)

    def call(self, inputs: Any, state: Any, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError("Abstract method")

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        """The state of zeros, [batch_size, size] for each size in state_size. `batch_size`: a number or a tensor."""
        with get_default_graph().name_scope(f"{type(self).__name__}ZeroState"):
            return zeros_of(self.state_size, batch_size, dtype)

    def get_initial_state(self, inputs: Any = None, batch_size: Any = None, dtype: Any = None) -> Any:
        """The state of zeros for a batch as large as that of `inputs` [batch, ...], or as `batch_size`."""
        if inputs is not None:
            inputs = convert_to_tensor(inputs)
            batch_size, dtype = batch_of(inputs), inputs.dtype
        if batch_size is None or dtype is None:
            raise ValueError(
                f"batch_size and dtype cannot be None while constructing initial state: batch_size={batch_size}, "
                f"dtype={dtype}"
            )
        return self.zero_state(batch_size, dtype)


def zeros_of(sizes: Any, batch_size: Any, dtype: Any) -> Any:
    """Zeros [batch_size, size] for each of a structure of sizes."""
    return pack_sequence_as(sizes, [_zeros(batch_size, size, dtype) for size in flatten(sizes)])


def _zeros(batch_size: Any, size: Any, dtype: Any) -> Tensor:
    rest = size.as_list() if isinstance(size, TensorShape) else [int(size)]
    if not isinstance(batch_size, Tensor):
        return zeros([int(batch_size), *rest], dtype)
    return zeros(concat([batch_size[None], rest], 0), dtype)


def batch_of(inputs: Tensor, axis: int = 0) -> Any:
    """How many examples there are: a number if it is known, else a tensor."""
    size = inputs.shape[axis].value
    return shape(inputs)[axis] if size is None else size


def check_cell(name: str, cell: Any) -> None:
    """TypeError unless `cell` is an RNNCell, or like one."""
    facts = (
        (hasattr(type(cell), "output_size") or hasattr(cell, "output_size"), "'output_size' property is missing"),
        (hasattr(type(cell), "state_size") or hasattr(cell, "state_size"), "'state_size' property is missing"),
        (
            hasattr(cell, "zero_state") or hasattr(cell, "get_initial_state"),
            "either 'zero_state' or 'get_initial_state' method is required",
        ),
        (callable(cell), "is not callable"),
    )
    wrong = [sentence for holds, sentence in facts if not holds]
    if wrong:
        raise TypeError(f"The argument {name!r} ({cell}) is not an RNNCell: {', '.join(wrong)}.")


def check_depth(inputs_shape: TensorShape) -> int:
    """The last size of a cell's inputs. ValueError if it is not known."""
    size = inputs_shape[-1].value
    if size is None:
        raise ValueError(f"Expected inputs.shape[-1] to be known, saw shape: {inputs_shape}")
    return int(size)
