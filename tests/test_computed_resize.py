"""Images of unknown size, or in a computed one, are resized as those of known sizes are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf

IMAGES = np.sin(np.arange(2 * 3 * 4 * 2)).astype("float32").reshape(2, 3, 4, 2)
RESIZED: dict[str, Callable[[Any, Any], Any]] = {
    "bilinear": lambda images, size: tf.image.resize_bilinear(images, size),
    "bilinear, corners aligned": lambda images, size: tf.image.resize_bilinear(images, size, align_corners=True),
    "bilinear, half pixels": lambda images, size: tf.image.resize_bilinear(images, size, half_pixel_centers=True),
    "nearest": lambda images, size: tf.image.resize_nearest_neighbor(images, size),
    "nearest, corners aligned": lambda images, size: tf.image.resize_nearest_neighbor(images, size, True),
    "bicubic": lambda images, size: tf.image.resize_bicubic(images, size),
    "any method": lambda images, size: tf.image.resize_images(images, size, tf.image.ResizeMethod.BICUBIC),
    "of its ratio": lambda images, size: tf.image.resize_images(images, size, preserve_aspect_ratio=True),
}


@pytest.fixture(autouse=True)
def _graph():
    with tf.Graph().as_default():
        yield


@pytest.mark.parametrize("size", [[5, 7], [2, 3]])
def test_images_of_unknown_size(size: list[int]):
    """...with their gradients, and those of the gradients."""
    known = tf.placeholder(tf.float32, [2, 3, 4, 2])
    unknown, computed = tf.placeholder(tf.float32, [None, None, None, 2]), tf.placeholder(tf.int32, [2])
    fetches = {}
    for name, resize in RESIZED.items():
        for label, x, new in (("known", known, size), ("unknown", unknown, size), ("computed", known, computed)):
            y = resize(x, new)
            assert y.shape.as_list()[3] == 2
            by_x = tf.gradients(y * y * y, x)[0]
            fetches[name, label] = [y, by_x, tf.gradients(by_x * by_x, x)[0]]
    with tf.Session() as session:
        found = session.run(fetches, {known: IMAGES, unknown: IMAGES, computed: size})
    for name, label in fetches:
        for value, expected in zip(found[name, label], found[name, "known"], strict=True):
            np.testing.assert_allclose(value, expected, rtol=1e-4, atol=1e-5, err_msg=f"{name}, {label}")


def test_a_single_image_of_bytes():
    image = tf.placeholder(tf.uint8, [None, None, 1])
    nearest = tf.image.resize_images(image, [2, 2], tf.image.ResizeMethod.NEAREST_NEIGHBOR)
    smooth = tf.image.resize_images(image, [2, 2])
    pixels = np.arange(16, dtype="uint8").reshape(4, 4, 1)
    with tf.Session() as session:
        found = session.run([nearest, smooth], {image: pixels})
    assert (found[0].dtype, found[1].dtype) == (np.uint8, np.float32)
    assert [value[..., 0].tolist() for value in found] == [[[0, 2], [8, 10]]] * 2
    assert tf.gradients(tf.cast(smooth, tf.float32), image) == [None]


def test_sizes_that_are_none():
    images, size = tf.placeholder(tf.float32, [None, None, None, 1]), tf.placeholder(tf.int32, [2])
    resized = tf.image.resize_bilinear(images, size)
    with tf.Session() as session, pytest.raises(tf.errors.InvalidArgumentError, match="must be positive"):
        session.run(resized, {images: IMAGES[..., :1], size: [0, 2]})
    with pytest.raises(ValueError, match="Dimension must be 2 but is 3"):
        tf.image.resize_bilinear(images, [1, 2, 3])
    with pytest.raises(NotImplementedError, match="AREA is not available"):
        tf.image.resize_images(images, size, tf.image.ResizeMethod.AREA)
