"""Images in other sizes."""

from __future__ import annotations

import math
from typing import Any, final

import numpy as np

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import float32
from model_fns.graph.tensor import Tensor
from model_fns.ops.arithmetic import cast
from model_fns.ops.image_geometry import as_batch, first_axis, from_batch, known_size, pad_to_bounding_box
from model_fns.ops.indexing import gather

Taps = list[tuple[np.ndarray, np.ndarray]]  # for each place of the result: an index into the image, and its weight
_TABLE = 1024  # steps between two pixels for which TensorFlow's bicubic resizing has weights


@final
class ResizeMethod:
    """How `resize_images` finds the pixels between pixels."""

    BILINEAR = 0
    NEAREST_NEIGHBOR = 1
    BICUBIC = 2
    AREA = 3


def _places(size: int, target: int, align_corners: bool, half_pixel_centers: bool) -> np.ndarray:
    """Where in an axis of `size` pixels each of `target` pixels lies: float32, as TensorFlow computes it."""
    scale = (size - 1) / (target - 1) if align_corners and target > 1 else size / target
    places = np.arange(target, dtype=np.float32)
    if half_pixel_centers:
        return (places + np.float32(0.5)) * np.float32(scale) - np.float32(0.5)
    return places * np.float32(scale)


def _linear(size: int, places: np.ndarray) -> Taps:
    below = np.floor(places)
    share = (places - below).astype(np.float32)
    low = np.clip(below, 0, size - 1).astype(np.int32)
    high = np.clip(np.ceil(places), 0, size - 1).astype(np.int32)
    return [(low, 1 - share), (high, share)]


def _cubic(size: int, places: np.ndarray, half_pixel_centers: bool) -> Taps:
    """Keys' kernel, with a = -0.75 (with half pixel centres -0.5, and no weight for what is outside)."""
    below = np.floor(places).astype(int)
    t = np.rint((places - below) * _TABLE) / _TABLE
    a = -0.5 if half_pixel_centers else -0.75

    def near(x: np.ndarray) -> np.ndarray:
        return ((a + 2) * x - (a + 3)) * x * x + 1

    def far(x: np.ndarray) -> np.ndarray:
        return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a

    offsets = (-1, 0, 1, 2)
    weights = [far(1 + t), near(t), near(1 - t), far(2 - t)]
    indices = [np.clip(below + offset, 0, size - 1) for offset in offsets]
    if half_pixel_centers:
        inside = [(below + offset >= 0) & (below + offset < size) for offset in offsets]
        weights = [weight * kept for weight, kept in zip(weights, inside, strict=True)]
        total = np.sum(weights, axis=0)
        weights = [weight / total for weight in weights]
    return [(index.astype(np.int32), weight.astype(np.float32)) for index, weight in zip(indices, weights, strict=True)]


def _resampled(images: Tensor, axis: int, taps: Taps) -> Tensor:
    """The weighted sum of the pixels that each place of the result is made of."""
    total: Any = None
    for index, weight in taps:
        if not weight.any():
            continue
        part = gather(images, index, axis=axis) * weight.reshape(-1, *[1] * (3 - axis))
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
    targets = _target(size)
    with images.graph.as_default(), images.graph.name_scope(name):
        nearest = method == ResizeMethod.NEAREST_NEIGHBOR
        made = images if nearest else cast(images, float32)
        for axis, old, new in zip((1, 2), known_size(images), targets, strict=True):
            places = _places(old, new, align, centers)
            if nearest:
                if centers:  # the pixel that the middle lies in
                    places = np.floor(places + np.float32(0.5))
                else:  # half up, not to even
                    places = np.floor(places + np.float32(0.5)) if align else np.floor(places)
                made = gather(made, np.clip(places, 0, old - 1).astype(np.int32), axis=axis)
            else:
                linear = method == ResizeMethod.BILINEAR
                made = _resampled(made, axis, _linear(old, places) if linear else _cubic(old, places, centers))
        return made


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
        old, new = known_size(batch), _target(size)
        if preserve_aspect_ratio:
            scale = min(new[0] / old[0], new[1] / old[1])
            new = (int(np.round(scale * old[0])), int(np.round(scale * old[1])))
        if new == old:
            return images
        if method == ResizeMethod.AREA:
            raise NotImplementedError("tf.image.resize_images: the method AREA is not available; BILINEAR is.")
        if method not in _FUNCTIONS:
            raise ValueError("Resize method is not implemented.")
        return from_batch(_FUNCTIONS[method](batch, new, align_corners), single)


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
