"""Convolution by minimal filtering: equal to NumPy, the same bits for any division, nothing written outside."""

from __future__ import annotations

from dataclasses import astuple, replace
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pytest

from estimators.kernels import winograd_scratch
from estimators.kernels.winograd_matrices import Filtering, Matrix, multiply, transposed
from tests.kernels.from_python import winograd
from tests.kernels.test_contraction import Guarded, parts
from tests.kernels.test_convolution import Case, Sizes, sizes

# Of the largest sum of absolute products, by the points along an axis, in float32: what a tile holds beside an output
# leaves its rounding in it.
TOLERANCE = {6: 5e-6, 7: 1e-5, 8: 1e-5, 9: 4e-5}

# By F(outputs of a tile, taps): image, (channels, outputs), padding. There are fewer tiles than a block takes and more;
# tiles hang over the edge and do not; images are read where they are and padded.
SHAPES = {
    (4, 3): [
        ((9, 7), (16, 16), "SAME"),
        ((6, 10), (17, 33), "VALID"),
        ((30, 34), (3, 5), "SAME"),
        ((3, 30), (40, 7), "SAME"),
        ((1, 1), (20, 50), "SAME"),
        ((2, 2), (2, 3), "VALID"),
    ],
    (5, 3): [((7, 7), (33, 17), "VALID"), ((14, 11), (6, 40), "SAME")],
    (7, 3): [((9, 9), (16, 18), "VALID"), ((14, 15), (5, 70), "SAME")],
    (4, 5): [
        ((14, 14), (32, 64), "SAME"),
        ((12, 12), (20, 50), "VALID"),
        ((8, 8), (16, 16), "VALID"),
        ((7, 9), (1, 1), "SAME"),
        ((2, 3), (17, 3), "SAME"),
    ],
    (5, 5): [((9, 9), (40, 7), "VALID"), ((14, 14), (32, 64), "SAME")],
}
CASES = [(*variant, *shape) for variant, shapes in SHAPES.items() for shape in shapes]


class WinogradCase(Case):
    """The same arrays, computed in tiles."""

    def __init__(self, tile: int, size: Sizes, examples: int, dtype: type) -> None:
        super().__init__(size, examples, dtype)
        self.tile = tile

    def computed(self, workers: int = 1) -> dict[str, np.ndarray]:
        size, examples = astuple(self.size), self.examples
        x, weights, dy = self.x.ravel(), self.weights.ravel(), self.dy.ravel()
        outputs = {
            name: Guarded(like.size, self.dtype) for name, like in (("y", dy), ("dx", x), ("d_weights", weights))
        }
        y, dx, d_weights = (output.array for output in outputs.values())
        for part, channels in zip(parts(examples, workers), parts(self.size.channels, workers), strict=True):
            self.call("conv2d", size, x, weights, y, *size, *part)
            self.call("conv2d_gradient_input", size, weights, dy, dx, *size, *part)
            self.call("conv2d_gradient_filter", size, x, dy, d_weights, 0, examples, *size, *channels)
        for guarded in outputs.values():
            guarded.assert_untouched_around()
        shapes = {"y": self.dy.shape, "dx": self.x.shape, "d_weights": self.weights.shape}
        return {name: output.array.reshape(shapes[name]) for name, output in outputs.items()}

    def call(self, name: str, size: tuple[int, ...], a: Any, b: Any, c: Any, *others: int) -> None:
        scratch = Guarded(getattr(winograd_scratch, name)(self.tile, *size), self.dtype)
        getattr(winograd, f"{name}_{self.tile}_{self.size.kernel_height}")(a, b, c, scratch.array, *others)
        scratch.assert_untouched_around()


def square(taps: int, image: tuple[int, int], channels: tuple[int, int], padding: str) -> Sizes:
    return sizes((*image, channels[0]), (taps, taps, channels[1]), (1, 1), padding)


def assert_equals_numpy(tile: int, size: Sizes, examples: int, dtype: type = np.float32) -> None:
    case = WinogradCase(tile, size, examples, dtype)
    arrays = [array.astype(np.float64) for array in (case.x, case.weights, case.dy)]
    expected, magnitude = case.expected(*arrays), case.expected(*map(np.abs, arrays))
    tolerance = TOLERANCE[tile + size.kernel_height - 1] if dtype == np.float32 else 1e-13
    for name, result in case.computed().items():
        limit = tolerance * magnitude[name].max(initial=0.0)
        assert (np.abs(result - expected[name]) <= limit).all(), (name, size)


def test_every_kernel_has_its_shapes() -> None:
    assert set(SHAPES) == set(winograd_scratch.VARIANTS)


@pytest.mark.parametrize(("tile", "taps", "image", "channels", "padding"), CASES)
def test_convolution_and_gradients_equal_numpy(tile: int, taps: int, image: Any, channels: Any, padding: str) -> None:
    for examples in (0, 1, 5):
        assert_equals_numpy(tile, square(taps, image, channels, padding), examples)


