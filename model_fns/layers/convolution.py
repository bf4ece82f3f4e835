"""Convolutional layers."""

from __future__ import annotations

from typing import Any, ClassVar, final

from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Tensor
from model_fns.layers.by_name import ZEROS, activation_of, initializer_of
from model_fns.layers.input_spec import InputSpec
from model_fns.layers.layer import Layer
from model_fns.layers.sizes import checked_data_format, checked_padding, size_tuple
from model_fns.ops import convolution
from model_fns.ops.bias import bias_add
from model_fns.ops.joining import transpose
from model_fns.ops.shaping import expand_dims, squeeze
from model_fns.ops.slicing import pad


class Convolution(Layer):
    """What convolutional layers share: a kernel [*window, channels, filters] and a bias [filters]."""

    rank: ClassVar[int]

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        data_format: str = "channels_last",
        dilation_rate: Any = (1, 1),
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
        self.filters = int(filters)
        self.kernel_size = size_tuple(kernel_size, self.rank, "kernel_size")
        self.strides = size_tuple(strides, self.rank, "strides")
        self.padding = checked_padding(padding)
        self.data_format = checked_data_format(data_format)
        self.dilation_rate = size_tuple(dilation_rate, self.rank, "dilation_rate")
        self.activation = activation_of(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializer_of(kernel_initializer)
        self.bias_initializer = initializer_of(bias_initializer)
        self.kernel_regularizer, self.bias_regularizer = kernel_regularizer, bias_regularizer
        self.kernel_constraint, self.bias_constraint = kernel_constraint, bias_constraint
        self.kernel: Any = None
        self.bias: Any = None
        self.input_spec = InputSpec(ndim=self.rank + 2)
        if set(self.dilation_rate) != {1} and set(self.strides) != {1}:
            raise ValueError("strides > 1 not supported in conjunction with dilation_rate > 1")
        if self.padding == "causal" and self.rank != 1:
            raise ValueError("Causal padding is only supported for `Conv1D`.")

    @property
    def channels_first(self) -> bool:
        return self.data_format == "channels_first"

    def build(self, input_shape: TensorShape) -> None:
        axis = 1 if self.channels_first else -1
        channels = input_shape[axis].value
        if channels is None:
            raise ValueError("The channel dimension of the inputs should be defined. Found `None`.")
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={axis: channels})
        shape = [*self.kernel_size, channels, self.filters]
        self.kernel = self.add_weight(
            "kernel", shape, None, self.kernel_initializer, self.kernel_regularizer, True, self.kernel_constraint
        )
        if self.use_bias:
            self.bias = self.add_weight(
                "bias", [self.filters], None, self.bias_initializer, self.bias_regularizer, True, self.bias_constraint
            )

    def call(self, inputs: Tensor) -> Any:
        outputs = self.convolved(inputs)
        if self.use_bias:
            outputs = bias_add(outputs, self.bias, "NCHW" if self.channels_first else "NHWC", self._bias_name)
        return outputs if self.activation is None else self.activation(outputs)

    @property
    def _bias_name(self) -> str:
        """As in TensorFlow, which adds the bias of channels-first sequences by other means."""
        return "add" if self.rank == 1 and self.channels_first else "BiasAdd"

    def convolved(self, inputs: Tensor) -> Tensor:
        """The convolution alone, without bias and activation."""
        raise NotImplementedError


class Conv2D(Convolution):
    """Convolution of images: [batch, height, width, channels] to [batch, out height, out width, filters].

    Variables: `kernel` [*kernel_size, channels, filters] and `bias` [filters]. With `channels_first` the channels are
    at axis 1 of input and output. Padding `same` keeps ceil(size / stride) positions, `valid` stays inside the image.
    """

    rank = 2

    def convolved(self, inputs: Tensor) -> Tensor:
        spatial = (1, 1, *self.strides) if self.channels_first else (1, *self.strides, 1)
        data_format = "NCHW" if self.channels_first else "NHWC"
        rates = (1, 1, *self.dilation_rate) if self.channels_first else (1, *self.dilation_rate, 1)
        return convolution.conv2d(
            inputs, self.kernel, spatial, self.padding, data_format=data_format, dilations=rates, name="Conv2D"
        )


@final
class Conv1D(Convolution):
    """Convolution of sequences: [batch, steps, channels] to [batch, out steps, filters].

    Variables: `kernel` [window, channels, filters] and `bias` [filters]. Padding `causal` looks at no later step.
    """

    rank = 1

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str = "channels_last",
        dilation_rate: Any = 1,
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
            dilation_rate=dilation_rate,
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

    def convolved(self, inputs: Tensor) -> Tensor:
        with inputs.graph.name_scope("conv1d") as scope:
            steps = transpose(inputs, (0, 2, 1)) if self.channels_first else inputs
            padding = self.padding
            if padding == "causal":
                before = (self.kernel_size[0] - 1) * self.dilation_rate[0]
                steps, padding = pad(steps, [[0, 0], [before, 0], [0, 0]]), "valid"
            # An image of height 1, under a window of height 1.
            rows, kernel = expand_dims(steps, 1), expand_dims(self.kernel, 0)
            rates = (1, 1, *self.dilation_rate, 1)
            image = convolution.conv2d(rows, kernel, (1, 1, *self.strides, 1), padding, dilations=rates)
            if self.channels_first:
                return transpose(squeeze(image, [1]), (0, 2, 1), name=f"{scope}Squeeze_1")
            return squeeze(image, [1])


def conv2d(
    inputs: Any,
    filters: int,
    kernel_size: Any,
    strides: Any = (1, 1),
    padding: str = "valid",
    data_format: str = "channels_last",
    dilation_rate: Any = (1, 1),
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
    """activation(convolution(inputs, kernel) + bias): [batch, height, width, channels] to [..., filters].

    Args:
      kernel_size, strides: one integer, or (height, width).
      padding: `same` keeps ceil(size / stride) positions, `valid` stays inside the image.
      data_format: `channels_last`, or `channels_first` with channels at axis 1 of input and output.
      activation, *_initializer, *_regularizer, name, reuse: as in `dense`.
    Raises ValueError unless the rank is 4, the number of channels known, and the window inside a `valid` image.
    """
    layer = Conv2D(
        filters,
        kernel_size,
        strides=strides,
        padding=padding,
        data_format=data_format,
        dilation_rate=dilation_rate,
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


def conv1d(
    inputs: Any,
    filters: int,
    kernel_size: Any,
    strides: Any = 1,
    padding: str = "valid",
    data_format: str = "channels_last",
    dilation_rate: Any = 1,
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
    """activation(convolution(inputs, kernel) + bias): [batch, steps, channels] to [batch, out steps, filters].

    Arguments and errors as in `conv2d`, for sequences; padding may be `causal`, which looks at no later step.
    """
    layer = Conv1D(
        filters,
        kernel_size,
        strides=strides,
        padding=padding,
        data_format=data_format,
        dilation_rate=dilation_rate,
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
