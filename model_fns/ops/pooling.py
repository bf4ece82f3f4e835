"""Max and average pooling of images, with their adjoints. Windows partly outside the image ignore the outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims
from model_fns.graph.dtypes import DType
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.convolution import (
    checked_padding,
    output_size,
    patches,
    spatial_pair,
    under_channels_first,
    unpatches,
)


@dataclass(frozen=True)
class Pooling(Op):
    """One number for each window of each channel"""

    window: tuple[int, int]
    strides: tuple[int, int]
    padding: str

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0]

    def output_shape(self, *inputs: Dims) -> Dims:
        x = inputs[0]
        if len(x) != 4:
            raise ValueError(f"Shape must be rank 4 but is rank {len(x)}")
        height = output_size(x[1], self.window[0], self.strides[0], self.padding)
        width = output_size(x[2], self.window[1], self.strides[1], self.padding)
        return x[0], height, width, x[3]

    def windows(self, x: Any, fill: float) -> Any:
        return patches(x, self.window, self.strides, self.padding, fill)

    def spread(self, parts: Any, shape: tuple[int, ...]) -> Any:
        return unpatches(parts, shape, self.strides, self.padding)


@final
class MaxPool(Pooling):
    """The largest number in each window"""

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (apply(MaxPoolGrad(self.window, self.strides, self.padding), x=inputs[0], y=output, dy=upstream),)

    def kernel(self, *inputs: Any) -> Any:
        return np.ascontiguousarray(self.windows(inputs[0], -np.inf).max((3, 4)))


@final
class MaxPoolGrad(Pooling):
    """The gradient of max pooling: each dy = z goes to the first largest number of its window"""

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[0]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        raise LookupError("No gradient defined for operation type MaxPoolGrad.")

    def kernel(self, *inputs: Any) -> Any:
        x, y, dy = inputs
        parts = self.windows(x, -np.inf)
        shape = parts.shape
        flat = parts.reshape(*shape[:3], shape[3] * shape[4], shape[5])
        first = np.argmax(flat == y[:, :, :, None], 3)
        chosen = np.arange(flat.shape[3])[:, None] == first[:, :, :, None]
        return self.spread(np.where(chosen, dy[:, :, :, None], 0).reshape(shape).astype(x.dtype), x.shape)


@final
class AvgPool(Pooling):
    """The mean of the numbers in each window"""

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (apply(AvgPoolGrad(self.window, self.strides, self.padding), dy=upstream, like=inputs[0]),)

    def counts(self, x: Any) -> Any:
        """How many numbers of the image each window holds."""
        return self.windows(np.ones((1, *np.shape(x)[1:3], 1), np.asarray(x).dtype), 0).sum((3, 4))

    def kernel(self, *inputs: Any) -> Any:
        return (self.windows(inputs[0], 0).sum((3, 4)) / self.counts(inputs[0])).astype(inputs[0].dtype)


@final
class AvgPoolGrad(Pooling):
    """The gradient of average pooling: each dy = x is shared out evenly over its window, in the shape of y"""

    shape_inputs: ClassVar[tuple[int, ...]] = (1,)

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[1]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return apply(AvgPool(self.window, self.strides, self.padding), value=upstream), None

    def kernel(self, *inputs: Any) -> Any:
        dy, shape = inputs[0], np.shape(inputs[1])
        inside = self.windows(np.ones((1, *shape[1:3], 1), dy.dtype), 0)
        share = dy / inside.sum((3, 4))
        return self.spread((share[:, :, :, None, None] * inside).astype(dy.dtype), shape)


def _pool(
    kind: type[Pooling], value: Any, ksize: Any, strides: Any, padding: Any, data_format: str, name: str | None
) -> Tensor:
    x = convert_to_tensor(value)
    definition = kind(
        spatial_pair(ksize, "ksize", data_format),
        spatial_pair(strides, "strides", data_format),
        checked_padding(padding),
    )
    if data_format == "NHWC":
        return apply(definition, name, value=x)
    return under_channels_first(definition, name, x)


def max_pool(
    value: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    name: str | None = None,
    input: Any = None,
) -> Tensor:
    """The largest number in each window of size `ksize`, windows `strides` apart."""
    return _pool(MaxPool, input if value is None else value, ksize, strides, padding, data_format, name)


def avg_pool(
    value: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: str = "NHWC",
    name: str | None = None,
    input: Any = None,
) -> Tensor:
    """The mean of each window of size `ksize`, windows `strides` apart."""
    return _pool(AvgPool, input if value is None else value, ksize, strides, padding, data_format, name)


def max_pool2d(
    input: Any, ksize: Any, strides: Any, padding: Any, data_format: str = "NHWC", name: str | None = None
) -> Tensor:
    """`max_pool` under its later name."""
    return _pool(MaxPool, input, ksize, strides, padding, data_format, name)
