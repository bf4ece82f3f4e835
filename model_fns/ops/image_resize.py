"""Images in other sizes."""

from __future__ import annotations

import math
from typing import Any, final

import numpy as np

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Symbol
from model_fns.graph.dtypes import float32
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.arithmetic import cast
from model_fns.ops.computed_resize import ComputedResize, is_fixed
from model_fns.ops.elementary import round as round_
from model_fns.ops.image_geometry import as_batch, first_axis, from_batch, known_size, pad_to_bounding_box
from model_fns.ops.indexing import gather
from model_fns.ops.joining import stack
from model_fns.ops.reduction import reduce_min
from model_fns.ops.resize_taps import Taps, taps_of
from model_fns.ops.shaping import shape


@final
class ResizeMethod:
    """How `resize_images` finds the pixels between pixels."""

    BILINEAR = 0
    NEAREST_NEIGHBOR = 1
    BICUBIC = 2
    AREA = 3


def _resampled(images: Tensor, axis: int, taps: Taps) -> Tensor:
    """The weighted sum of the pixels that each place of the result is made of."""
    total: Any = None
    for index, weight in taps:
        part = gather(images, index, axis=axis)
        part = part if weight is None else part * weight.reshape(-1, *[1] * (3 - axis))
        total = part if total is None else total + part
    return total


def _target(size: Any) -> tuple[int, int]:
    known = size.known_value if isinstance(size, Tensor) else size
    if known is None:
        raise ValueError(f"The new size must be known when the graph is built, but {size} is not.")
    height, width = (int(item) for item in np.ravel(known))
    if height <= 0 or width <= 0:
        raise ValueError(f"output dimensions must be positive, got {height} x {width}")
    return height, width


def _resized(images: Any, size: Any, align: bool, centers: bool, name: str, method: int) -> Tensor:
    images = convert_to_tensor(images)
    if first_axis(images) == 0:
        raise ValueError(f"Shape must be rank 4 but is rank 3: {images.name}")
    if align and centers:
        raise ValueError("If half_pixel_centers is True, align_corners must be False.")
    if images.dims is None or any(isinstance(old, Symbol) for old in images.dims[1:3]) or not is_fixed(size):
        return apply(ComputedResize(method, align, centers), name, images=images, size=_vector(size))
    targets = _target(size)
    with images.graph.as_default(), images.graph.name_scope(name):
        made = images if method == ResizeMethod.NEAREST_NEIGHBOR else cast(images, float32)
        for axis, old, new in zip((1, 2), known_size(images), targets, strict=True):
            made = _resampled(made, axis, taps_of(method, old, new, align, centers))
        return made


def _vector(size: Any) -> Tensor:
    """A size as a vector of integers."""
    if isinstance(size, list | tuple) and not is_fixed(size):
        return stack(size)
    return convert_to_tensor(size if isinstance(size, Tensor) else np.asarray(size), None, "size")


def resize_bilinear(
    images: Any, size: Any, align_corners: bool = False, name: str | None = None, half_pixel_centers: bool = False
) -> Tensor:
    """Images [batch, h, w, channels] in the size (height, width), float32, between pixels by straight lines."""
    return _resized(images, size, align_corners, half_pixel_centers, name or "ResizeBilinear", ResizeMethod.BILINEAR)


def resize_nearest_neighbor(
    images: Any, size: Any, align_corners: bool = False, name: str | None = None, half_pixel_centers: bool = False
) -> Tensor:
    """Images [batch, h, w, channels] in the size (height, width), each pixel that of the nearest; the type is kept."""
    name = name or "ResizeNearestNeighbor"
    return _resized(images, size, align_corners, half_pixel_centers, name, ResizeMethod.NEAREST_NEIGHBOR)


def resize_bicubic(
    images: Any, size: Any, align_corners: bool = False, name: str | None = None, half_pixel_centers: bool = False
) -> Tensor:
    """Images [batch, h, w, channels] in the size (height, width), float32, between pixels by cubics."""
    return _resized(images, size, align_corners, half_pixel_centers, name or "ResizeBicubic", ResizeMethod.BICUBIC)


_FUNCTIONS = {
    ResizeMethod.BILINEAR: resize_bilinear,
    ResizeMethod.NEAREST_NEIGHBOR: resize_nearest_neighbor,
    ResizeMethod.BICUBIC: resize_bicubic,
}


def resize_images(
    images: Any,
    size: Any,
    method: int = ResizeMethod.BILINEAR,
    align_corners: bool = False,
    preserve_aspect_ratio: bool = False,
    name: str | None = None,
) -> Tensor:
    """An image or a batch of images in the size (height, width); as it is, type and all, if that is its size already.

    With `preserve_aspect_ratio`, in the largest size inside of that one. ValueError for an unknown method.
    """
    images = convert_to_tensor(images, name="images")
    with images.graph.as_default(), images.graph.name_scope(name or "resize"):
        batch, single = as_batch(images)
        sizes = [old.value for old in batch.shape[1:3]]
        if None in sizes or not is_fixed(size):
            return from_batch(_of_computed_size(batch, size, method, align_corners, preserve_aspect_ratio), single)
        old, new = known_size(batch), _target(size)
        if preserve_aspect_ratio:
            scale = min(new[0] / old[0], new[1] / old[1])
            new = (int(np.round(scale * old[0])), int(np.round(scale * old[1])))
        if new == old:
            return images
        return from_batch(_function(method)(batch, new, align_corners), single)


def _function(method: Any) -> Any:
    if method == ResizeMethod.AREA:
        raise NotImplementedError("tf.image.resize_images: the method AREA is not available; BILINEAR is.")
    if method not in _FUNCTIONS:
        raise ValueError("Resize method is not implemented.")
    return _FUNCTIONS[method]


def _of_computed_size(images: Tensor, size: Any, method: Any, align_corners: bool, keep_ratio: bool) -> Tensor:
    """Where the old size, or the new one, shows when the graph runs."""
    wanted = _vector(size)
    if keep_ratio:
        old = cast(shape(images)[1:3], float32)
        wanted = cast(round_(reduce_min(cast(wanted, float32) / old) * old), "int32")
    return _function(method)(images, wanted, align_corners)


def resize_image_with_pad(
    image: Any, target_height: int, target_width: int, method: int = ResizeMethod.BILINEAR, align_corners: bool = False
) -> Tensor:
    """The image as large as it fits into the target, in the middle of it, black at the sides."""
    image = convert_to_tensor(image, name="images")
    with image.graph.as_default(), image.graph.name_scope("resize_image_with_pad"):
        height, width = known_size(image)
        ratio = max(width / target_width, height / target_height)
        new_height, new_width = math.floor(height / ratio), math.floor(width / ratio)
        resized = resize_images(image, (new_height, new_width), method, align_corners)
        top, left = max((target_height - height / ratio) / 2, 0), max((target_width - width / ratio) / 2, 0)
        return pad_to_bounding_box(resized, math.floor(top), math.floor(left), target_height, target_width)
