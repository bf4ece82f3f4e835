"""Brightness, contrast and colours of images; the types that pixels have."""

from __future__ import annotations

from typing import Any

import numpy as np

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import DType, as_dtype, float32
from model_fns.graph.tensor import Tensor
from model_fns.ops.arithmetic import cast, maximum, multiply, pow, saturate_cast
from model_fns.ops.clipping import clip_by_value
from model_fns.ops.comparison import equal, greater, select
from model_fns.ops.control import identity
from model_fns.ops.division import mod
from model_fns.ops.joining import stack, tile
from model_fns.ops.normalization import reduce_std
from model_fns.ops.reduction import reduce_max, reduce_mean, reduce_min, reduce_sum
from model_fns.ops.shaping import zeros_like
from model_fns.ops.sizes import known_rank

_LUMINANCE = (0.2989, 0.5870, 0.1140)


def convert_image_dtype(image: Any, dtype: Any, saturate: bool = False, name: str | None = None) -> Tensor:
    """Pixels of another type: floats lie in [0, 1], integers between 0 and the largest there is."""
    image, wanted = convert_to_tensor(image, name="image"), as_dtype(dtype)
    if image.dtype == wanted:
        return image
    with image.graph.as_default(), image.graph.name_scope(name or "convert_image") as scope:
        if image.dtype.is_integer and wanted.is_integer:
            return identity(_between_integers(image, wanted, saturate), scope)
        if image.dtype.is_floating and wanted.is_floating:
            return cast(image, wanted, scope)
        if image.dtype.is_integer:
            return multiply(cast(image, wanted), 1.0 / image.dtype.max, scope)
        scaled = image * (wanted.max + 0.5)  # so that every integer has as much room
        return (saturate_cast if saturate else cast)(scaled, wanted, scope)


