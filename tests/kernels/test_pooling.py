"""Pooling against plain Python over windows."""

from itertools import pairwise

import numpy as np
import pytest

from tests.kernels.from_python import pooling

# height, width, channels, window_height, window_width, out_height, out_width, strides, pad_top, pad_left
GEOMETRIES = {
    "2x2": (6, 8, 5, 2, 2, 3, 4, 2, 2, 0, 0),
    "2x2 of many channels": (4, 4, 70, 2, 2, 2, 2, 2, 2, 0, 0),
    "2x2, odd image": (5, 7, 3, 2, 2, 2, 3, 2, 2, 0, 0),
    "2x2, odd image, same": (5, 7, 3, 2, 2, 3, 4, 2, 2, 0, 0),
    "2x2, overlapping": (5, 5, 3, 2, 2, 4, 4, 1, 1, 0, 0),
    "2x2, stride 3": (7, 7, 3, 2, 2, 2, 2, 3, 3, 0, 0),
    "3x3, same": (7, 6, 4, 3, 3, 4, 3, 2, 2, 1, 0),
    "3x2, stride 1, same": (4, 5, 66, 3, 2, 4, 5, 1, 1, 1, 0),
    "whole image": (5, 4, 3, 5, 4, 1, 1, 1, 1, 0, 0),
    "1x1": (3, 3, 2, 1, 1, 3, 3, 1, 1, 0, 0),
}
CUTS = [(0, 3), (0, 1, 1, 3)]


def windows(geometry):
    """Yields each output pixel with the rows and columns of its window."""
    height, width, _, tall, wide, out_height, out_width, down, right, pad_top, pad_left = geometry
    for i in range(out_height):
        for j in range(out_width):
            top, left = i * down - pad_top, j * right - pad_left
            rows = slice(max(top, 0), min(top + tall, height))
            yield i, j, rows, slice(max(left, 0), min(left + wide, width))


def images(geometry, dtype, few_values=False):
    height, width, channels = geometry[:3]
    generator = np.random.default_rng(5)
    shape = (3, height, width, channels)
    return (generator.integers(0, 3, shape) if few_values else generator.normal(size=shape)).astype(dtype)


def outputs(kernel, geometry, arrays, count, dtype):
    """The kernel's result, asserted to be the same bits in every split of the three examples."""
    results = []
    for cuts in CUTS:
        results.append(np.full(count, 9, dtype))
        for start, stop in pairwise(cuts):
            kernel(*(array.ravel() for array in arrays), results[-1], *geometry, start, stop)
    assert results[0].tobytes() == results[1].tobytes()
    return results[0]


def shape_of_output(geometry):
    return (3, geometry[5], geometry[6], geometry[2])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("case", GEOMETRIES)
def test_max_pool_and_its_gradient(case, dtype):
    geometry = GEOMETRIES[case]
    x, shape = images(geometry, dtype, few_values=True), shape_of_output(geometry)  # with many equal maxima
    y = outputs(pooling.max_pool, geometry, [x], int(np.prod(shape)), dtype).reshape(shape)
    dy = np.random.default_rng(6).normal(size=shape).astype(dtype)
    dx = outputs(pooling.max_pool_gradient, geometry, [x, y, dy], x.size, dtype).reshape(x.shape)
    expected = np.zeros_like(x)
    for i, j, rows, columns in windows(geometry):
        window = x[:, rows, columns]
        np.testing.assert_array_equal(y[:, i, j], window.max(axis=(1, 2)))
        first = window.reshape(3, -1, geometry[2]).argmax(axis=1)  # the first in row-major order
        wide = columns.stop - columns.start
        for n in range(3):
            for c in range(geometry[2]):
                place = first[n, c]
                expected[n, rows.start + place // wide, columns.start + place % wide, c] += dy[n, i, j, c]
    np.testing.assert_allclose(dx, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("case", GEOMETRIES)
def test_avg_pool_and_its_gradient(case, dtype):
    geometry = GEOMETRIES[case]
    x, shape = images(geometry, dtype), shape_of_output(geometry)
    y = outputs(pooling.avg_pool, geometry, [x], int(np.prod(shape)), dtype).reshape(shape)
    dy = np.random.default_rng(6).normal(size=shape).astype(dtype)
    dx = outputs(pooling.avg_pool_gradient, geometry, [dy], x.size, dtype).reshape(x.shape)
    expected = np.zeros(x.shape)
    for i, j, rows, columns in windows(geometry):
        window = x[:, rows, columns]
        np.testing.assert_allclose(y[:, i, j], window.mean(axis=(1, 2)), rtol=1e-5, atol=1e-6)
        expected[:, rows, columns] += dy[:, i, j][:, None, None] / (window.shape[1] * window.shape[2])
    np.testing.assert_allclose(dx, expected, rtol=1e-5, atol=1e-6)


def test_nan_is_a_maximum_and_takes_the_gradient():
    geometry = (2, 2, 1, 2, 2, 1, 1, 2, 2, 0, 0)
    x, y, dx = np.array([1.0, np.nan, np.nan, 5.0], np.float32), np.zeros(1, np.float32), np.zeros(4, np.float32)
    pooling.max_pool(x, y, *geometry, 0, 1)
    assert np.isnan(y[0])
    pooling.max_pool_gradient(x, y, np.ones(1, np.float32), dx, *geometry, 0, 1)
    np.testing.assert_array_equal(dx, [0, 1, 0, 0])


def test_no_examples():
    geometry, nothing = GEOMETRIES["2x2"], np.zeros(0, np.float32)
    pooling.max_pool(nothing, nothing, *geometry, 0, 0)
    pooling.max_pool_gradient(nothing, nothing, nothing, nothing, *geometry, 0, 0)
    pooling.avg_pool(nothing, nothing, *geometry, 0, 0)
    pooling.avg_pool_gradient(nothing, nothing, *geometry, 0, 0)
