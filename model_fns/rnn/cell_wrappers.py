"""Cells made of cells: one on top of the other, with dropout, with what was put in added to what comes out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, final

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.graph import get_default_graph
from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Tensor
from model_fns.nest import flatten, is_nested, map_structure, pack_sequence_as
from model_fns.ops.elementary import floor
from model_fns.ops.joining import concat
from model_fns.ops.random import dropout, random_uniform
from model_fns.ops.slicing import slice_
from model_fns.rnn.cell import RNNCell, check_cell, zeros_of
from model_fns.rnn.lstm_cells import LSTMStateTuple
from model_fns.variable_scope import variable_scope


@final
class MultiRNNCell(RNNCell):
    """Cells on top of each other: the output of one is the input of the next.

    Their variables are in scopes cell_0, cell_1, ... The state is the tuple of the cells' states; or, without
    `state_is_tuple`, all of them side by side. Raises ValueError without cells, TypeError if they are no list.
    """

    def __init__(self, cells: Any, state_is_tuple: bool = True) -> None:
        super().__init__()
        if not cells:
            raise ValueError("Must specify at least one cell for MultiRNNCell.")
        if not isinstance(cells, list | tuple):
            raise TypeError(f"cells must be a list or tuple, but saw: {cells}.")
        if len({id(cell) for cell in cells}) < len(cells):
            logging.getLogger("tensorflow").warning(
                "At least two cells provided to MultiRNNCell are the same object and will share weights."
            )
        self._cells, self._state_is_tuple = list(cells), state_is_tuple
        if not state_is_tuple and any(is_nested(cell.state_size) for cell in cells):
            sizes = [cell.state_size for cell in cells]
            raise ValueError(
                f"Some cells return tuples of states, but the flag state_is_tuple is not set.  State sizes are: {sizes}"
            )

    @property
    def state_size(self) -> Any:
        sizes = tuple(cell.state_size for cell in self._cells)
        return sizes if self._state_is_tuple else sum(sizes)

    @property
    def output_size(self) -> Any:
        return self._cells[-1].output_size

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        with get_default_graph().name_scope(f"{type(self).__name__}ZeroState"):
            if self._state_is_tuple:
                return tuple(cell.zero_state(batch_size, dtype) for cell in self._cells)
            return zeros_of(self.state_size, batch_size, dtype)

    def call(self, inputs: Any, state: Any) -> Any:
        if self._state_is_tuple and (not is_nested(state) or len(state) != len(self._cells)):
            raise ValueError(f"Expected state to be a tuple of length {len(self._cells)}, but received: {state}")
        start, new_states = 0, []
        for number, cell in enumerate(self._cells):
            with variable_scope(f"cell_{number}"):
                if self._state_is_tuple:
                    own = state[number]
                else:
                    own = slice_(state, [0, start], [-1, cell.state_size])
                    start += cell.state_size
                inputs, new_state = cell(inputs, own)
                new_states.append(new_state)
        return inputs, tuple(new_states) if self._state_is_tuple else concat(new_states, 1)

    @property
    def trainable_weights(self) -> list[Any]:
        return [
            weight for cell in self._cells if hasattr(cell, "trainable_weights") for weight in cell.trainable_weights
        ]

    @property
    def non_trainable_weights(self) -> list[Any]:
        return [w for cell in self._cells if hasattr(cell, "non_trainable_weights") for w in cell.non_trainable_weights]


class _Wrapper(RNNCell):
    """A cell around another, without a scope or variables of its own."""

    def __init__(self, cell: Any) -> None:
        super().__init__()
        check_cell("cell", cell)
        self.cell = cell

    @property
    def wrapped_cell(self) -> Any:
        return self.cell

    @property
    def state_size(self) -> Any:
        return self.cell.state_size

    @property
    def output_size(self) -> Any:
        return self.cell.output_size

    def zero_state(self, batch_size: Any, dtype: Any) -> Any:
        with get_default_graph().name_scope(f"{type(self).__name__}ZeroState"):
            return self.cell.zero_state(batch_size, dtype)

    @property
    def trainable_weights(self) -> list[Any]:
        return list(getattr(self.cell, "trainable_weights", ()))

    @property
    def non_trainable_weights(self) -> list[Any]:
        return list(getattr(self.cell, "non_trainable_weights", ()))


@final
class DropoutWrapper(_Wrapper):
    """A cell with dropout of its inputs, its output, and its state.

    Args:
      input_keep_prob, output_keep_prob, state_keep_prob: the share that is kept, a number or a tensor; 1 for all.
      variational_recurrent: the same elements are dropped in every step (Gal, Ghahramani 2016); needs `dtype`, and
        `input_size` if inputs are dropped.
      seed: of the random numbers.
      dropout_state_filter_visitor: a function of a part of the state that tells whether it is dropped; by default all
        is but the memory `c` of LSTM cells.
    Raises ValueError for a share that is not in 0..1.
    """

    def __init__(
        self,
        cell: Any,
        input_keep_prob: Any = 1.0,
        output_keep_prob: Any = 1.0,
        state_keep_prob: Any = 1.0,
        variational_recurrent: bool = False,
        input_size: Any = None,
        dtype: Any = None,
        seed: int | None = None,
        dropout_state_filter_visitor: Callable[[Any], Any] | None = None,
    ) -> None:
        super().__init__(cell)
        shares = {"input": input_keep_prob, "state": state_keep_prob, "output": output_keep_prob}
        for label, share in shares.items():
            if isinstance(share, int | float) and not 0 <= share <= 1:
                raise ValueError(f"Parameter {label}_keep_prob must be between 0 and 1: {share:g}")
        self._shares, self._seed = shares, seed
        self._drops = dropout_state_filter_visitor or _all_but_memory
        self._noise: dict[str, list[Tensor]] = {}
        if variational_recurrent:
            if dtype is None:
                raise ValueError("When variational_recurrent=True, dtype must be provided")
            self._make_noise(input_size, dtype)

    def _make_noise(self, input_size: Any, dtype: Any) -> None:
        sizes = {"state": self.cell.state_size, "output": self.cell.output_size}
        if self._is_dropped("input"):
            if input_size is None:
                raise ValueError(
                    "When variational_recurrent=True and input_keep_prob < 1.0 or is unknown, input_size must be "
                    "provided"
                )
            sizes["input"] = input_size
        for label, size in sizes.items():
            shapes = [item.as_list() if isinstance(item, TensorShape) else [int(item)] for item in flatten(size)]
            self._noise[label] = [random_uniform([1, *rest], dtype=dtype, seed=self._seed) for rest in shapes]

    def _is_dropped(self, label: str) -> bool:
        share = self._shares[label]
        return not isinstance(share, int | float) or share < 1

    def __call__(self, inputs: Any, state: Any, scope: Any = None, *args: Any, **kwargs: Any) -> Any:
        if self._is_dropped("input"):
            inputs = self._dropped("input", inputs, True)
        output, new_state = self.cell(inputs, state, scope, *args, **kwargs)
        if self._is_dropped("state"):
            new_state = self._dropped("state", new_state, _told(new_state, self._drops))
        if self._is_dropped("output"):
            output = self._dropped("output", output, True)
        return output, new_state

    def _dropped(self, label: str, values: Any, which: Any) -> Any:
        leaves = flatten(values)
        told = flatten(which) if is_nested(which) else [which] * len(leaves)
        made = [
            self._drop(label, number, leaf) if drops else leaf
            for number, (leaf, drops) in enumerate(zip(leaves, told, strict=True))
        ]
        return pack_sequence_as(values, made)

    def _drop(self, label: str, number: int, value: Any) -> Tensor:
        share = self._shares[label]
        if not self._noise:
            return dropout(value, keep_prob=share, seed=self._seed)
        share = convert_to_tensor(share, value.dtype)
        return value / share * floor(share + self._noise[label][number])


def _all_but_memory(part: Any) -> Any:
    """True, or for the state of an LSTM cell, which of its parts are dropped."""
    return LSTMStateTuple(c=False, h=True) if isinstance(part, LSTMStateTuple) else True


def _told(state: Any, drops: Callable[[Any], Any]) -> Any:
    """Which parts of a state are dropped, in its form."""
    answer = drops(state)
    if is_nested(answer):
        return answer
    if not is_nested(state):
        return bool(answer)
    if not answer:
        return map_structure(lambda part: False, state)
    parts = [_told(part, drops) for part in (state.values() if isinstance(state, dict) else state)]
    return [flag for part in parts for flag in flatten(part)]


@final
class ResidualWrapper(_Wrapper):
    """A cell whose inputs are added to its output, or combined by `residual_fn(inputs, output)`."""

    def __init__(self, cell: Any, residual_fn: Callable[[Any, Any], Any] | None = None) -> None:
        super().__init__(cell)
        self._residual_fn = residual_fn

    def __call__(self, inputs: Any, state: Any, scope: Any = None, *args: Any, **kwargs: Any) -> Any:
        output, new_state = self.cell(inputs, state, scope, *args, **kwargs)
        return (self._residual_fn or _sum)(inputs, output), new_state


def _sum(inputs: Any, outputs: Any) -> Any:
    for a, b in zip(flatten(inputs), flatten(outputs), strict=True):
        a.shape.assert_is_compatible_with(b.shape)
    return map_structure(lambda a, b: a + b, inputs, outputs)


@final
class DeviceWrapper(_Wrapper):
    """The cell: everything runs on the processor."""

    def __init__(self, cell: Any, device: Any) -> None:
        super().__init__(cell)

    def __call__(self, inputs: Any, state: Any, scope: Any = None, *args: Any, **kwargs: Any) -> Any:
        return self.cell(inputs, state, scope, *args, **kwargs)
