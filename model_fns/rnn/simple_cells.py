"""The basic recurrent cell, and the gated recurrent unit."""

from __future__ import annotations

from typing import Any, final

from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Tensor
from model_fns.initializers import constant_initializer, zeros_initializer
from model_fns.layers.by_name import activation_of
from model_fns.ops.activation import sigmoid, tanh
from model_fns.ops.bias import bias_add
from model_fns.ops.joining import concat, split
from model_fns.ops.linalg import matmul
from model_fns.rnn.cell import RNNCell, check_depth


class LayerRNNCell(RNNCell):
    """A cell with `num_units` units, which makes its variables when it is first called.

    Args:
      activation: a function or its name; tanh by default.
      reuse: whether to use variables that exist.
    """

    def __init__(self, num_units: int, activation: Any, reuse: Any, name: Any, dtype: Any, **kwargs: Any) -> None:
        super().__init__(_reuse=reuse, name=name, dtype=dtype, **kwargs)
        self._num_units = int(num_units)
        self._activation = activation_of(activation) or tanh

    @property
    def state_size(self) -> Any:
        return self._num_units

    @property
    def output_size(self) -> Any:
        return self._num_units


@final
class BasicRNNCell(LayerRNNCell):
    """output = new state = activation([inputs, state] @ kernel + bias). Elman 1990."""

    def __init__(
        self,
        num_units: int,
        activation: Any = None,
        reuse: Any = None,
        name: Any = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_units, activation, reuse, name, dtype, **kwargs)

    def build(self, input_shape: TensorShape) -> None:
        depth = check_depth(input_shape)
        self._kernel = self.add_weight("kernel", [depth + self._num_units, self._num_units])
        self._bias = self.add_weight("bias", [self._num_units], initializer=zeros_initializer())
        self.built = True

    def call(self, inputs: Tensor, state: Tensor) -> Any:
        output = self._activation(bias_add(matmul(concat([inputs, state], 1), self._kernel), self._bias))
        return output, output


@final
class GRUCell(LayerRNNCell):
    """The gated recurrent unit of Cho et al. 2014.

    r, u = sigmoid([inputs, state] @ gates/kernel + gates/bias)
    c = activation([inputs, r * state] @ candidate/kernel + candidate/bias)
    output = new state = u * state + (1 - u) * c
    """

    def __init__(
        self,
        num_units: int,
        activation: Any = None,
        reuse: Any = None,
        kernel_initializer: Any = None,
        bias_initializer: Any = None,
        name: Any = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(num_units, activation, reuse, name, dtype, **kwargs)
        self._kernel_initializer, self._bias_initializer = kernel_initializer, bias_initializer

    def build(self, input_shape: TensorShape) -> None:
        units, given = self._num_units, self._bias_initializer
        depth = check_depth(input_shape) + units
        kernel = self._kernel_initializer
        self._gate_kernel = self.add_weight("gates/kernel", [depth, 2 * units], initializer=kernel)
        gates = given if given is not None else constant_initializer(1.0)
        self._gate_bias = self.add_weight("gates/bias", [2 * units], initializer=gates)
        self._candidate_kernel = self.add_weight("candidate/kernel", [depth, units], initializer=kernel)
        candidate = given if given is not None else zeros_initializer()
        self._candidate_bias = self.add_weight("candidate/bias", [units], initializer=candidate)
        self.built = True

    def call(self, inputs: Tensor, state: Tensor) -> Any:
        gates = sigmoid(bias_add(matmul(concat([inputs, state], 1), self._gate_kernel), self._gate_bias))
        r, u = split(gates, 2, 1)
        candidate = bias_add(matmul(concat([inputs, r * state], 1), self._candidate_kernel), self._candidate_bias)
        output = u * state + (1 - u) * self._activation(candidate)
        return output, output
