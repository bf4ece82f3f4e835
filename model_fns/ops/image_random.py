"""Images changed at random, to make more of them, and random draws of positions and classes."""

from __future__ import annotations

from typing import Any

import numpy as np

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import as_dtype, float32, int64
from model_fns.graph.tensor import Tensor
from model_fns.ops.arithmetic import cast, negative
from model_fns.ops.comparison import less, select
from model_fns.ops.elementary import log
from model_fns.ops.image_color import adjust_brightness, adjust_contrast, adjust_hue, adjust_saturation
from model_fns.ops.image_geometry import first_axis, flip_left_right, flip_up_down
from model_fns.ops.joining import stack
from model_fns.ops.random import random_uniform
from model_fns.ops.reduction import argmax
from model_fns.ops.shaping import expand_dims
from model_fns.ops.sizes import known_rank, size_at
from model_fns.ops.slicing import slice_


def random_crop(value: Any, size: Any, seed: int | None = None, name: str | None = None) -> Tensor:
    """The box of the shape `size` at a random place of `value`. ValueError if it is larger than `value`."""
    value = convert_to_tensor(value, name="value")
    known = size.known_value if isinstance(size, Tensor) else [getattr(item, "value", item) for item in size]
    if known is None:
        raise ValueError(f"The size of the crop must be known when the graph is built, but {size} is not.")
    sizes = [int(item) for item in np.ravel(known)]
    with value.graph.as_default(), value.graph.name_scope(name or "random_crop") as scope:
        if len(sizes) != known_rank(value):
            raise ValueError(f"size must have {known_rank(value)} elements, one for each axis, got {sizes}")
        places = []
        for axis, extent in enumerate(sizes):
            whole = size_at(value, axis)
            if isinstance(whole, int) and whole < extent:
                raise ValueError(f"Need value.shape >= size, got {value.shape} and {sizes}")
            if isinstance(whole, int) and whole == extent:
                places.append(convert_to_tensor(0))
            else:
                places.append(random_uniform([], 0, whole - extent + 1, "int32", seed))
        return slice_(value, stack(places, 0), np.array(sizes, np.int32), scope)


def _turned(image: Any, seed: int | None, name: str, turn: Any) -> Tensor:
    """Turned or not, each with probability one half; each image of a batch for itself."""
    image = convert_to_tensor(image, name="image")
    with image.graph.as_default(), image.graph.name_scope(name):
        if first_axis(image) == 0:
            return select(less(random_uniform([], seed=seed), 0.5), turn(image), image)
        draw = random_uniform([size_at(image, 0), 1, 1, 1], seed=seed)
        return select(less(draw, 0.5), turn(image), image)


def random_flip_left_right(image: Any, seed: int | None = None) -> Tensor:
    """The image or its mirror image, as likely."""
    return _turned(image, seed, "random_flip_left_right", flip_left_right)


def random_flip_up_down(image: Any, seed: int | None = None) -> Tensor:
    """The image, or it upside down, as likely."""
    return _turned(image, seed, "random_flip_up_down", flip_up_down)


def _between(low: float, high: float, seed: int | None) -> Tensor:
    return random_uniform([], low, high, seed=seed)


def random_brightness(image: Any, max_delta: float, seed: int | None = None) -> Tensor:
    """`adjust_brightness` by a number drawn from [-max_delta, max_delta)."""
    if max_delta < 0:
        raise ValueError("max_delta must be non-negative.")
    return adjust_brightness(image, _between(-max_delta, max_delta, seed))


def random_contrast(image: Any, lower: float, upper: float, seed: int | None = None) -> Tensor:
    """`adjust_contrast` by a factor drawn from [lower, upper)."""
    _check_bounds(lower, upper)
    return adjust_contrast(image, _between(lower, upper, seed))


def random_saturation(image: Any, lower: float, upper: float, seed: int | None = None) -> Tensor:
    """`adjust_saturation` by a factor drawn from [lower, upper)."""
    _check_bounds(lower, upper)
    return adjust_saturation(image, _between(lower, upper, seed))


def random_hue(image: Any, max_delta: float, seed: int | None = None) -> Tensor:
    """`adjust_hue` by a number drawn from [-max_delta, max_delta)."""
    if max_delta > 0.5:
        raise ValueError("max_delta must be <= 0.5.")
    if max_delta < 0:
        raise ValueError("max_delta must be non-negative.")
    return adjust_hue(image, _between(-max_delta, max_delta, seed))


def _check_bounds(lower: float, upper: float) -> None:
    if upper <= lower:
        raise ValueError("upper must be > lower.")
    if lower < 0:
        raise ValueError("lower must be non-negative.")


def multinomial(
    logits: Any, num_samples: int, seed: int | None = None, name: str | None = None, output_dtype: Any = None
) -> Tensor:
    """Classes drawn for each row of `logits` [batch, classes]: [batch, num_samples], int64.

    The largest of the logits plus Gumbel noise is the class with the softmax's probability.
    """
    logits = convert_to_tensor(logits, name="logits")
    with logits.graph.as_default(), logits.graph.name_scope(name or "multinomial"):
        shape = [size_at(logits, 0), int(num_samples), size_at(logits, 1)]
        tiny = float(np.finfo(np.float32).tiny)
        noise = negative(log(negative(log(random_uniform(shape, tiny, 1.0, seed=seed)))))
        noisy = cast(expand_dims(logits, 1), float32) + noise
        return cast(argmax(noisy, 2), int64 if output_dtype is None else as_dtype(output_dtype))


def categorical(
    logits: Any, num_samples: int, dtype: Any = None, seed: int | None = None, name: str | None = None
) -> Tensor:
    """`multinomial` under its later name."""
    return multinomial(logits, num_samples, seed, name or "categorical", dtype)
