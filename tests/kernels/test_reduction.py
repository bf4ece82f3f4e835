"""Reductions against NumPy, over shapes, dtypes and splits."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernels.from_python import reduction

CASES = {
    "reduce_sum": np.sum,
    "reduce_product": np.prod,
    "reduce_maximum": np.max,
    "reduce_minimum": np.min,
    "reduce_all": np.all,
    "reduce_any": np.any,
    "argmax": np.argmax,
    "argmin": np.argmin,
}
TRUTH = ("reduce_all", "reduce_any")
SHAPES = [
    (1, 1, 1),
    (5, 10, 1),
    (3, 100, 1),
    (2, 4099, 1),
    (1, 1000, 3),
    (2, 130, 10),
    (1, 77, 32),
    (1, 50, 64),
    (2, 40, 65),
    (1, 9, 1100),
    (3, 2, 7),
    (0, 5, 2),
    (2, 5, 0),
]


def output(name, x, shape, cuts=(0, 1)):
    """The reduction by as many calls as there are parts; cuts are fractions of the number of outputs."""
    outer, reduced, inner = shape
    out = np.zeros(outer * inner, np.int64 if name.startswith("arg") else x.dtype)
    places = [round(cut * len(out)) for cut in cuts]
    for start, stop in pairwise(places):
        getattr(reduction, name)(x, out, outer, reduced, inner, start, stop)
    return out


def values(generator, name, dtype, shape):
    if name in TRUTH:
        return generator.random(shape) < (0.99 if name == "reduce_all" else 0.01)
    if np.dtype(dtype).kind == "i":
        return generator.integers(-3, 4, shape).astype(dtype)
    scale = 0.02 if name == "reduce_product" else 1.0
    return (1 + scale * generator.normal(size=shape)).astype(dtype)


def check(name, dtype, shape, seed):
    x = values(np.random.default_rng(seed), name, dtype, shape)
    out = output(name, x.ravel(), shape)
    precise = x.astype(np.float64) if x.dtype.kind == "f" else x
    expected = CASES[name](precise, axis=1).ravel()
    if x.dtype.kind == "f" and name in ("reduce_sum", "reduce_product"):
        size = np.abs(precise).sum(axis=1).ravel() if name == "reduce_sum" else np.abs(expected) * shape[1] ** 0.5
        assert np.all(np.abs(out - expected) <= 4e-7 * size)
    else:
        np.testing.assert_array_equal(out, expected.astype(out.dtype))
    for cuts in [(0, 0.5, 1), (0, 0.1, 0.3, 0.31, 0.8, 1)]:
        assert output(name, x.ravel(), shape, cuts).tobytes() == out.tobytes()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", CASES)
def test_float32_reductions_equal_numpy_in_any_split(name, shape):
    check(name, np.float32, shape, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [np.float64, np.int32, np.int64])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", [name for name in CASES if name not in TRUTH])
def test_reductions_of_other_dtypes_equal_numpy_in_any_split(name, shape, dtype):
    check(name, dtype, shape, seed=2)


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(["reduce_sum", "reduce_maximum"]),
    shape=st.tuples(st.integers(1, 3), st.integers(1, 300), st.integers(1, 70)),
    seed=st.integers(0, 9),
)
def test_reductions_of_any_shape_equal_numpy(name, shape, seed):
    check(name, np.float32, shape, seed)


@pytest.mark.parametrize("name", ["reduce_maximum", "reduce_minimum"])
@pytest.mark.parametrize("shape", [(2, 100, 1), (1, 40, 7), (2, 3, 5)])
def test_nan_comes_through(name, shape):
    x = np.random.default_rng(3).normal(size=shape).astype(np.float32)
    x[:, 1, 0] = np.nan
    np.testing.assert_array_equal(output(name, x.ravel(), shape), CASES[name](x, axis=1).ravel())


@pytest.mark.parametrize("name", ["argmax", "argmin"])
def test_argument_of_equal_values_and_of_nan_is_the_first(name):
    for row in ([1, 3, 3, 0, 0], [2, np.nan, 5, np.nan, 9], [np.nan, 1, 2, 3, 4], [np.inf, -np.inf, 0, np.inf, 1]):
        x = np.array(row, np.float32)
        assert output(name, x, (1, 5, 1))[0] == CASES[name](x)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("reduce_sum", 0),
        ("reduce_product", 1),
        ("reduce_maximum", -np.inf),
        ("reduce_minimum", np.inf),
        ("argmax", 0),
        ("argmin", 0),
    ],
)
def test_reductions_of_no_elements(name, expected):
    for shape in [(2, 0, 3), (3, 0, 1), (1, 0, 100)]:
        np.testing.assert_array_equal(output(name, np.zeros(0, np.float32), shape), expected)


def test_truth_of_no_elements():
    assert output("reduce_all", np.zeros(0, np.bool_), (1, 0, 2)).all()
    assert not output("reduce_any", np.zeros(0, np.bool_), (1, 0, 2)).any()


@pytest.mark.parametrize("shape", [(1, 1_000_000, 1), (1, 39_200, 32), (1, 50_000, 7), (4, 100_000, 1)])
def test_large_float32_sums_are_accurate(shape):
    x = np.random.default_rng(4).random(shape, dtype=np.float32)
    expected = x.astype(np.float64).sum(axis=1).ravel()
    np.testing.assert_allclose(output("reduce_sum", x.ravel(), shape), expected, rtol=2e-7)


def test_integer_sums_wrap_as_their_dtype_does():
    x = np.full(100, 2**31 - 1, np.int32)
    np.testing.assert_array_equal(output("reduce_sum", x, (1, 100, 1)), x.sum(dtype=np.int32))
