"""Scalar functions against NumPy in float64: accuracy, limits, integers, and refusal to mix dtypes."""

import math

import numpy as np
import pytest
from numba.core.errors import TypingError

from estimators.kernels import elementary
from estimators.kernels.elementary import FUNCTIONS
from estimators.kernels.indexing import at
from tests.kernels.from_python import kernel

INFINITY, NAN = math.inf, math.nan
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, -2.5, 1e-40, 1e-20, -1e-20, 1e20, -1e20, INFINITY, -INFINITY, NAN]


def unary(name):
    function = FUNCTIONS[name]

    @kernel
    def loop(x, out, start, stop):
        for i in range(start, stop):
            out[at(i)] = function(x[at(i)])

    return loop


def binary(name):
    function = FUNCTIONS[name]

    @kernel
    def loop(x, y, out, start, stop):
        for i in range(start, stop):
            out[at(i)] = function(x[at(i)], y[at(i)])

    return loop


def apply(name, *operands, dtype=None):
    out = np.empty(len(operands[0]), dtype or operands[0].dtype)
    (unary if len(operands) == 1 else binary)(name)(*operands, out, 0, len(out))
    return out


def sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x < 0, e, 1) / (1 + e)


EXACT = {
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "tanh": np.tanh,
    "sigmoid": sigmoid,
    "softplus": lambda x: np.logaddexp(0, x),
    "erf": np.vectorize(math.erf),
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "arcsin": np.arcsin,
    "arccos": np.arccos,
    "arctan": np.arctan,
    "sqrt": np.sqrt,
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "floor": np.floor,
    "ceil": np.ceil,
    "round_half_even": np.rint,
    "absolute": np.abs,
    "sign": np.sign,
    "square": np.square,
}
# The largest relative error of float32, as measured on the samples below (results that are denormal: see the test).
ACCURACY = {
    "exp": 1.0e-7,
    "expm1": 1.3e-7,
    "log": 1.0e-7,
    "log1p": 1.5e-7,
    "tanh": 2.0e-7,
    "sigmoid": 2.0e-7,
    "softplus": 2.4e-7,
    "erf": 1.0e-7,
}


def samples(dtype, count):
    """Every magnitude of both signs, the range where exponentials live, and the neighbourhood of 0."""
    bits = np.linspace(0, 2**32 - 1, count).astype(np.uint32).view(np.float32)
    grids = [np.linspace(-110, 95, count), np.linspace(-2, 2, count), SPECIAL]
    with np.errstate(all="ignore"):  # signalling NaNs are among the bits
        return np.concatenate([bits, *grids]).astype(dtype)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", EXACT)
def test_float32_functions_are_accurate_everywhere(name):
    x = samples(np.float32, 40_000)
    out = apply(name, x)
    exact = EXACT[name](x.astype(np.float64))
    rounded = exact.astype(np.float32)
    np.testing.assert_array_equal(np.isnan(out), np.isnan(rounded))
    np.testing.assert_array_equal(out[np.isinf(rounded)], rounded[np.isinf(rounded)])
    finite = np.isfinite(rounded)
    error = np.abs(out[finite] - exact[finite])
    # A denormal result has no relative accuracy to offer: it may be off by two of its units.
    assert np.all(error <= ACCURACY.get(name, 1.2e-7) * np.abs(exact[finite]) + 2 * 1.4e-45)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", EXACT)
def test_float64_functions_are_those_of_numpy(name):
    x = samples(np.float64, 2_000)
    np.testing.assert_allclose(apply(name, x), EXACT[name](x), rtol=2e-15, atol=1e-320)


@pytest.mark.parametrize("name", ["exp", "log", "tanh", "sigmoid", "softplus", "erf"])
def test_scalar_and_vector_code_give_the_same_bits(name):
    x = samples(np.float32, 300)
    loop, whole, single = unary(name), np.empty_like(x), np.empty_like(x)
    loop(x, whole, 0, len(x))
    for i in range(len(x)):
        loop(x, single, i, i + 1)
    assert whole.tobytes() == single.tobytes()


