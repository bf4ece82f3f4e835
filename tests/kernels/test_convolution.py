"""Convolution and its gradients: equal to NumPy in float64, the same bits for any division, nothing written outside."""

from dataclasses import astuple, dataclass

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from estimators.kernels import scratch as scratch_sizes
from tests.kernels.from_python import convolution
from tests.kernels.test_contraction import Guarded, assert_close, parts


@dataclass(frozen=True)
class Sizes:
    """The sizes of a convolution, in the order in which the kernels take them."""

    height: int
    width: int
    channels: int
    kernel_height: int
    kernel_width: int
    outputs: int
    out_height: int
    out_width: int
    stride_height: int
    stride_width: int
    pad_top: int
    pad_left: int


def sizes(image: tuple[int, int, int], kernel: tuple[int, int, int], stride: tuple[int, int], padding: str) -> Sizes:
    """Sizes by TensorFlow's rules; image (height, width, channels), kernel (height, width, outputs)."""
    (height, width, channels), (kernel_height, kernel_width, outputs) = image, kernel
    out, before = [], []
    for size, kernel_size, step in zip((height, width), (kernel_height, kernel_width), stride, strict=True):
        out.append(-(-size // step) if padding == "SAME" else max((size - kernel_size) // step + 1, 0))
        before.append(max((out[-1] - 1) * step + kernel_size - size, 0) // 2 if padding == "SAME" else 0)
    return Sizes(height, width, channels, kernel_height, kernel_width, outputs, *out, *stride, *before)


# image, kernel, stride, padding
SIZES = [
    sizes((4, 4, 1), (1, 1, 1), (1, 1), "VALID"),
    sizes((7, 7, 3), (1, 1, 5), (1, 1), "VALID"),
    sizes((7, 6, 2), (1, 1, 3), (2, 3), "VALID"),
    sizes((9, 9, 3), (3, 3, 33), (1, 1), "SAME"),
    sizes((8, 9, 20), (5, 5, 50), (1, 1), "VALID"),
    sizes((14, 14, 4), (5, 5, 10), (1, 1), "SAME"),
    sizes((28, 28, 1), (5, 5, 6), (1, 1), "SAME"),
    sizes((9, 10, 3), (3, 2, 4), (2, 2), "SAME"),
    sizes((9, 10, 3), (2, 2, 4), (3, 3), "VALID"),
    sizes((10, 11, 3), (2, 3, 4), (1, 2), "VALID"),
    sizes((5, 4, 2), (5, 4, 3), (1, 1), "VALID"),
    sizes((2, 3, 2), (5, 7, 3), (1, 1), "SAME"),
    sizes((3, 2, 2), (7, 5, 3), (2, 2), "SAME"),
    sizes((1, 1, 17), (3, 3, 16), (1, 1), "SAME"),
    sizes((2, 2, 1), (3, 3, 1), (1, 1), "VALID"),
    Sizes(4, 5, 2, 3, 3, 3, 9, 8, 1, 1, 4, 3),  # windows wholly in the padding, on every side
]


class Case:
    """Random arrays of one convolution, and what NumPy makes of them in float64."""

    def __init__(self, size: Sizes, examples: int, dtype: type, seed: int = 0) -> None:
        self.size, self.examples, self.dtype = size, examples, dtype
        random = np.random.default_rng(seed)
        self.x = random.standard_normal((examples, size.height, size.width, size.channels)).astype(dtype)
        kernel_shape = (size.kernel_height, size.kernel_width, size.channels, size.outputs)
        self.weights = random.standard_normal(kernel_shape).astype(dtype)
        self.dy = random.standard_normal((examples, size.out_height, size.out_width, size.outputs)).astype(dtype)

    def windows(self, padded: np.ndarray, i: int, j: int) -> np.ndarray:
        """What kernel element (i, j) sees, as a view: [N, OH, OW, C]."""
        size = self.size
        rows = slice(i, i + size.out_height * size.stride_height, size.stride_height)
        columns = slice(j, j + size.out_width * size.stride_width, size.stride_width)
        return padded[:, rows, columns][:, : size.out_height, : size.out_width]

    def padded(self, x: np.ndarray) -> np.ndarray:
        size = self.size
        bottom = size.out_height * size.stride_height + size.kernel_height
        right = size.out_width * size.stride_width + size.kernel_width
        return np.pad(x, ((0, 0), (size.pad_top, bottom), (size.pad_left, right), (0, 0)))

    def expected(self, x: np.ndarray, weights: np.ndarray, dy: np.ndarray) -> dict[str, np.ndarray]:
        size = self.size
        padded, y, d_weights = self.padded(x), np.zeros(dy.shape), np.zeros(weights.shape)
        d_padded = np.zeros(padded.shape)
        for i, j in np.ndindex(size.kernel_height, size.kernel_width):
            y += self.windows(padded, i, j) @ weights[i, j]
            self.windows(d_padded, i, j)[...] += dy @ weights[i, j].T
            d_weights[i, j] = np.einsum("nhwc,nhwo->co", self.windows(padded, i, j), dy)
        rows, columns = (
            slice(size.pad_top, size.pad_top + size.height),
            slice(size.pad_left, size.pad_left + size.width),
        )
        return {"y": y, "dx": d_padded[:, rows, columns], "d_weights": d_weights}

    def computed(self, workers: int = 1) -> dict[str, np.ndarray]:
        """The three kernels' results, each output divided among workers."""
        size, examples = astuple(self.size), self.examples
        x, weights, dy = self.x.ravel(), self.weights.ravel(), self.dy.ravel()
        outputs = {
            name: Guarded(like.size, self.dtype) for name, like in (("y", dy), ("dx", x), ("d_weights", weights))
        }
        y, dx, d_weights = (output.array for output in outputs.values())
        taps = self.size.kernel_height * self.size.kernel_width * self.size.channels
        for part, rows in zip(parts(examples, workers), parts(taps, workers), strict=True):
            scratch = [Guarded(length(*size), self.dtype) for length in SCRATCH]
            convolution.conv2d(x, weights, y, scratch[0].array, *size, *part)
            convolution.conv2d_gradient_input(weights, dy, dx, scratch[1].array, *size, *part)
            convolution.conv2d_gradient_filter(x, dy, d_weights, scratch[2].array, 0, examples, *size, *rows)
            for guarded in scratch:
                guarded.assert_untouched_around()
        for guarded in outputs.values():
            guarded.assert_untouched_around()
        shapes = {"y": self.dy.shape, "dx": self.x.shape, "d_weights": self.weights.shape}
        return {name: output.array.reshape(shapes[name]) for name, output in outputs.items()}


SCRATCH = (
    scratch_sizes.conv2d,
    scratch_sizes.conv2d_gradient_input,
    scratch_sizes.conv2d_gradient_filter,
)


def assert_convolution(size: Sizes, examples: int, dtype: type) -> None:
    case = Case(size, examples, dtype)
    arrays = [array.astype(np.float64) for array in (case.x, case.weights, case.dy)]
    expected, magnitude = case.expected(*arrays), case.expected(*map(np.abs, arrays))
    for name, result in case.computed().items():
        assert_close(result, expected[name], magnitude[name])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("examples", [0, 1, 3])
def test_convolution_and_gradients_equal_numpy(examples: int, dtype: type) -> None:
    for size in SIZES:
        assert_convolution(size, examples, dtype)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_any_division_gives_the_same_bits(size: Sizes) -> None:
    case = Case(size, 4, np.float32)
    whole = case.computed()
    for workers in (2, 3):
        for name, divided in case.computed(workers).items():
            assert divided.tobytes() == whole[name].tobytes(), (name, workers)


def test_gradients_are_the_adjoints_of_the_convolution() -> None:
    for size in SIZES:
        case = Case(size, 2, np.float64)
        result = case.computed()
        product = np.vdot(result["y"], case.dy)
        scale = np.linalg.norm(result["y"]) * np.linalg.norm(case.dy) + 1e-300
        assert abs(np.vdot(case.x, result["dx"]) - product) <= 1e-12 * scale
        assert abs(np.vdot(case.weights, result["d_weights"]) - product) <= 1e-12 * scale


edge = st.integers(1, 9)
channel_count = st.integers(1, 70)


@settings(max_examples=25, deadline=None)
@given(
    st.tuples(edge, edge, channel_count),
    st.tuples(st.integers(1, 6), st.integers(1, 6), channel_count),
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
    st.sampled_from(["SAME", "VALID"]),
)
def test_a_convolution_of_random_sizes_equals_numpy(
    image: tuple[int, int, int], kernel: tuple[int, int, int], stride: tuple[int, int], padding: str
) -> None:
    size = sizes(image, kernel, stride, padding)
    assume(size.out_height > 0 and size.out_width > 0)
    assert_convolution(size, 2, np.float32)


@pytest.mark.slow
@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_every_channel_count_up_to_two_tiles_equals_numpy(padding: str) -> None:
    for count in range(1, 71):
        assert_convolution(sizes((6, 7, count), (3, 3, 5), (1, 1), padding), 2, np.float32)
        assert_convolution(sizes((6, 7, 3), (3, 3, count), (2, 1), padding), 2, np.float32)
