"""Pooling layers: one number for each window of each channel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, final

from model_fns.graph.tensor import Tensor
from model_fns.layers.input_spec import InputSpec
from model_fns.layers.layer import Layer
from model_fns.layers.sizes import checked_data_format, checked_padding, size_tuple
from model_fns.ops import pooling
from model_fns.ops.shaping import expand_dims, squeeze


class Pool(Layer):
    """What pooling layers share: window size, strides, padding `valid` or `same`, and where the channels are."""

    rank: ClassVar[int]
    function: ClassVar[Callable[..., Tensor]]

    def __init__(
        self,
        pool_size: Any,
        strides: Any,
        padding: str = "valid",
        data_format: str = "channels_last",
        name: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.pool_size = size_tuple(pool_size, self.rank, "pool_size")
        self.strides = size_tuple(self.pool_size if strides is None else strides, self.rank, "strides")
        self.padding = checked_padding(padding)
        self.data_format = checked_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, inputs: Tensor) -> Any:
        first = self.data_format == "channels_first"
        if self.rank == 1:  # an image of width 1
            axis = 3 if first else 2
            return squeeze(
                self.pooled(expand_dims(inputs, axis), (*self.pool_size, 1), (*self.strides, 1), first), [axis]
            )
        return self.pooled(inputs, self.pool_size, self.strides, first)

    def pooled(self, image: Tensor, window: tuple[int, ...], strides: tuple[int, ...], first: bool) -> Tensor:
        sizes = [(1, 1, *item) if first else (1, *item, 1) for item in (window, strides)]
        return type(self).function(image, *sizes, self.padding, "NCHW" if first else "NHWC")


@final
class MaxPooling1D(Pool):
    """The largest number in each window: [batch, steps, channels] to [batch, out steps, channels]."""

    rank = 1
    function = pooling.max_pool


class MaxPooling2D(Pool):
    """The largest number in each window: [batch, height, width, channels] to [batch, ..., channels]."""

    rank = 2
    function = pooling.max_pool


@final
class AveragePooling1D(Pool):
    """The mean of each window: [batch, steps, channels] to [batch, out steps, channels]."""

    rank = 1
    function = pooling.avg_pool


class AveragePooling2D(Pool):
    """The mean of each window: [batch, height, width, channels] to [batch, ..., channels]."""

    rank = 2
    function = pooling.avg_pool


def max_pooling1d(
    inputs: Any,
    pool_size: Any,
    strides: Any,
    padding: str = "valid",
    data_format: str = "channels_last",
    name: Any = None,
) -> Any:
    """The largest number in each window of a sequence: [batch, steps, channels] to [batch, out steps, channels]."""
    return MaxPooling1D(pool_size, strides, padding, data_format, name)(inputs)


def max_pooling2d(
    inputs: Any,
    pool_size: Any,
    strides: Any,
    padding: str = "valid",
    data_format: str = "channels_last",
    name: Any = None,
) -> Any:
    """The largest number in each window of an image: [batch, height, width, channels] to [batch, ..., channels].

    `pool_size` and `strides` are one integer or (height, width). Padding `same` keeps ceil(size / stride) positions.
    Raises ValueError unless the rank is 4 and the window inside a `valid` image.
    """
    return MaxPooling2D(pool_size, strides, padding, data_format, name)(inputs)


def average_pooling1d(
    inputs: Any,
    pool_size: Any,
    strides: Any,
    padding: str = "valid",
    data_format: str = "channels_last",
    name: Any = None,
) -> Any:
    """The mean of each window of a sequence: [batch, steps, channels] to [batch, out steps, channels]."""
    return AveragePooling1D(pool_size, strides, padding, data_format, name)(inputs)


def average_pooling2d(
    inputs: Any,
    pool_size: Any,
    strides: Any,
    padding: str = "valid",
    data_format: str = "channels_last",
    name: Any = None,
) -> Any:
    """The mean of each window of an image: [batch, height, width, channels] to [batch, ..., channels].

    Arguments and errors as in `max_pooling2d`. What lies outside the image does not count.
    """
    return AveragePooling2D(pool_size, strides, padding, data_format, name)(inputs)
