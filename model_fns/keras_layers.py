"""Layers with the signatures of tf.keras.layers, for model functions that call them: the layers of `model_fns.layers`,
their defaults named as Keras names them. Models and training by Keras are another matter."""

from __future__ import annotations

from typing import Any

from model_fns import layers
from model_fns.graph.tensor import Tensor
from model_fns.layers.by_name import activation_of, initializer_of
from model_fns.layers.layer import Layer
from model_fns.ops.shaping import reshape, shape


class Dense(layers.Dense):
    """outputs = activation(inputs @ kernel + bias); see model_fns.layers.Dense."""

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            units,
            activation,
            use_bias,
            kernel_initializer,
            initializer_of(bias_initializer),
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            **kwargs,
        )


class Conv2D(layers.Conv2D):
    """Convolution of images; see model_fns.layers.Conv2D."""

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = (1, 1),
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            data_format or "channels_last",
            dilation_rate,
            activation,
            use_bias,
            kernel_initializer,
            initializer_of(bias_initializer),
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            **kwargs,
        )


class MaxPooling2D(layers.MaxPooling2D):
    """The largest number in each window; see model_fns.layers.MaxPooling2D. `strides` None is the window's size."""

    def __init__(
        self,
        pool_size: Any = (2, 2),
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(pool_size, strides or pool_size, padding, data_format or "channels_last", **kwargs)


class AveragePooling2D(layers.AveragePooling2D):
    """The mean of each window; see model_fns.layers.AveragePooling2D. `strides` None is the window's size."""

    def __init__(
        self,
        pool_size: Any = (2, 2),
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(pool_size, strides or pool_size, padding, data_format or "channels_last", **kwargs)


class Dropout(layers.Dropout):
    """Zeroes a share `rate` of its input where `training` is true; see model_fns.layers.Dropout."""

    def __init__(self, rate: Any, noise_shape: Any = None, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(rate, noise_shape, seed, **kwargs)

    def call(self, inputs: Tensor, training: Any = None) -> Any:
        return super().call(inputs, False if training is None else training)


class Reshape(Layer):
    """[batch, ...] to [batch, *target_shape], where one size may be -1."""

    def __init__(self, target_shape: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.target_shape = tuple(target_shape)

    def call(self, inputs: Tensor) -> Any:
        batch = inputs.shape[0].value
        return reshape(inputs, [shape(inputs)[0] if batch is None else batch, *self.target_shape], name="Reshape")


class Activation(Layer):
    """A function of each element, given itself or by its name."""

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = activation_of(activation)

    def call(self, inputs: Tensor) -> Any:
        return inputs if self.activation is None else self.activation(inputs)
