"""Two-dimensional convolution with its two adjoints.

    y[n, i, j, o] = sum over p, q, c of x[n, i * stride + p - top, j * stride + q - left, c] * w[p, q, c, o]

Activations are [batch, height, width, channels], weights [height, width, channels, outputs]. SAME keeps
ceil(size / stride) positions and pads with zeros, the odd one at the bottom and right; VALID stays inside the image.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dim, Dims, Symbol, larger, may_equal
from model_fns.graph.dtypes import DType
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply, dtype_of
from model_fns.ops.joining import transpose
from model_fns.ops.shaping import reshape
from model_fns.ops.slicing import Pad, StridedSlice


def output_size(size: Dim, window: Dim, stride: int, padding: str) -> Dim:
    """How many positions a window has along an axis. ValueError if it does not fit."""
    if padding == "SAME":
        return -(-size // stride)
    if not isinstance(size, Symbol) and not isinstance(window, Symbol) and size < window:
        raise ValueError(f"Negative dimension size caused by subtracting {window} from {size}")
    return (size - window) // stride + 1


def padding_before(size: Any, window: int, stride: int, padding: str) -> Any:
    """Zeros before the first element along an axis."""
    if padding == "VALID":
        return 0
    out = -(-size // stride)
    return larger((out - 1) * stride + window - size, 0) // 2


def patches(
    x: np.ndarray, window: tuple[int, int], strides: tuple[int, int], padding: str, fill: float = 0
) -> np.ndarray:
    """Every window of the image: [batch, out height, out width, height, width, channels]. For the reference kernels."""
    sizes = x.shape[1:3]
    out = [int(output_size(n, k, s, padding)) for n, k, s in zip(sizes, window, strides, strict=True)]  # type: ignore[arg-type]
    before = [padding_before(n, k, s, padding) for n, k, s in zip(sizes, window, strides, strict=True)]
    after = [max((o - 1) * s + k - n - b, 0) for o, s, k, n, b in zip(out, strides, window, sizes, before, strict=True)]
    around = [(0, 0), (before[0], after[0]), (before[1], after[1]), (0, 0)]
    padded = np.pad(x, around, constant_values=fill) if any(before + after) else x
    views = np.lib.stride_tricks.sliding_window_view(padded, window, (1, 2))[:, :: strides[0], :: strides[1]]
    return np.moveaxis(views[:, : out[0], : out[1]], 3, 5)


def unpatches(parts: np.ndarray, shape: tuple[int, ...], strides: tuple[int, int], padding: str) -> np.ndarray:
    """The adjoint of `patches`: each window's numbers added back to where they came from."""
    _, out_height, out_width, height, width, _ = parts.shape
    top, left = (padding_before(n, k, s, padding) for n, k, s in zip(shape[1:3], (height, width), strides, strict=True))
    room = [(o - 1) * s + k for o, s, k in zip((out_height, out_width), strides, (height, width), strict=True)]
    padded = np.zeros((shape[0], max(room[0], shape[1] + top), max(room[1], shape[2] + left), shape[3]), parts.dtype)
    for p in range(height):
        for q in range(width):
            padded[:, p : p + room[0] - height + 1 : strides[0], q : q + room[1] - width + 1 : strides[1]] += parts[
                :, :, :, p, q
            ]
    return np.ascontiguousarray(padded[:, top : top + shape[1], left : left + shape[2]])


@dataclass(frozen=True)
class Convolution(Op):
    """What the convolution and its adjoints share"""

    strides: tuple[int, int] = (1, 1)
    padding: str = "VALID"

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0]


@final
class Conv2D(Convolution):
    """Convolution of x with the weights y (no flipping: cross-correlation, as in every framework)"""

    def output_shape(self, *inputs: Dims) -> Dims:
        x, weights = inputs
        for dims in inputs:
            if len(dims) != 4:
                raise ValueError(f"Shape must be rank 4 but is rank {len(dims)}")
        if not may_equal(x[3], weights[2]):
            raise ValueError(f"Dimensions must be equal, but are {x[3]} and {weights[2]}")
        height = output_size(x[1], weights[0], self.strides[0], self.padding)
        width = output_size(x[2], weights[1], self.strides[1], self.padding)
        return x[0], height, width, weights[3]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        x, weights = inputs
        return (
            apply(Conv2DBackpropInput(self.strides, self.padding), dy=upstream, weights=weights, like=x),
            apply(Conv2DBackpropFilter(self.strides, self.padding), x=x, dy=upstream, like=weights),
        )

    def kernel(self, *inputs: Any) -> Any:
        x, weights = inputs
        return np.tensordot(patches(x, weights.shape[:2], self.strides, self.padding), weights, 3).astype(x.dtype)


@final
class Conv2DBackpropInput(Convolution):
    """The gradient of a convolution by its input, in the shape of z, from dy = x and the weights y"""

    shape_inputs: ClassVar[tuple[int, ...]] = (2,)

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[2]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        dy, weights, _ = inputs
        return (
            apply(Conv2D(self.strides, self.padding), x=upstream, weights=weights),
            apply(Conv2DBackpropFilter(self.strides, self.padding), x=upstream, dy=dy, like=weights),
            None,
        )

    def kernel(self, *inputs: Any) -> Any:
        dy, weights, like = inputs
        return unpatches(np.tensordot(dy, weights, (3, 3)), np.shape(like), self.strides, self.padding).astype(dy.dtype)


