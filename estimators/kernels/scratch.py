"""How much memory of its own a worker needs for a kernel, in elements: functions that need no numba to be called."""

from __future__ import annotations

from estimators.kernels.host import host

# Rows of scratch start at multiples of this: a vector that straddles two cache lines costs two loads.
LINE = 16

# Rows or columns of the output that a product with a transposed b prepares at a time: several whole tiles.
STRIP = 8 * host().rows

# Rows of so many float32 (or a multiple) apart, a tile's rows of A fall into two sets of a level-1 cache, or one.
ALIASING = 512


def matmul_transpose_b(m: int, n: int, k: int) -> int:
    """For `contraction.matmul_transpose_b`, whichever part of c is the worker's."""
    panel = STRIP * (k + LINE) if k % ALIASING == 0 else 0
    return max((min(m, n, k) + LINE) * (k + STRIP) + panel, k * (min(n, STRIP) + LINE))


def matmul_transpose_both(m: int, n: int, k: int) -> int:
    """For `contraction.matmul_transpose_both`, whichever part of c is the worker's."""
    return (m + LINE) * min(n, STRIP)


def conv2d(
    height: int, width: int, channels: int, kernel_height: int, kernel_width: int, outputs: int, out_height: int,
    out_width: int, stride_height: int, stride_width: int, pad_top: int, pad_left: int,
) -> int:  # fmt: skip
    """For `convolution.conv2d`: one padded image."""
    padded_height = (out_height - 1) * stride_height + kernel_height
    padded_width = (out_width - 1) * stride_width + kernel_width
    return max(padded_height, 0) * max(padded_width, 0) * channels


def conv2d_gradient_input(
    height: int, width: int, channels: int, kernel_height: int, kernel_width: int, outputs: int, *others: int
) -> int:
    """For `convolution.conv2d_gradient_input`: one padded image and the weights."""
    image = conv2d(height, width, channels, kernel_height, kernel_width, outputs, *others)
    return image + kernel_height * kernel_width * channels * outputs


conv2d_gradient_filter = conv2d  # one padded image
