"""The fully connected layer."""

from __future__ import annotations

from typing import Any

from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Tensor
from model_fns.layers.by_name import ZEROS, activation_of, initializer_of
from model_fns.layers.input_spec import InputSpec
from model_fns.layers.layer import Layer
from model_fns.ops.arithmetic import cast
from model_fns.ops.bias import bias_add
from model_fns.ops.linalg import matmul
from model_fns.ops.tensordot import tensordot


class Dense(Layer):
    """outputs = activation(inputs @ kernel + bias), along the last axis: [..., n] to [..., units].

    Variables: `kernel` [n, units] and `bias` [units]. The input's last size must be known, its rank at least 2.
    """

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = None,
        bias_initializer: Any = ZEROS,
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        trainable: bool = True,
        name: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(trainable=trainable, name=name, activity_regularizer=activity_regularizer, **kwargs)
        self.units = int(units)
        self.activation = activation_of(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializer_of(kernel_initializer)
        self.bias_initializer = initializer_of(bias_initializer)
        self.kernel_regularizer, self.bias_regularizer = kernel_regularizer, bias_regularizer
        self.kernel_constraint, self.bias_constraint = kernel_constraint, bias_constraint
        self.kernel: Any = None
        self.bias: Any = None
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape: TensorShape) -> None:
        if not self.dtype.is_floating:
            raise TypeError(f"Unable to build `Dense` layer with non-floating point dtype {self.dtype}")
        size = input_shape[-1].value
        if size is None:
            raise ValueError("The last dimension of the inputs to `Dense` should be defined. Found `None`.")
        self.input_spec = InputSpec(min_ndim=2, axes={-1: size})
        self.kernel = self.add_weight(
            "kernel",
            [size, self.units],
            None,
            self.kernel_initializer,
            self.kernel_regularizer,
            True,
            self.kernel_constraint,
        )
        if self.use_bias:
            self.bias = self.add_weight(
                "bias", [self.units], None, self.bias_initializer, self.bias_regularizer, True, self.bias_constraint
            )

    def call(self, inputs: Tensor) -> Any:
        inputs = cast(inputs, self.dtype)
        outputs = tensordot(inputs, self.kernel, 1) if len(inputs.shape) > 2 else matmul(inputs, self.kernel)
        if self.use_bias:
            outputs = bias_add(outputs, self.bias)
        return outputs if self.activation is None else self.activation(outputs)


def dense(
    inputs: Any,
    units: int,
    activation: Any = None,
    use_bias: bool = True,
    kernel_initializer: Any = None,
    bias_initializer: Any = ZEROS,
    kernel_regularizer: Any = None,
    bias_regularizer: Any = None,
    activity_regularizer: Any = None,
    kernel_constraint: Any = None,
    bias_constraint: Any = None,
    trainable: bool = True,
    name: Any = None,
    reuse: Any = None,
) -> Any:
    """activation(inputs @ kernel + bias), along the last axis: [..., n] to [..., units].

    Args:
      activation: a function or its name; None means the identity.
      kernel_initializer: default the variable scope's, else Glorot's uniform one.
      kernel_regularizer, bias_regularizer, activity_regularizer: their values go to REGULARIZATION_LOSSES.
      name, reuse: the variable scope of `kernel` and `bias`, and whether to use those that exist.
    Raises ValueError if the input's last size is unknown, its rank below 2, or a shared kernel of another shape.
    """
    layer = Dense(
        units,
        activation=activation,
        use_bias=use_bias,
        kernel_initializer=kernel_initializer,
        bias_initializer=bias_initializer,
        kernel_regularizer=kernel_regularizer,
        bias_regularizer=bias_regularizer,
        activity_regularizer=activity_regularizer,
        kernel_constraint=kernel_constraint,
        bias_constraint=bias_constraint,
        trainable=trainable,
        name=name,
        _scope=name,
        _reuse=reuse,
    )
    return layer(inputs)
