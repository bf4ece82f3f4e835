"""The counter-based generator: published values, agreement of machine code and NumPy twin, and plain statistics."""

from itertools import pairwise

import numpy as np
import pytest

from model_fns import random_bits as twin
from tests.kernels.from_python import kernel
from tests.kernels.from_python import random as kernels

random_bits, random_below, random_parts = kernels.random_bits, kernels.random_below, kernels.random_parts

KEYS = [0, 1, 2**63, 2**64 - 1, 0x9E3779B97F4A7C15]


@kernel
def bits_of(out, key):
    for i in range(len(out)):
        out[i] = random_bits(key, i)


@kernel
def below(out, key, stride, bound):
    for i in range(len(out)):
        out[i] = random_below(key, i, stride, bound)


@kernel
def parts(out, key, index, stride):
    for place, part in enumerate(random_parts(key, index, stride)):
        out[place] = part


def test_bits_are_those_of_the_published_splitmix64():
    # The first outputs of Vigna's splitmix64.c for the state 1234567.
    expected = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]
    assert twin.random_bits(1234567, 4).tolist() == expected


@pytest.mark.parametrize("key", KEYS)
def test_machine_code_and_twin_draw_the_same_bits(key):
    out = np.zeros(1000, np.uint64)
    bits_of(out, np.uint64(key))
    np.testing.assert_array_equal(out, twin.random_bits(key, 1000))


@pytest.mark.parametrize("numbers", [(0, 0, 0), (1, 2, 3), (-1, 2**62, 7), (2**63 - 1, -(2**63), 10**9)])
def test_machine_code_and_twin_make_the_same_keys(numbers):
    assert int(kernels.random_key(*numbers)) == int(twin.random_key(*numbers))


def test_keys_of_neighbouring_seeds_streams_and_steps_differ():
    keys = {int(twin.random_key(a, b, c)) for a in range(10) for b in range(10) for c in range(10)}
    assert len(keys) == 1000


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-0.05, 0.05), (3.0, 3.0)])
def test_random_uniform_equals_the_twin_in_any_split(dtype, low, high):
    key, count = twin.random_key(7, 1, 2), 1003
    expected = twin.uniform(twin.random_bits(key, count), dtype) * (dtype(high) - dtype(low)) + dtype(low)
    for cuts in [(0, count), (0, 1, 17, 500, count), (0, 0, count)]:
        out = np.empty(count, dtype)
        for start, stop in pairwise(cuts):
            kernels.random_uniform(out, key, low, high, start, stop)
        assert out.tobytes() == expected.tobytes()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_uniform_numbers_fill_the_unit_interval_evenly(dtype):
    numbers = twin.uniform(twin.random_bits(5, 200_000), dtype)
    assert numbers.dtype == dtype and numbers.min() >= 0 and numbers.max() < 1
    counts, _ = np.histogram(numbers, 64, (0, 1))
    chi_squared = ((counts - 3125.0) ** 2 / 3125.0).sum()
    assert 20 < chi_squared < 120  # 63 degrees of freedom


def test_the_largest_bits_stay_below_one():
    top = np.array([2**64 - 1], np.uint64)
    assert twin.uniform(top, np.float32)[0] < 1 and twin.uniform(top, np.float64)[0] < 1
    assert kernels.uniform_float32(top[0]) < 1 and kernels.uniform_float64(top[0]) < 1


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 8, 10, 127, 128, 129, 1000, 65537])
def test_shuffle_order_is_the_twins_permutation(count):
    order = np.full(count, -1)
    kernels.shuffle_order(order, np.uint64(99))
    np.testing.assert_array_equal(order, twin.shuffle_order(count, 99))
    np.testing.assert_array_equal(np.sort(order), np.arange(count))


@pytest.mark.parametrize("bound", [1, 3, 2**32, 2**63 + 1, 2**64 - 1])
def test_bounded_numbers_equal_the_twins_also_where_half_are_refused(bound):
    out = np.zeros(500, np.uint64)
    below(out, np.uint64(3), 500, np.uint64(bound))
    expected = twin.random_below(3, np.arange(500), 500, np.full(500, bound, np.uint64))
    np.testing.assert_array_equal(out, expected)
    assert int(out.max()) < bound


def test_every_permutation_of_four_is_equally_likely():
    order, counts = np.zeros(4, np.int64), {}
    for key in twin.random_bits(11, 24_000):
        kernels.shuffle_order(order, key)
        counts[tuple(order)] = counts.get(tuple(order), 0) + 1
    assert len(counts) == 24
    assert sum((count - 1000) ** 2 / 1000 for count in counts.values()) < 60  # 23 degrees of freedom


def test_parts_equal_the_twins_also_where_they_are_refused():
    out = np.zeros(8, np.uint64)
    for key in twin.random_bits(12, 5_000):
        parts(out, key, 120, 128)
        assert out.tolist() == twin.random_parts(key, 120, 128)
    refused = np.uint64(-121 * twin.GOLDEN_GAMMA % 2**64)  # whose number 120 is 0
    assert twin.random_bits(refused, 121)[-1] == 0
    parts(out, refused, 120, 128)
    assert out.tolist() == twin.random_parts(refused, 120, 128) != [0] * 8


def test_every_element_is_equally_likely_at_every_place():
    order, counts = np.zeros(20, np.int64), np.zeros((20, 20))
    for key in twin.random_bits(13, 20_000):
        kernels.shuffle_order(order, key)
        counts[np.arange(20), order] += 1
    chi_squared = ((counts - 1000) ** 2 / 1000).sum()
    assert 260 < chi_squared < 480  # 19 * 19 degrees of freedom


def test_parts_of_one_number_know_nothing_of_each_other():
    out, counts = np.zeros(8, np.uint64), np.zeros((5, 8))
    for key in twin.random_bits(14, 40_000):
        parts(out, key, 4, 20)  # below 5, 6, 7, 8, ...
        counts[out[0], out[3]] += 1
    chi_squared = ((counts - 1000) ** 2 / 1000).sum()
    assert 15 < chi_squared < 75  # 39 degrees of freedom
