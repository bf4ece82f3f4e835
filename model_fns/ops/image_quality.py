"""Other colour spaces, edges, and how much two images differ."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import float32
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.arithmetic import abs as absolute
from model_fns.ops.arithmetic import squared_difference, subtract
from model_fns.ops.convolution import conv2d
from model_fns.ops.elementary import log
from model_fns.ops.image_color import convert_image_dtype
from model_fns.ops.joining import concat, transpose
from model_fns.ops.mirror_pad import MirrorPad
from model_fns.ops.reduction import reduce_mean, reduce_sum
from model_fns.ops.shaping import reshape, zeros_like
from model_fns.ops.sizes import known_rank, sizes_of
from model_fns.ops.tensordot import tensordot

# The colours of television (ITU-R BT.470): rows are red, green and blue.
_TO_YIQ = (
    (0.299, 0.59590059, 0.2115),
    (0.587, -0.27455667, -0.52273617),
    (0.114, -0.32134392, 0.31119955),
)
_TO_YUV = ((0.299, -0.14714119, 0.61497538), (0.587, -0.28886916, -0.51496512), (0.114, 0.43601035, -0.10001026))
# The way back as TensorFlow rounds it, not quite the inverse.
_FROM_YIQ = ((1, 1, 1), (0.95598634, -0.27201283, -1.10674021), (0.6208248, -0.64720424, 1.70423049))
_FROM_YUV = ((1, 1, 1), (0, -0.394642334, 2.03206185), (1.13988303, -0.58062185, 0))
_SOBEL = (((-1, -2, -1), (0, 0, 0), (1, 2, 1)), ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)))


def _mixed(images: Any, matrix: np.ndarray, name: str) -> Tensor:
    """Each pixel's three colours, multiplied by a matrix."""
    x = convert_to_tensor(images, name="images")
    with x.graph.as_default(), x.graph.name_scope(name):
        return tensordot(x, convert_to_tensor(matrix, x.dtype, "kernel"), [[known_rank(x) - 1], [0]])


def rgb_to_yiq(images: Any) -> Tensor:
    """Red, green and blue as brightness and the two colours of NTSC."""
    return _mixed(images, np.array(_TO_YIQ), "rgb_to_yiq")


def yiq_to_rgb(images: Any) -> Tensor:
    """Brightness and the two colours of NTSC as red, green and blue."""
    return _mixed(images, np.array(_FROM_YIQ, float), "yiq_to_rgb")


def rgb_to_yuv(images: Any) -> Tensor:
    """Red, green and blue as brightness and the two colours of PAL."""
    return _mixed(images, np.array(_TO_YUV), "rgb_to_yuv")


def yuv_to_rgb(images: Any) -> Tensor:
    """Brightness and the two colours of PAL as red, green and blue."""
    return _mixed(images, np.array(_FROM_YUV, float), "yuv_to_rgb")


def total_variation(images: Any, name: str | None = None) -> Tensor:
    """The sum of the absolute differences of neighbouring pixels: of [h, w, c] one number, of a batch one for each."""
    x = convert_to_tensor(images)
    rank = known_rank(x)
    if rank not in (3, 4):
        raise ValueError("'images' must be either 3 or 4-dimensional.")
    with x.graph.as_default(), x.graph.name_scope(name or "total_variation"):
        down = x[..., 1:, :, :] - x[..., :-1, :, :]
        right = x[..., 1:, :] - x[..., :-1, :]
        axes = None if rank == 3 else [1, 2, 3]
        return reduce_sum(absolute(down), axes) + reduce_sum(absolute(right), axes)


def psnr(a: Any, b: Any, max_val: Any, name: str | None = None) -> Tensor:
    """The peak signal-to-noise ratio of images [..., h, w, c] in decibel; `max_val` is how far pixels may differ."""
    left = convert_to_tensor(a, name="a")
    with left.graph.as_default(), left.graph.name_scope(name or "PSNR") as scope:
        peak = convert_image_dtype(convert_to_tensor(max_val, left.dtype), float32)
        x, y = convert_image_dtype(left, float32), convert_image_dtype(convert_to_tensor(b, name="b"), float32)
        if not x.shape.is_compatible_with(y.shape):
            raise ValueError(f"Shapes {x.shape} and {y.shape} are incompatible")
        error = reduce_mean(squared_difference(x, y), [-3, -2, -1])
        return subtract(20 / math.log(10.0) * log(peak), 10 / math.log(10.0) * log(error), scope)


def image_gradients(image: Any) -> tuple[Tensor, Tensor]:
    """How much each pixel of [batch, h, w, c] differs from the next one below and to the right; 0 at the edge."""
    x = convert_to_tensor(image)
    if known_rank(x) != 4:
        raise ValueError(f"image_gradients expects a 4D tensor [batch_size, h, w, d], not {x.shape}.")
    with x.graph.as_default():
        down = concat([x[:, 1:] - x[:, :-1], zeros_like(x[:, :1])], 1)
        right = concat([x[:, :, 1:] - x[:, :, :-1], zeros_like(x[:, :, :1])], 2)
        return down, right


def sobel_edges(image: Any) -> Tensor:
    """Sobel's differences of [batch, h, w, c] from above and from the left: [batch, h, w, c, 2]."""
    x = convert_to_tensor(image)
    with x.graph.as_default(), x.graph.name_scope("sobel_edges"):
        batch, height, width, channels = sizes_of(x)
        padded = apply(MirrorPad(((0, 0), (1, 1), (1, 1), (0, 0)), "REFLECT"), tensor=x)
        planes = reshape(transpose(padded, [0, 3, 1, 2]), [-1, height + 2, width + 2, 1])
        weights = np.moveaxis(np.array(_SOBEL, float), 0, -1)[:, :, None]
        edges = conv2d(planes, convert_to_tensor(weights, x.dtype), 1, "VALID")
        return transpose(reshape(edges, [batch, channels, height, width, 2]), [0, 2, 3, 1, 4])
