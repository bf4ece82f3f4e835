"""How the kernels of `winograd` lay out a worker's scratch, and how much of it they need; needs no numba to be called.

`tile` is how many outputs a tile has along each axis; other sizes come in the order of estimators.kernels.convolution.
"""

from __future__ import annotations

from estimators.kernels.host import host
from estimators.kernels.scratch import LINE

# The kernels that there are: outputs of a tile along each axis, and weights.
VARIANTS = ((4, 3), (5, 3), (7, 3), (4, 5), (5, 5))

# The fewest tiles that are done at a time: at each point the rows of a small product, so two of the largest register
# tiles.
FEWEST = 2 * max(host().rows, 14)


def lines_apart(count: int) -> int:
    """How far apart runs of `count` elements begin: an odd number of cache lines."""
    return ((count + LINE - 1) // LINE | 1) * LINE


def block_of(per_image: int, channels: int, outputs: int) -> int:
    """How many tiles are done at a time, whole images if several fit. It depends on nothing but the sizes.

    Each block reads all transformed weights, channels * outputs at each point, and writes and reads
    channels + outputs for each tile: with many channels it takes more tiles to read less than is written.
    """
    tiles = max(FEWEST, channels * outputs // (2 * (channels + outputs)))
    return tiles // per_image * per_image if 0 < per_image <= tiles else tiles


def conv2d(
    tile: int, height: int, width: int, channels: int, kernel_height: int, kernel_width: int, outputs: int,
    out_height: int, out_width: int, *others: int,
) -> int:  # fmt: skip
    """For `winograd.conv2d_*`: a padded image, and at each point the weights and a block of tiles before and after."""
    tiles_high, tiles_wide = -(-out_height // tile), -(-out_width // tile)
    area = (tiles_high * tile + kernel_height - 1) * (tiles_wide * tile + kernel_width - 1)
    block = block_of(tiles_high * tiles_wide, channels, outputs)
    at_each_point = lines_apart(channels * outputs) + lines_apart(block * channels) + lines_apart(block * outputs)
    return -(-area * channels // LINE) * LINE + (tile + kernel_height - 1) ** 2 * at_each_point


def conv2d_gradient_input(
    tile: int, height: int, width: int, channels: int, kernel_height: int, kernel_width: int, outputs: int, *others: int
) -> int:  # fmt: skip
    """For `winograd.conv2d_gradient_input_*`: the same, and the weights transposed."""
    whole = conv2d(tile, height, width, channels, kernel_height, kernel_width, outputs, *others)
    return whole + kernel_height * kernel_width * channels * outputs


conv2d_gradient_filter = conv2d  # at each point the weights' gradient, and a block of tiles of x and of dy
