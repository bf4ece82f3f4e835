"""Rows of tables by number against NumPy, in any split among workers."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernels.from_python import rows as kernels

NUMBERS = st.lists(st.integers(-1, 9), max_size=40)


def distinct(numbers, table_rows=10, dtype=np.int64):
    numbers = np.array(numbers, dtype)
    rows, places = np.full_like(numbers, 77), np.full(len(numbers), 77, np.int32)
    heads = np.full(4 * len(numbers) + 8, 77, np.int32)
    bad = kernels.distinct(numbers, rows, places, heads, len(numbers), table_rows)
    return bad, rows, places


@settings(max_examples=100, deadline=None)
@given(NUMBERS, st.sampled_from([np.int32, np.int64]))
def test_each_number_is_kept_where_it_comes_first(numbers, dtype):
    bad, rows, places = distinct(numbers, dtype=dtype)
    assert bad == -1
    assert places.tolist() == [numbers.index(number) if number >= 0 else -1 for number in numbers]
    assert rows.tolist() == [n if n >= 0 and numbers.index(n) == i else -1 for i, n in enumerate(numbers)]


def test_many_far_numbers_are_told_apart():
    numbers = np.random.default_rng(1).integers(0, 1 << 62, 5000)
    numbers = np.concatenate([numbers, numbers[::-1]])
    bad, rows, places = distinct(numbers, 1 << 62)
    assert bad == -1
    np.testing.assert_array_equal(rows, np.where(np.arange(10000) < 5000, numbers, -1))
    np.testing.assert_array_equal(places, [*range(5000), *reversed(range(5000))])


@pytest.mark.parametrize(("numbers", "first"), [([3, -1, 10, 3], 2), ([-2, 12], 0), ([9, 0], -1)])
def test_a_number_out_of_range_is_told_and_left_out(numbers, first):
    bad, rows, places = distinct(numbers)
    assert bad == first
    wrong = [i for i, number in enumerate(numbers) if not -1 <= number < 10]
    assert all(rows[i] == places[i] == -1 for i in wrong)


@settings(max_examples=100, deadline=None)
@given(NUMBERS, st.integers(0, 3), st.lists(st.integers(0, 40), max_size=2))
def test_rows_of_one_number_are_added_in_order_in_any_split(numbers, inner, cuts):
    values = np.random.default_rng(2).normal(size=(len(numbers), inner)).astype(np.float32)
    _, _, places = distinct(numbers)
    expected = np.zeros_like(values)
    for i, place in enumerate(places):
        if place >= 0:
            expected[place] += values[i]
    out = np.full(values.size, 7, np.float32)
    for start, stop in pairwise(sorted([0, *(min(cut, len(numbers)) for cut in cuts), len(numbers)])):
        kernels.sum_repeated(values.ravel(), places, out, inner, len(numbers), start, stop)
    np.testing.assert_array_equal(out.reshape(values.shape), expected)


@settings(max_examples=60, deadline=None)
@given(NUMBERS, st.integers(1, 3), st.integers(0, 40))
def test_rows_are_found_and_put_back(numbers, inner, cut):
    table, dtype = np.random.default_rng(3).normal(size=(10, inner)).astype(np.float32), np.float32
    count, cut = len(numbers), min(cut, len(numbers))
    out, indices = np.ones(count * inner, dtype), np.array(numbers, np.int64)
    for start, stop in ((0, cut), (cut, count)):
        assert kernels.present(table.ravel(), indices, out, inner, 10, start, stop) == -1
    found = np.array([table[n] if n >= 0 else np.zeros(inner, dtype) for n in numbers], dtype).reshape(count, inner)
    np.testing.assert_array_equal(out.reshape(count, inner), found)
    _, rows, _ = distinct(numbers)
    target = np.zeros_like(table)
    for start, stop in ((0, cut), (cut, count)):
        kernels.put(target.ravel(), rows, out, inner, start, stop)
    named = sorted({n for n in numbers if n >= 0})
    np.testing.assert_array_equal(target[named], table[named])
    assert not np.delete(target, named, axis=0).any()


def test_a_row_that_is_not_there_is_told():
    table, out = np.ones(6, np.float32), np.ones(8, np.float32)
    indices = np.array([0, -1, 3, -2])
    assert kernels.present(table, indices, out, 2, 3, 0, 4) == 2
    assert kernels.present(table, indices, out, 2, 3, 3, 4) == 3
    np.testing.assert_array_equal(out, [1, 1, 0, 0, 0, 0, 0, 0])


@pytest.mark.parametrize("factor", [0, 1, -1])
def test_scatter_takes_one_row_after_another(factor):
    dtype = np.float32
    table, indices = np.arange(12).astype(dtype), np.array([3, 0, -1, 3])
    values = np.array([[1, 2, 3], [4, 5, 6], [9, 9, 9], [7, 8, 9]], dtype)
    expected = table.reshape(4, 3).copy()
    for i, row in zip(indices, values, strict=True):
        if i >= 0:
            expected[i] = row if factor == 0 else expected[i] + factor * row
    kernels.scatter(table, indices, values.ravel(), 3, 4, factor)
    np.testing.assert_array_equal(table.reshape(4, 3), expected)


def test_numbers_out_of_range_are_found():
    indices = np.array([0, -1, 2, 5])
    limits = {(0, 6, 4): 1, (0, 6, 1): -1, (0, 0, 4): 0, (0, 0, 0): -1, (-1, 6, 4): -1, (-1, 5, 4): 3, (-1, 2, 4): 2}
    assert {limit: kernels.out_of_range(indices, *limit) for limit in limits} == limits
