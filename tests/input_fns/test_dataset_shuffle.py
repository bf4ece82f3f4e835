"""Shuffle: what holds of every order, not which order it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from input_fns.data.dataset import Dataset
from input_fns.data.experimental import shuffle_and_repeat
from model_fns.graph.graph import Graph, set_random_seed
from tests.input_fns.elements import elements


@pytest.fixture(autouse=True)
def graph():
    with Graph().as_default():
        yield


def epochs(dataset: Dataset, rows: int, count: int, **how) -> list[list[int]]:
    found = elements(dataset.repeat(count), most=rows * count + 1, **how)
    assert len(found) == rows * count
    return [found[at : at + rows] for at in range(0, rows * count, rows)]


@settings(max_examples=40, deadline=None)
@given(rows=st.integers(0, 40), buffer=st.integers(1, 50), seed=st.integers(0, 2**31))
def test_an_order_is_a_permutation_that_the_buffer_allows(rows, buffer, seed):
    with Graph().as_default():
        found = elements(Dataset.range(rows).shuffle(buffer), seed=seed)
    assert sorted(found) == list(range(rows))
    # Element i cannot come out before it is in the buffer.
    assert all(place >= element - buffer + 1 for place, element in enumerate(found))


def test_every_pass_has_an_order_of_its_own():
    first, second, third = epochs(Dataset.range(30).shuffle(30), 30, 3)
    assert first != second != third
    assert sorted(first) == sorted(second) == sorted(third)


def test_no_reshuffling():
    first, second = epochs(Dataset.range(30).shuffle(30, reshuffle_each_iteration=False), 30, 2)
    assert first == second


def test_equal_seeds_keep_two_datasets_side_by_side():
    a = slices = Dataset.from_tensor_slices(np.arange(20)).shuffle(7, seed=5)
    b = Dataset.from_tensor_slices(np.arange(20) * 10).shuffle(7, seed=5)
    assert all(10 * x == y for x, y in elements(Dataset.zip((slices, b)).repeat(2)))
    assert elements(a) == elements(a)


def test_shuffles_without_a_seed_have_orders_of_their_own():
    a, b = Dataset.range(30).shuffle(30), Dataset.range(30).shuffle(30)
    assert elements(a) != elements(b)
    assert elements(a) != elements(a, start=1)
    assert elements(a) != elements(a, seed=9)


def test_the_graphs_seed_decides():
    set_random_seed(1)
    dataset = Dataset.range(30).shuffle(30)
    assert elements(dataset) == elements(dataset, seed=9, start=3)


def test_shuffle_and_repeat():
    found = elements(Dataset.range(5).apply(shuffle_and_repeat(5, 2)))
    assert sorted(found[:5]) == sorted(found[5:]) == list(range(5))


def test_all_orders_are_equally_likely():
    counts: dict[tuple[int, ...], int] = {}
    for first, second, third in epochs(Dataset.range(3).shuffle(3), 3, 3000):
        counts[first, second, third] = counts.get((first, second, third), 0) + 1
    assert len(counts) == 6
    assert all(abs(count - 500) < 5 * 20.4 for count in counts.values())  # five standard deviations