def _between_integers(image: Tensor, wanted: DType, saturate: bool) -> Tensor:
    largest, new = int(image.dtype.max), int(wanted.max)
    if largest > new:
        smaller = image // ((largest + 1) // (new + 1))
        return saturate_cast(smaller, wanted) if saturate else cast(smaller, wanted)
    larger = saturate_cast(image, wanted) if saturate else cast(image, wanted)
    return larger * ((new + 1) // (largest + 1))


def _in_floats(image: Any, name: str, change: Any) -> Tensor:
    """The image as floats, changed, and back in its own type."""
    image = convert_to_tensor(image, name="image")
    with image.graph.as_default(), image.graph.name_scope(name) as scope:
        floats = image if image.dtype.is_floating else convert_image_dtype(image, float32)
        return identity(convert_image_dtype(change(floats), image.dtype, saturate=True), scope)


def adjust_brightness(image: Any, delta: Any) -> Tensor:
    """The pixels plus `delta`, which counts as floats in [0, 1] do, whatever their type."""
    return _in_floats(image, "adjust_brightness", lambda x: x + _number(delta, x))


def _number(value: Any, like: Tensor) -> Tensor:
    return cast(value, like.dtype) if isinstance(value, Tensor) else convert_to_tensor(value, like.dtype)


def adjust_contrast(images: Any, contrast_factor: Any) -> Tensor:
    """(x - mean) * contrast_factor + mean, the mean taken of each channel of each image."""

    def change(x: Tensor) -> Tensor:
        mean = reduce_mean(x, [-3, -2], True)
        return (x - mean) * _number(contrast_factor, x) + mean

    return _in_floats(images, "adjust_contrast", change)


def adjust_gamma(image: Any, gamma: Any = 1, gain: Any = 1) -> Tensor:
    """gain * x ^ gamma. ValueError for a negative gamma."""
    if not isinstance(gamma, Tensor) and gamma < 0:
        raise ValueError("Gamma should be a non-negative real number.")
    return _in_floats(image, "adjust_gamma", lambda x: _number(gain, x) * pow(x, _number(gamma, x)))


def per_image_standardization(image: Any) -> Tensor:
    """(x - mean) / max(deviation, 1 / sqrt(number of pixels)), of each image; float32."""
    image = convert_to_tensor(image, name="image")
    with image.graph.as_default(), image.graph.name_scope("per_image_standardization") as scope:
        count = image.shape[-3:].num_elements()
        if count is None:
            raise ValueError(f"The size of the images must be known when the graph is built, but is {image.shape}.")
        x = cast(image, float32)
        axes = [-3, -2, -1]
        deviation = maximum(reduce_std(x, axes, True), 1.0 / np.sqrt(count).astype(np.float32))
        return multiply(x - reduce_mean(x, axes, True), 1.0 / deviation, scope)


def rgb_to_grayscale(images: Any, name: str | None = None) -> Tensor:
    """One channel of how bright the three look."""
    images = convert_to_tensor(images, name="images")
    with images.graph.as_default(), images.graph.name_scope(name or "rgb_to_grayscale") as scope:
        floats = images if images.dtype.is_floating else convert_image_dtype(images, float32)
        gray = reduce_sum(floats * np.array(_LUMINANCE, floats.dtype.as_numpy_dtype), -1, True)
        return identity(convert_image_dtype(gray, images.dtype), scope)


def grayscale_to_rgb(images: Any, name: str | None = None) -> Tensor:
    """The one channel three times."""
    images = convert_to_tensor(images, name="images")
    with images.graph.as_default(), images.graph.name_scope(name or "grayscale_to_rgb") as scope:
        return tile(images, [1] * (known_rank(images) - 1) + [3], scope)


def rgb_to_hsv(images: Any, name: str | None = None) -> Tensor:
    """Hue, saturation and value, each in [0, 1], of floats in [0, 1]."""
    images = convert_to_tensor(images, name="images")
    with images.graph.as_default(), images.graph.name_scope(name or "RGBToHSV") as scope:
        red, green, blue = images[..., 0], images[..., 1], images[..., 2]
        value = reduce_max(images, -1)
        spread = value - reduce_min(images, -1)
        zero, one = zeros_like(value), convert_to_tensor(1, value.dtype)
        saturation = select(greater(value, zero), spread / select(greater(value, zero), value, one), zero)
        safe = select(greater(spread, zero), spread, one)
        of_red = (green - blue) / safe
        hue = select(
            equal(red, value),
            of_red,
            select(equal(green, value), (blue - red) / safe + 2.0, (red - green) / safe + 4.0),
        )
        hue = select(greater(spread, zero), hue / 6.0, zero)
        return stack([select(hue < 0.0, hue + 1.0, hue), saturation, value], -1, scope)


def hsv_to_rgb(images: Any, name: str | None = None) -> Tensor:
    """Red, green and blue in [0, 1] of hue, saturation and value."""
    images = convert_to_tensor(images, name="images")
    with images.graph.as_default(), images.graph.name_scope(name or "HSVToRGB") as scope:
        hue, saturation, value = images[..., 0] * 6.0, images[..., 1], images[..., 2]

        def channel(shift: float) -> Tensor:
            """Falls from 1 to 0 and rises again, by turns, on the circle of six colours."""
            place = mod(hue + shift, 6.0)
            return value * (1.0 - saturation * clip_by_value(_smaller(place, 4.0 - place), 0.0, 1.0))

        return stack([channel(5.0), channel(3.0), channel(1.0)], -1, scope)


def _smaller(a: Tensor, b: Tensor) -> Tensor:
    return select(a < b, a, b)


def adjust_saturation(image: Any, saturation_factor: Any, name: str | None = None) -> Tensor:
    """The colours' saturation times a factor, at most 1."""

    def change(x: Tensor) -> Tensor:
        hsv = rgb_to_hsv(x)
        saturation = clip_by_value(hsv[..., 1] * _number(saturation_factor, x), 0.0, 1.0)
        return hsv_to_rgb(stack([hsv[..., 0], saturation, hsv[..., 2]], -1))

    return _in_floats(image, name or "adjust_saturation", change)


def adjust_hue(image: Any, delta: Any, name: str | None = None) -> Tensor:
    """The colours' hue turned by `delta`, where 1 is the whole circle."""

    def change(x: Tensor) -> Tensor:
        hsv = rgb_to_hsv(x)
        hue = mod(hsv[..., 0] + _number(delta, x), 1.0)
        return hsv_to_rgb(stack([hue, hsv[..., 1], hsv[..., 2]], -1))

    return _in_floats(image, name or "adjust_hue", change)
