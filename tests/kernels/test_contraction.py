"""Matrix products: equal to NumPy in float64, the same bits for any division, nothing written outside."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimators.kernels import scratch as scratch_sizes
from tests.kernels.from_python import contraction

TOLERANCE = {np.float32: 1e-5, np.float64: 1e-12}  # of the sum of absolute products, element by element
GUARD = 64  # elements before and after each array


class Product(NamedTuple):
    kernel: Callable[..., None]
    transpose_a: bool
    transpose_b: bool
    scratch: Callable[[int, int, int], int] | None


PRODUCTS = {
    "matmul": Product(contraction.matmul, False, False, None),
    "matmul_transpose_a": Product(contraction.matmul_transpose_a, True, False, None),
    "matmul_transpose_b": Product(contraction.matmul_transpose_b, False, True, scratch_sizes.matmul_transpose_b),
    "matmul_transpose_both": Product(
        contraction.matmul_transpose_both, True, True, scratch_sizes.matmul_transpose_both
    ),
}

# (m, n, k): nothing, one, around the sizes of tiles and vectors, past one block of k, tall, wide.
SHAPES = [
    (0, 3, 2),
    (3, 0, 2),
    (3, 2, 0),
    (1, 1, 1),
    (1, 100, 40),
    (100, 1, 40),
    (14, 32, 5),
    (15, 33, 7),
    (13, 31, 257),
    (32, 25, 64),
    (32, 10, 25),
    (7, 50, 600),
    (130, 9, 300),
    (9, 260, 30),
]


class Guarded:
    """An array of nan inside a longer one, to see that nothing around it is written."""

    def __init__(self, length: int, dtype: type) -> None:
        self.whole = np.full(length + 2 * GUARD, np.nan, dtype)
        self.whole[:GUARD] = self.whole[GUARD + length :] = 7.25
        self.array = self.whole[GUARD : GUARD + length]

    def assert_untouched_around(self) -> None:
        around = np.concatenate([self.whole[:GUARD], self.whole[GUARD + self.array.size :]])
        assert (around == 7.25).all()


def parts(count: int, workers: int, multiple: int = 1) -> Iterator[tuple[int, int]]:
    bounds = [min(-(-count // multiple) * worker // workers * multiple, count) for worker in range(workers + 1)]
    return pairwise(bounds)


def operands(m: int, n: int, k: int, dtype: type, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    return random.standard_normal((m, k)).astype(dtype), random.standard_normal((k, n)).astype(dtype)


def multiply(
    product: Product, a: np.ndarray, b: np.ndarray, row_workers: int = 1, column_workers: int = 1
) -> np.ndarray:
    """a @ b by the kernel, its output divided among row_workers * column_workers."""
    (m, k), n = a.shape, b.shape[1]
    flat_a = np.ascontiguousarray(a.T if product.transpose_a else a).ravel()
    flat_b = np.ascontiguousarray(b.T if product.transpose_b else b).ravel()
    dtype = a.dtype.type
    c = Guarded(m * n, dtype)
    for rows in parts(m, row_workers):
        for columns in parts(n, column_workers):
            scratch = Guarded(product.scratch(m, n, k), dtype) if product.scratch else None
            product.kernel(flat_a, flat_b, c.array, *([scratch.array] if scratch else []), m, n, k, *rows, *columns)
            if scratch:
                scratch.assert_untouched_around()
    c.assert_untouched_around()
    return c.array.reshape(m, n)


def assert_close(result: np.ndarray, expected: np.ndarray, magnitude: np.ndarray) -> None:
    assert (np.abs(result - expected) <= TOLERANCE[result.dtype.type] * magnitude).all()


def assert_product(name: str, m: int, n: int, k: int, dtype: type) -> None:
    a, b = operands(m, n, k, dtype)
    wide_a, wide_b = a.astype(np.float64), b.astype(np.float64)
    assert_close(multiply(PRODUCTS[name], a, b), wide_a @ wide_b, np.abs(wide_a) @ np.abs(wide_b))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", PRODUCTS)
def test_a_product_equals_numpy(name: str, dtype: type) -> None:
    for m, n, k in SHAPES:
        assert_product(name, m, n, k, dtype)


@pytest.mark.parametrize("name", PRODUCTS)
def test_any_division_of_the_output_gives_the_same_bits(name: str) -> None:
    for m, n, k in [(13, 31, 300), (50, 70, 33), (3, 200, 20), (90, 7, 500)]:
        a, b = operands(m, n, k, np.float32)
        whole = multiply(PRODUCTS[name], a, b)
        for row_workers, column_workers in [(2, 1), (3, 1), (1, 2), (1, 3), (2, 3)]:
            divided = multiply(PRODUCTS[name], a, b, row_workers, column_workers)
            assert whole.tobytes() == divided.tobytes(), (m, n, k, row_workers, column_workers)


def test_all_products_give_the_same_bits() -> None:
    a, b = operands(37, 45, 300, np.float32)
    results = {name: multiply(product, a, b).tobytes() for name, product in PRODUCTS.items()}
    assert len(set(results.values())) == 1


@pytest.mark.parametrize("name", PRODUCTS)
def test_nan_and_infinity_stay_in_their_row_and_column(name: str) -> None:
    a, b = operands(20, 40, 10, np.float32)
    a[3, 4], b[2, 17] = np.nan, np.inf
    result = multiply(PRODUCTS[name], a, b)
    expected = np.zeros((20, 40), bool)
    expected[3], expected[:, 17] = True, True
    assert (~np.isfinite(result) == expected).all()


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(sorted(PRODUCTS)), st.integers(0, 70), st.integers(0, 70), st.integers(0, 300))
def test_a_product_of_random_shape_equals_numpy(name: str, m: int, n: int, k: int) -> None:
    assert_product(name, m, n, k, np.float32)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", PRODUCTS)
def test_every_tail_of_a_tile_equals_numpy(name: str, dtype: type) -> None:
    for m in range(1, 31):
        for n in range(1, 67):
            assert_product(name, m, n, 3, dtype)
