"""Long short-term memory (Hochreiter, Schmidhuber 1997): the basic cell, and that with peepholes and projection."""

from __future__ import annotations

import logging
from typing import Any, NamedTuple, final

from model_fns.graph.dtypes import DType
from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Tensor
from model_fns.initializers import zeros_initializer
from model_fns.ops.activation import sigmoid
from model_fns.ops.bias import bias_add
from model_fns.ops.clipping import clip_by_value
from model_fns.ops.joining import concat, split
from model_fns.ops.linalg import matmul
from model_fns.ops.slicing import slice_
from model_fns.rnn.cell import check_depth
from model_fns.rnn.simple_cells import LayerRNNCell


class LSTMStateTuple(NamedTuple):
    """The state of an LSTM cell: the cell's memory `c`, and its output `h`."""

    c: Any
    h: Any

    @property
    def dtype(self) -> DType:
        if self.c.dtype != self.h.dtype:
            raise TypeError(f"Inconsistent internal state: {self.c.dtype!s} vs {self.h.dtype!s}")
        return self.c.dtype


@final
class BasicLSTMCell(LayerRNNCell):
    """The basic LSTM cell of Zaremba et al. 2014.

    i, j, f, o = [inputs, h] @ kernel + bias
    new c = c * sigmoid(f + forget_bias) + sigmoid(i) * activation(j)
    output = new h = activation(new c) * sigmoid(o)

    Args:
      state_is_tuple: whether the state is an LSTMStateTuple; else c and h side by side, in one tensor.
    """

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        state_is_tuple: bool = True,
        activation: Any = None,
        reuse: Any = None,
        name: Any = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_units, activation, reuse, name, dtype, **kwargs)
        self._forget_bias, self._state_is_tuple = forget_bias, state_is_tuple

    @property
    def state_size(self) -> Any:
        return LSTMStateTuple(self._num_units, self._num_units) if self._state_is_tuple else 2 * self._num_units

    def build(self, input_shape: TensorShape) -> None:
        depth = check_depth(input_shape)
        self._kernel = self.add_weight("kernel", [depth + self._num_units, 4 * self._num_units])
        self._bias = self.add_weight("bias", [4 * self._num_units], initializer=zeros_initializer())
        self.built = True

    def call(self, inputs: Tensor, state: Any) -> Any:
        c, h = _parts(state) if self._state_is_tuple else split(state, 2, 1)
        i, j, f, o = split(bias_add(matmul(concat([inputs, h], 1), self._kernel), self._bias), 4, 1)
        new_c = c * sigmoid(f + self._forget_bias) + sigmoid(i) * self._activation(j)
        new_h = self._activation(new_c) * sigmoid(o)
        return new_h, LSTMStateTuple(new_c, new_h) if self._state_is_tuple else concat([new_c, new_h], 1)


@final
class LSTMCell(LayerRNNCell):
    """The LSTM cell with peepholes and projection of Sak et al. 2014.

    i, j, f, o = [inputs, h] @ kernel + bias
    new c = sigmoid(f + forget_bias + w_f_diag * c) * c + sigmoid(i + w_i_diag * c) * activation(j)
    output = new h = sigmoid(o + w_o_diag * new c) * activation(new c) @ projection/kernel

    Args:
      use_peepholes: whether there are w_f_diag, w_i_diag and w_o_diag.
      cell_clip: new c is kept between -cell_clip and cell_clip.
      initializer: of kernel, diagonals and projection.
      num_proj, proj_clip: the size of the projected output, and the bounds it is kept in; None for no projection.
      state_is_tuple: whether the state is an LSTMStateTuple; else c and h side by side, in one tensor.
      num_unit_shards, num_proj_shards: accepted and without effect.
    """

    def __init__(
        self,
        num_units: int,
        use_peepholes: bool = False,
        cell_clip: float | None = None,
        initializer: Any = None,
        num_proj: int | None = None,
        proj_clip: float | None = None,
        num_unit_shards: Any = None,
        num_proj_shards: Any = None,
        forget_bias: float = 1.0,
        state_is_tuple: bool = True,
        activation: Any = None,
        reuse: Any = None,
        name: Any = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_units, activation, reuse, name, dtype, **kwargs)
        if not state_is_tuple:
            logging.getLogger("tensorflow").warning(
                "%s: Using a concatenated state is slower and will soon be deprecated.  Use state_is_tuple=True.", self
            )
        self._use_peepholes, self._cell_clip, self._initializer = use_peepholes, cell_clip, initializer
        self._num_proj, self._proj_clip = num_proj, proj_clip
        self._forget_bias, self._state_is_tuple = forget_bias, state_is_tuple

    @property
    def output_size(self) -> Any:
        return self._num_proj or self._num_units

    @property
    def state_size(self) -> Any:
        sizes = self._num_units, self.output_size
        return LSTMStateTuple(*sizes) if self._state_is_tuple else sum(sizes)

    def build(self, input_shape: TensorShape) -> None:
        depth, units, initializer = check_depth(input_shape), self._num_units, self._initializer
        self._kernel = self.add_weight("kernel", [depth + self.output_size, 4 * units], initializer=initializer)
        self._bias = self.add_weight("bias", [4 * units], initializer=zeros_initializer())
        if self._use_peepholes:
            self._w_f, self._w_i, self._w_o = (
                self.add_weight(f"w_{gate}_diag", [units], initializer=initializer) for gate in "fio"
            )
        if self._num_proj is not None:
            self._projection = self.add_weight("projection/kernel", [units, self._num_proj], initializer=initializer)
        self.built = True

    def call(self, inputs: Tensor, state: Any) -> Any:
        c, h = _parts(state) if self._state_is_tuple else self._split(state)
        i, j, f, o = split(bias_add(matmul(concat([inputs, h], 1), self._kernel), self._bias), 4, 1)
        if self._use_peepholes:
            i, f = i + self._w_i * c, f + self._w_f * c
        new_c = sigmoid(f + self._forget_bias) * c + sigmoid(i) * self._activation(j)
        if self._cell_clip is not None:
            new_c = clip_by_value(new_c, -self._cell_clip, self._cell_clip)
        new_h = sigmoid(o + self._w_o * new_c if self._use_peepholes else o) * self._activation(new_c)
        if self._num_proj is not None:
            new_h = matmul(new_h, self._projection)
            if self._proj_clip is not None:
                new_h = clip_by_value(new_h, -self._proj_clip, self._proj_clip)
        return new_h, LSTMStateTuple(new_c, new_h) if self._state_is_tuple else concat([new_c, new_h], 1)

    def _split(self, state: Tensor) -> tuple[Tensor, Tensor]:
        units = self._num_units
        return slice_(state, [0, 0], [-1, units]), slice_(state, [0, units], [-1, self.output_size])


def _parts(state: Any) -> tuple[Any, Any]:
    if not isinstance(state, list | tuple) or len(state) != 2:
        raise TypeError(f"The state of an LSTM cell must be a pair (c, h), for example cell.zero_state(), not {state}")
    return state[0], state[1]
