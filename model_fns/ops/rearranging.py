"""Blocks of pixels as channels, and back; windows of an image as channels."""

from __future__ import annotations

from typing import Any

import numpy as np

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.tensor import Tensor
from model_fns.ops.control import identity
from model_fns.ops.convolution import channels_last, checked_padding, conv2d, spatial_pair
from model_fns.ops.joining import transpose
from model_fns.ops.shaping import reshape
from model_fns.ops.sizes import known_rank, sizes_of


def space_to_depth(input: Any, block_size: int, name: str | None = None, data_format: str = "NHWC") -> Tensor:
    """Blocks of pixels as channels: [n, h, w, c] to [n, h / size, w / size, size * size * c].

    ValueError for a block of less than 2, or known sizes that it does not divide.
    """
    x, size = convert_to_tensor(input), _block(block_size)
    with x.graph.as_default(), x.graph.name_scope(name or "SpaceToDepth") as scope:
        image = _image(x, data_format)
        batch, height, width, channels = sizes_of(image)
        for extent in (height, width):
            if isinstance(extent, int) and extent % size:
                raise ValueError(f"Dimension size must be evenly divisible by {size} but is {extent}")
        blocks = reshape(image, [batch, height // size, size, width // size, size, channels])
        joined = reshape(
            transpose(blocks, [0, 1, 3, 2, 4, 5]), [batch, height // size, width // size, size * size * channels]
        )
        return _back(joined, data_format, scope)


def depth_to_space(input: Any, block_size: int, name: str | None = None, data_format: str = "NHWC") -> Tensor:
    """Channels as blocks of pixels: [n, h, w, size * size * c] to [n, h * size, w * size, c]; undoes space_to_depth."""
    x, size = convert_to_tensor(input), _block(block_size)
    with x.graph.as_default(), x.graph.name_scope(name or "DepthToSpace") as scope:
        image = _image(x, data_format)
        batch, height, width, channels = sizes_of(image)
        if isinstance(channels, int) and channels % (size * size):
            raise ValueError(f"Dimension size must be evenly divisible by {size * size} but is {channels}")
        left = channels // (size * size)
        blocks = reshape(image, [batch, height, width, size, size, left])
        joined = reshape(transpose(blocks, [0, 1, 3, 2, 4, 5]), [batch, height * size, width * size, left])
        return _back(joined, data_format, scope)


def _block(size: Any) -> int:
    if int(size) < 2:
        raise ValueError(f"Block size should be > 1: {size}")
    return int(size)


def _image(x: Tensor, data_format: str) -> Tensor:
    if data_format not in ("NHWC", "NCHW"):
        raise NotImplementedError(f"data_format {data_format!r} is not available; NHWC and NCHW are.")
    if known_rank(x) != 4:
        raise ValueError(f"Shape must be rank 4 but is rank {known_rank(x)}")
    return channels_last(x, data_format)


def _back(image: Tensor, data_format: str, name: str) -> Tensor:
    return transpose(image, [0, 3, 1, 2], name) if data_format == "NCHW" else identity(image, name)


def extract_image_patches(
    images: Any,
    ksizes: Any = None,
    strides: Any = None,
    rates: Any = None,
    padding: Any = None,
    name: str | None = None,
    sizes: Any = None,
) -> Tensor:
    """Every window of every image as one pixel: [n, h, w, c] to [n, out h, out w, height * width * c].

    The numbers of a window are in the order row, column, channel. Made by a convolution that copies. ValueError if the
    number of channels is not known.
    """
    images = convert_to_tensor(images)
    height, width = spatial_pair(sizes if ksizes is None else ksizes, "ksizes")
    down, across = spatial_pair(rates if rates is not None else 1, "rates")
    channels = images.shape[3].value
    if channels is None:
        raise ValueError("The channel dimension of the images should be defined. Found `None`.")
    each = height * width * channels
    copying = np.zeros((down * (height - 1) + 1, across * (width - 1) + 1, channels, each), images.dtype.as_numpy_dtype)
    copying[::down, ::across] = np.eye(each).reshape(height, width, channels, each)
    with images.graph.as_default(), images.graph.name_scope(name or "ExtractImagePatches") as scope:
        return conv2d(images, copying, spatial_pair(strides, "strides"), checked_padding(padding), name=scope)