def test_in_float64_nothing_but_rounding_differs() -> None:
    assert_equals_numpy(4, square(3, (11, 6), (5, 19), "SAME"), 3, np.float64)


@pytest.mark.parametrize(("tile", "taps"), winograd_scratch.VARIANTS)
def test_every_channel_count_up_to_two_tiles_equals_numpy(tile: int, taps: int) -> None:
    for count in range(1, 71):
        for channels in ((count, 3), (3, count)):
            assert_equals_numpy(tile, square(taps, (6, 7), channels, "SAME"), 2)


@pytest.mark.parametrize(("tile", "taps"), winograd_scratch.VARIANTS)
def test_where_there_are_many_channels_every_element_keeps_its_digits(tile: int, taps: int) -> None:
    case = WinogradCase(tile, square(taps, (14, 14), (48, 48), "SAME"), 3, np.float32)
    arrays = [array.astype(np.float64) for array in (case.x, case.weights, case.dy)]
    expected, magnitude = case.expected(*arrays), case.expected(*map(np.abs, arrays))
    for name, result in case.computed().items():
        assert (np.abs(result - expected[name]) <= TOLERANCE[tile + taps - 1] * magnitude[name]).all(), name


def test_padding_wider_than_the_kernel_equals_numpy() -> None:
    size = replace(square(3, (4, 5), (2, 3), "SAME"), out_height=9, out_width=8, pad_top=4, pad_left=3)
    assert_equals_numpy(4, size, 2)


@pytest.mark.parametrize(("tile", "taps", "image", "channels", "padding"), CASES)
def test_any_division_gives_the_same_bits(tile: int, taps: int, image: Any, channels: Any, padding: str) -> None:
    case = WinogradCase(tile, square(taps, image, channels, padding), 7, np.float32)
    whole = case.computed()
    for workers in (2, 3):
        for name, divided in case.computed(workers).items():
            assert divided.tobytes() == whole[name].tobytes(), (name, workers)


class Exact:
    """Arithmetic with fractions."""

    def zero(self) -> Fraction:
        return Fraction(0)

    def add(self, a: Fraction, b: Fraction) -> Fraction:
        return a + b

    def subtract(self, a: Fraction, b: Fraction) -> Fraction:
        return a - b

    def scale(self, factor: Fraction, a: Fraction) -> Fraction:
        return factor * a

    def multiply_add(self, factor: Fraction, a: Fraction, b: Fraction) -> Fraction:
        return factor * a + b


def plain_product(matrix: Matrix, values: list[Fraction]) -> list[Fraction]:
    return [sum((a * b for a, b in zip(row, values, strict=True)), Fraction(0)) for row in matrix]


@pytest.mark.parametrize(("outputs", "taps"), [(2, 3), *winograd_scratch.VARIANTS])
def test_filtering_is_exact_in_fractions(outputs: int, taps: int) -> None:
    """Along one axis, each side of the trilinear form from the other two."""
    filtering = Filtering(outputs, taps)
    x = [Fraction(7 * i * i % 11 - 5) for i in range(filtering.inputs)]
    w = [Fraction(3 * i + 2, 7) for i in range(taps)]
    dy = [Fraction(5 * i % 7 - 3) for i in range(outputs)]
    reading, weighting, sampling = filtering.reading, filtering.weighting, filtering.sampling
    times = partial(multiply, arithmetic=Exact())
    at_x, at_w, at_dy = times(reading, x), times(weighting, w), times(sampling, dy)

    def through(back: Matrix, a: list[Fraction], b: list[Fraction]) -> list[Fraction]:
        return times(transposed(back), [p * q for p, q in zip(a, b, strict=True)])

    assert through(sampling, at_x, at_w) == [sum(x[i + k] * w[k] for k in range(taps)) for i in range(outputs)]
    assert through(weighting, at_x, at_dy) == [sum(x[i + k] * dy[i] for i in range(outputs)) for k in range(taps)]
    dx = [Fraction(0)] * filtering.inputs
    for i in range(outputs):
        for k in range(taps):
            dx[i + k] += dy[i] * w[k]
    assert through(reading, at_w, at_dy) == dx


@pytest.mark.parametrize(("outputs", "taps"), winograd_scratch.VARIANTS)
def test_what_is_multiplied_by_most_often_is_exact_in_float32(outputs: int, taps: int) -> None:
    filtering = Filtering(outputs, taps)
    for matrix in (filtering.reading, filtering.sampling):
        assert all(Fraction(float(np.float32(float(value)))) == value for row in matrix for value in row)


@pytest.mark.parametrize(("outputs", "taps"), winograd_scratch.VARIANTS)
def test_shared_operations_do_not_change_a_product(outputs: int, taps: int) -> None:
    filtering = Filtering(outputs, taps)
    for matrix in (filtering.sampling, filtering.weighting, filtering.reading):
        for turned in (matrix, transposed(matrix)):
            values = [Fraction(5 * i * i % 13 - 6) for i in range(len(turned[0]))]
            expected = [sum(a * b for a, b in zip(row, values, strict=True)) for row in turned]
            assert multiply(turned, values, Exact()) == expected