BINARY = {
    "maximum": np.maximum,
    "minimum": np.minimum,
    "floor_divide": np.floor_divide,
    "floor_mod": np.mod,
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", BINARY)
def test_functions_of_two_floats_are_those_of_numpy(name, dtype):
    values = np.array([*SPECIAL, 3.0, -3.0, 7.25, 0.1], dtype)
    x, y = (grid.ravel() for grid in np.meshgrid(values, values))
    np.testing.assert_array_equal(apply(name, x, y), BINARY[name](x, y))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("dtype", [np.int32, np.int64])
@pytest.mark.parametrize("name", BINARY)
def test_functions_of_two_integers_stay_integer(name, dtype):
    limits = np.iinfo(dtype)
    values = np.array([0, 1, -1, 2, -2, 3, -3, 7, -7, 100, limits.max, limits.min], dtype)
    x, y = (grid.ravel() for grid in np.meshgrid(values, values))
    np.testing.assert_array_equal(apply(name, x, y), BINARY[name](x, y))


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
@pytest.mark.parametrize("name", ["absolute", "sign", "square", "floor", "ceil", "round_half_even"])
def test_functions_of_one_integer_stay_integer(name, dtype):
    x = np.array([0, 1, -1, 5, -5, 1000], dtype)
    np.testing.assert_array_equal(apply(name, x), EXACT[name](x).astype(dtype))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_power_is_that_of_numpy(dtype):
    values = np.array([0.0, 1.0, -1.0, 2.0, 0.5, -0.5, 3.0, 10.0, INFINITY, -INFINITY, NAN], dtype)
    x, y = (grid.ravel() for grid in np.meshgrid(values, values))
    np.testing.assert_allclose(apply("power", x, y), np.power(x, y), rtol=3e-7 if dtype == np.float32 else 1e-15)


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
def test_power_of_integers_stays_integer(dtype):
    x, y = np.array([0, 1, 2, -3, 10, 7], dtype), np.array([0, 5, 10, 3, 9, 1], dtype)
    np.testing.assert_array_equal(apply("power", x, y), np.power(x, y))


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32])
@pytest.mark.parametrize(("name", "expected"), [("is_nan", np.isnan), ("is_inf", np.isinf), ("is_finite", np.isfinite)])
def test_tests_of_numbers(name, expected, dtype):
    x = np.array(SPECIAL if dtype != np.int32 else [0, 1, -1], dtype)
    np.testing.assert_array_equal(apply(name, x, dtype=np.bool_), expected(x))


@pytest.mark.parametrize("name", ["logical_and", "logical_or", "logical_xor"])
def test_functions_of_truth_values(name):
    x, y = np.array([True, True, False, False]), np.array([True, False, True, False])
    np.testing.assert_array_equal(apply(name, x, y), getattr(np, name)(x, y))
    np.testing.assert_array_equal(apply("logical_not", x), ~x)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int32, np.int64, np.bool_])
def test_where_chooses_by_the_condition(dtype):
    where = elementary.where

    @kernel
    def loop(condition, x, y, out):
        for i in range(len(out)):
            out[i] = where(condition[i], x[i], y[i])

    condition = np.array([True, False, True])
    x, y, out = np.array([1, 1, 0], dtype), np.array([0, 0, 1], dtype), np.empty(3, dtype)
    loop(condition, x, y, out)
    np.testing.assert_array_equal(out, np.where(condition, x, y))


def test_integer_literals_take_the_dtype_of_the_other_operand():
    maximum, minimum, where = elementary.maximum, elementary.minimum, elementary.where

    @kernel
    def relu6(x):
        return where(x > 0, minimum(maximum(x, 0), 6), 0)

    for dtype in (np.float32, np.float64, np.int64):
        assert relu6(dtype(7)) == 6
        assert relu6.nopython_signatures[-1].return_type.name == np.dtype(dtype).name


def test_float32_beside_float64_is_refused():
    maximum = elementary.maximum

    @kernel
    def mixed(x, y):
        return maximum(x, y)

    with pytest.raises(TypingError):
        mixed(np.float32(1), 0.5)
