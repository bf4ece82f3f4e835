"""Cells that `tf.contrib.rnn` computes in one kernel; here they are the plain cells under those names and variables."""

from __future__ import annotations

from typing import Any, final

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Tensor
from model_fns.initializers import constant_initializer
from model_fns.layers.layer import Layer
from model_fns.nest import map_structure
from model_fns.ops.activation import sigmoid, tanh
from model_fns.ops.bias import bias_add
from model_fns.ops.clipping import clip_by_value
from model_fns.ops.control import stop_gradient
from model_fns.ops.joining import concat, reverse, split, stack, unstack
from model_fns.ops.linalg import matmul
from model_fns.ops.sequences import reverse_sequence
from model_fns.rnn.cell import RNNCell, check_depth
from model_fns.rnn.dynamic import dynamic_rnn
from model_fns.rnn.lstm_cells import LSTMStateTuple

_ZEROS = constant_initializer(0.0)


class LSTMBlockCell(RNNCell):
    """The LSTM cell with tanh, of (c, h). Its variables are `kernel` and `bias`, and for peepholes w_i_diag and so on.

    i, j, f, o = [inputs, h] @ kernel + bias;  new c = sigmoid(f + forget_bias) c + sigmoid(i) tanh(j)
    output = new h = sigmoid(o) tanh(new c)

    `cell_clip` bounds new c; None for no bounds.
    """

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        cell_clip: float | None = None,
        use_peephole: bool = False,
        dtype: Any = None,
        reuse: Any = None,
        name: str | None = "lstm_cell",
    ) -> None:
        super().__init__(_reuse=reuse, dtype=dtype, name=name)
        self._num_units, self._forget_bias, self._cell_clip = num_units, forget_bias, cell_clip
        self._use_peephole = use_peephole

    @property
    def state_size(self) -> LSTMStateTuple:
        return LSTMStateTuple(self._num_units, self._num_units)

    @property
    def output_size(self) -> int:
        return self._num_units

    def build(self, input_shape: TensorShape) -> None:
        depth, units = check_depth(input_shape), self._num_units
        self._kernel = self.add_weight("kernel", [depth + units, 4 * units])
        self._bias = self.add_weight("bias", [4 * units], initializer=_ZEROS)
        if self._use_peephole:
            self._w_i, self._w_f, self._w_o = (self.add_weight(f"w_{gate}_diag", [units]) for gate in "ifo")
        self.built = True

    def call(self, inputs: Tensor, state: Any, *args: Any, **kwargs: Any) -> Any:
        c, h = state
        i, j, f, o = split(bias_add(matmul(concat([inputs, h], 1), self._kernel), self._bias), 4, 1)
        if self._use_peephole:
            i, f = i + self._w_i * c, f + self._w_f * c
        new_c = sigmoid(f + self._forget_bias) * c + sigmoid(i) * tanh(j)
        if self._cell_clip is not None and self._cell_clip > 0:
            bounded = clip_by_value(new_c, -self._cell_clip, self._cell_clip)
            new_c = new_c + stop_gradient(bounded - new_c)  # the kernel's gradient does not know of the bounds
        new_h = sigmoid(o + self._w_o * new_c if self._use_peephole else o) * tanh(new_c)
        return new_h, LSTMStateTuple(new_c, new_h)


@final
class LSTMBlockFusedCell(Layer):
    """An LSTM over all steps [time, batch, depth] at once: outputs [time, batch, units], and the last state (c, h).

    The variables are those of LSTMBlockCell. Inputs may be a list of steps; then so are the outputs.
    """

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        cell_clip: float | None = None,
        use_peephole: bool = False,
        reuse: Any = None,
        dtype: Any = None,
        name: str | None = "lstm_fused_cell",
    ) -> None:
        super().__init__(_reuse=reuse, name=name, dtype=dtype)
        self._num_units = num_units
        self._arguments = num_units, forget_bias, cell_clip, use_peephole

    @property
    def num_units(self) -> int:
        """The size of the output."""
        return self._num_units

    def __call__(
        self, inputs: Any, initial_state: Any = None, dtype: Any = None, sequence_length: Any = None, scope: Any = None
    ) -> Any:
        """The outputs and the last state.

        Args:
          initial_state: (c, h); zeros of type `dtype` by default. ValueError without either.
          sequence_length: int [batch]; after its end a sequence's outputs are zeros, and its state stays.
        """
        return super().__call__(inputs, initial_state, dtype, sequence_length, scope=scope)

    def build(self, input_shape: Any) -> None:
        units, forget_bias, clip, peephole = self._arguments
        self._cell = _SharedCell(self, units, forget_bias, clip, peephole)
        self._cell.build(input_shape)
        self.built = True

    def call(self, inputs: Any, initial_state: Any, dtype: Any, sequence_length: Any) -> Any:
        steps = inputs if isinstance(inputs, list) else None
        sequence = convert_to_tensor(inputs) if steps is None else stack(steps)
        state = None if initial_state is None else LSTMStateTuple(*initial_state)
        if state is None and dtype is None:
            raise ValueError("Either initial_state or dtype needs to be specified")
        outputs, last = dynamic_rnn(self._cell, sequence, sequence_length, state, dtype, time_major=True)
        return (outputs if steps is None else unstack(outputs, len(steps))), last


class _SharedCell(LSTMBlockCell):
    """The step of a fused cell, which owns the variables."""

    def __init__(self, owner: Layer, units: int, forget_bias: float, clip: float | None, peephole: bool) -> None:
        super().__init__(units, forget_bias, clip, peephole, name=None)
        self.add_weight = owner.add_weight  # type: ignore[method-assign]

    def __call__(self, inputs: Any, state: Any, scope: Any = None, *args: Any, **kwargs: Any) -> Any:
        return self.call(inputs, state)


@final
class TimeReversedFusedRNN:
    """A fused cell that sees the sequence from its end; the outputs are in the sequence's own order."""

    def __init__(self, cell: Any) -> None:
        self._cell = cell

    def __call__(
        self, inputs: Any, initial_state: Any = None, dtype: Any = None, sequence_length: Any = None, scope: Any = None
    ) -> Any:
        """As the cell's."""

        def turned(tensor: Any) -> Any:
            return reverse(tensor, [0]) if sequence_length is None else reverse_sequence(tensor, sequence_length, 0, 1)

        outputs, state = self._cell(turned(inputs), initial_state, dtype, sequence_length, scope)
        return map_structure(turned, outputs), state
