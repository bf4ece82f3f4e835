"""The transposed convolutional layer: the adjoint of a convolution, which makes images larger."""

from __future__ import annotations

from typing import Any, final

from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Tensor
from model_fns.layers.by_name import ZEROS
from model_fns.layers.convolution import Convolution
from model_fns.layers.input_spec import InputSpec
from model_fns.ops import transposed_convolution
from model_fns.ops.sizes import size_at


@final
class Conv2DTranspose(Convolution):
    """The adjoint of a convolution of images: [batch, height, width, channels] to [batch, larger, larger, filters].

    Variables: `kernel` [*kernel_size, filters, channels] and `bias` [filters]. Padding `same` makes sizes of
    size * stride, `valid` of (size - 1) * stride + window, but no less than size * stride.
    """

    rank = 2

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        data_format: str = "channels_last",
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
        super().__init__(
            filters,
            kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
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
            **kwargs,
        )

    def build(self, input_shape: TensorShape) -> None:
        axis = 1 if self.channels_first else -1
        channels = input_shape[axis].value
        if channels is None:
            raise ValueError("The channel dimension of the inputs should be defined. Found `None`.")
        self.input_spec = InputSpec(ndim=4, axes={axis: channels})
        shape = [*self.kernel_size, self.filters, channels]
        self.kernel = self.add_weight(
            "kernel", shape, None, self.kernel_initializer, self.kernel_regularizer, True, self.kernel_constraint
        )
        if self.use_bias:
            self.bias = self.add_weight(
                "bias", [self.filters], None, self.bias_initializer, self.bias_regularizer, True, self.bias_constraint
            )

    def convolved(self, inputs: Tensor) -> Tensor:
        first = 2 if self.channels_first else 1
        larger = [self._larger(size_at(inputs, first + axis), axis) for axis in (0, 1)]
        batch = size_at(inputs, 0)
        shape = [batch, self.filters, *larger] if self.channels_first else [batch, *larger, self.filters]
        strides = (1, 1, *self.strides) if self.channels_first else (1, *self.strides, 1)
        layout = "NCHW" if self.channels_first else "NHWC"
        return transposed_convolution.conv2d_transpose(inputs, self.kernel, shape, strides, self.padding, layout)

    def _larger(self, size: Any, axis: int) -> Any:
        """The size along an axis of the output."""
        rest = max(self.kernel_size[axis] - self.strides[axis], 0) if self.padding == "valid" else 0
        return size * self.strides[axis] + rest


def conv2d_transpose(
    inputs: Any,
    filters: int,
    kernel_size: Any,
    strides: Any = (1, 1),
    padding: str = "valid",
    data_format: str = "channels_last",
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
    """activation(transposed convolution(inputs, kernel) + bias): [batch, height, width, channels] to larger images.

    Arguments and errors as in `conv2d`; see `Conv2DTranspose` for the sizes.
    """
    layer = Conv2DTranspose(
        filters,
        kernel_size,
        strides=strides,
        padding=padding,
        data_format=data_format,
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
