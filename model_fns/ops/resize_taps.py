"""Which pixels each pixel of a resized image is made of, along one axis, and with which weights."""

from __future__ import annotations

import numpy as np

BILINEAR, NEAREST_NEIGHBOR, BICUBIC = range(3)  # as in ResizeMethod
KINDS = ("ResizeBilinear", "ResizeNearestNeighbor", "ResizeBicubic")
# For each place of the result: an index into the image, and its weight; None for 1.
Taps = list[tuple[np.ndarray, np.ndarray | None]]
_TABLE = 1024  # steps between two pixels for which TensorFlow's bicubic resizing has weights


def taps_of(method: int, size: int, target: int, align_corners: bool, half_pixel_centers: bool) -> Taps:
    """For an axis of `size` pixels in `target` pixels. What has no weight anywhere is left out."""
    places = _places(size, target, align_corners, half_pixel_centers)
    if method == NEAREST_NEIGHBOR:
        if half_pixel_centers:  # the pixel that the middle lies in
            places = np.floor(places + np.float32(0.5))
        else:  # half up, not to even
            places = np.floor(places + np.float32(0.5)) if align_corners else np.floor(places)
        return [(np.clip(places, 0, size - 1).astype(np.int32), None)]
    every = _linear(size, places) if method == BILINEAR else _cubic(size, places, half_pixel_centers)
    return [(index, weight) for index, weight in every if weight is None or weight.any()]


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