@final
class Conv2DBackpropFilter(Convolution):
    """The gradient of a convolution by its weights, in the shape of z, from the input x and dy = y"""

    shape_inputs: ClassVar[tuple[int, ...]] = (2,)

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[2]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        x, dy, _ = inputs
        return (
            apply(Conv2DBackpropInput(self.strides, self.padding), dy=dy, weights=upstream, like=x),
            apply(Conv2D(self.strides, self.padding), x=x, weights=upstream),
            None,
        )

    def kernel(self, *inputs: Any) -> Any:
        x, dy, like = inputs
        parts = patches(x, np.shape(like)[:2], self.strides, self.padding)
        return np.tensordot(parts, dy, ((0, 1, 2), (0, 1, 2))).astype(x.dtype)


def spatial_pair(value: Any, what: str, data_format: str = "NHWC") -> tuple[int, int]:
    """A size, stride or window as (height, width), from one number, a pair, or TensorFlow's list of four."""
    if isinstance(value, int | np.integer):
        return int(value), int(value)
    items = [int(item) for item in value]
    if len(items) == 4:
        outer, inner = (items[0], items[3]), items[1:3]
        if data_format == "NCHW":
            outer, inner = (items[0], items[1]), items[2:4]
        if outer != (1, 1):
            raise ValueError(f"Current implementation does not yet support {what} in the batch and depth dimensions.")
        items = inner
    if len(items) == 1:
        items *= 2
    if len(items) != 2:
        raise ValueError(f"{what} should be an integer or a list of 1, 2 or 4 integers, got {value}")
    return items[0], items[1]


def checked_padding(padding: Any) -> str:
    """SAME or VALID, from any spelling. ValueError for anything else."""
    text = str(padding).upper()
    if text not in ("SAME", "VALID"):
        raise ValueError(f'The `padding` argument must be one of "VALID", "SAME". Received: {padding}')
    return text


def _explicit(padding: Any, data_format: str) -> tuple[tuple[int, int], ...]:
    """Zeros before and after along each axis. ValueError for any in the batch or the channels."""
    if len(padding) != 4 or any(len(pair) != 2 for pair in padding):
        raise ValueError(f"Explicit padding must be a list of four pairs, one for each axis. Received: {padding}")
    pairs = tuple((int(before), int(after)) for before, after in padding)
    if any(pairs[axis] != (0, 0) for axis in ((0, 1) if data_format == "NCHW" else (0, 3))):
        raise ValueError(f"Nonzero explicit padding in the batch or depth dimensions is not supported: {padding}")
    return pairs


def channels_last(x: Tensor, data_format: str) -> Tensor:
    """An image tensor with its channels moved to the end if they are first."""
    return transpose(x, (0, 2, 3, 1)) if data_format == "NCHW" else x


def under_channels_first(definition: Op, name: str | None, x: Tensor, **others: Tensor) -> Tensor:
    """`definition` applied to images with channels first, whose result has them first too and gets the name."""
    with x.graph.as_default(), x.graph.name_scope(name or definition.type) as scope:
        inner = apply(definition, None, None, input=channels_last(x, "NCHW"), **others)
        return transpose(inner, (0, 3, 1, 2), name=scope)


def dilated(weights: Tensor, rates: tuple[int, int]) -> Tensor:
    """Weights with rate - 1 rows and columns of zeros between them: [h, w, ...] to [(h - 1) * rate + 1, ...].

    ValueError if the window's size is not known.
    """
    height, width = (size.value for size in weights.shape[:2])
    if height is None or width is None:
        raise ValueError(f"The window's size must be known when the graph is built, but the filter is {weights.shape}.")
    (down, across), (channels, outputs) = rates, (size.value for size in weights.shape[2:])
    with weights.graph.as_default(), weights.graph.name_scope("dilated"):
        apart = reshape(weights, [height, 1, width, 1, channels, outputs])
        apart = apply(Pad(((0, 0), (0, down - 1), (0, 0), (0, across - 1), (0, 0), (0, 0))), tensor=apart)
        whole = reshape(apart, [height * down, width * across, channels, outputs])
        last = (None, (height - 1) * down + 1, 1), (None, (width - 1) * across + 1, 1)
        return apply(StridedSlice(last), input=whole)


def conv2d(
    input: Any,
    filter: Any = None,
    strides: Any = None,
    padding: Any = None,
    use_cudnn_on_gpu: bool = True,
    data_format: str = "NHWC",
    dilations: Any = (1, 1, 1, 1),
    name: str | None = None,
    filters: Any = None,
) -> Tensor:
    """Images `input` [batch, height, width, channels] convolved with `filter` [height, width, channels, outputs].

    `padding` is SAME, VALID, or how many zeros before and after along each of the four axes. With `dilations`, the
    weights stand so many pixels apart.
    """
    filter = filters if filter is None else filter
    explicit = isinstance(padding, list | tuple)
    steps = spatial_pair(1 if strides is None else strides, "strides", data_format)
    if min(steps) < 1:
        raise ValueError(f"Stride must be > 0, but got {min(steps)}")
    kind = Conv2D(steps, "VALID" if explicit else checked_padding(padding))
    x = convert_to_tensor(input, None if isinstance(input, Tensor) else dtype_of(filter))
    if explicit:
        x = apply(Pad(_explicit(padding, data_format)), tensor=x)
    weights = convert_to_tensor(filter, None if isinstance(filter, Tensor) else x.dtype)
    rates = spatial_pair(dilations, "dilations", data_format)
    if rates != (1, 1):
        weights = dilated(weights, rates)
    if data_format == "NHWC":
        return apply(kind, name, input=x, filter=weights)
    return under_channels_first(kind, name, x, filter=weights)
