"""Copies against NumPy's indexing."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernels.from_python import movement

DTYPES = [np.float32, np.float64, np.int32, np.int64, np.bool_]


def six(numbers, filler, place=1):
    """The numbers with fillers put in at `place`, up to six."""
    numbers = list(numbers)
    return tuple(int(n) for n in numbers[:place] + [filler] * (6 - len(numbers)) + numbers[place:])


def elements(view):
    return [stride // view.itemsize for stride in view.strides]


def copy(source_view, source, target_view, target, cuts=(0, 1)):
    """Copies one view into another through the kernel; both are views of flat arrays."""

    def offset(view, base):
        return (view.__array_interface__["data"][0] - base.__array_interface__["data"][0]) // base.itemsize

    sizes = six(source_view.shape, 1)
    places = [round(cut * sizes[0]) for cut in cuts]
    for start, stop in pairwise(places):
        movement.copy_strided(
            source,
            offset(source_view, source),
            six(elements(source_view), 0),
            target,
            offset(target_view, target),
            six(elements(target_view), 0),
            sizes,
            start,
            stop,
        )


def numbers(shape, dtype=np.float32):
    count = int(np.prod(shape))
    return (np.arange(count) % 2 == 0) if dtype == np.bool_ else np.arange(1, count + 1).astype(dtype)


VIEWS = {
    "transpose": ((37, 50), lambda x: x.T),
    "transpose of small matrices": ((9, 3, 5), lambda x: x.transpose(0, 2, 1)),
    "channels first": ((2, 9, 11, 20), lambda x: x.transpose(0, 3, 1, 2)),
    "channels last": ((2, 20, 9, 11), lambda x: x.transpose(0, 2, 3, 1)),
    "all axes": ((3, 4, 5, 6, 2, 7), lambda x: x.transpose(5, 3, 1, 4, 2, 0)),
    "slice": ((8, 9, 10), lambda x: x[1:7, 2:5, 3:]),
    "strided slice": ((8, 9, 10), lambda x: x[::2, 1::3, ::4]),
    "reverse": ((8, 9), lambda x: x[::-1, ::-1]),
    "reverse rows": ((8, 9), lambda x: x[::-1]),
    "one element": ((1,), lambda x: x),
    "vector": ((100,), lambda x: x[::-3]),
    "broadcast": ((5, 1, 3), lambda x: np.broadcast_to(x, (5, 4, 3))),
    "no element": ((4, 0, 3), lambda x: x),
}


@pytest.mark.parametrize("cuts", [(0, 1), (0, 0.4, 0.41, 1)])
@pytest.mark.parametrize("case", VIEWS)
def test_views_are_copied_as_numpy_copies_them(case, cuts):
    shape, view = VIEWS[case]
    x = numbers(shape)
    seen = view(x.reshape(shape))
    around = np.full(seen.size + 2000, -7, np.float32)
    target = around[1000 : 1000 + seen.size]
    copy(seen, x, target.reshape(seen.shape), target, cuts)
    np.testing.assert_array_equal(target.reshape(seen.shape), seen)
    assert np.all(around[:1000] == -7) and np.all(around[1000 + seen.size :] == -7)


@pytest.mark.parametrize("case", [case for case in VIEWS if case != "broadcast"])  # there, places overlap
def test_the_adjoint_direction_writes_into_views(case):
    shape, view = VIEWS[case]
    target = np.zeros(int(np.prod(shape)), np.float32)
    expected = np.zeros(shape, np.float32)
    x = numbers(view(expected).shape)
    copy(x.reshape(view(expected).shape), x, view(target.reshape(shape)), target)
    view(expected)[...] = x.reshape(view(expected).shape)
    np.testing.assert_array_equal(target.reshape(shape), expected)


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype_is_copied(dtype):
    x = numbers((20, 30), dtype)
    target = np.zeros(600, dtype)
    copy(x.reshape(20, 30).T, x, target.reshape(30, 20), target)
    np.testing.assert_array_equal(target.reshape(30, 20), x.reshape(20, 30).T)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_any_permutation_and_slice_is_copied(data):
    shape = data.draw(st.lists(st.integers(1, 12), min_size=1, max_size=4))
    axes = data.draw(st.permutations(range(len(shape))))
    steps = st.sampled_from([1, 1, 2, -1, -2])
    slices = tuple(slice(None, None, data.draw(steps)) for _ in shape)
    x = numbers(shape)
    seen = x.reshape(shape).transpose(axes)[slices]
    target = np.zeros(seen.size, np.float32)
    copy(seen, x, target.reshape(seen.shape), target, (0, 0.5, 1))
    np.testing.assert_array_equal(target.reshape(seen.shape), seen)


def test_sizes_of_one_may_stand_anywhere():
    x, target = numbers((6, 10)), np.zeros(60, np.float32)
    for place in range(3):
        target[:] = 0
        sizes, steps, to = six((10, 6), 1, place), six((1, 10), 0, place), six((6, 1), 0, place)
        movement.copy_strided(x, 0, steps, target, 0, to, sizes, 0, sizes[0])
        np.testing.assert_array_equal(target.reshape(10, 6), x.reshape(6, 10).T)


@pytest.mark.parametrize("dtype", DTYPES)
def test_fill(dtype):
    target = np.zeros(10, dtype)
    movement.fill(target, dtype(1), 2, 7)
    np.testing.assert_array_equal(target, [0, 0, 1, 1, 1, 1, 1, 0, 0, 0])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("index_dtype", [np.int32, np.int64])
def test_gather_rows(dtype, index_dtype):
    source, rows = numbers((9, 4), dtype), np.array([3, 3, 0, 8], index_dtype)
    target = np.zeros(16, dtype)
    movement.gather_rows(source, rows, target, 4, 0, 3)
    movement.gather_rows(source, rows, target, 4, 3, 4)
    np.testing.assert_array_equal(target.reshape(4, 4), source.reshape(9, 4)[rows])


@pytest.mark.parametrize(("outer", "axis_size", "inner"), [(1, 5, 3), (4, 6, 1), (2, 3, 7), (0, 3, 2), (2, 3, 0)])
def test_gather_equals_take(outer, axis_size, inner):
    params = numbers((outer, axis_size, inner))
    indices = np.array([2, 0, 0, 1], np.int32)
    out = np.zeros(outer * 4 * inner, np.float32)
    for start, stop in [(0, outer * 2), (outer * 2, outer * 4)]:
        assert movement.gather(params, indices, out, outer, axis_size, inner, 4, start, stop) == -1
    expected = params.reshape(outer, axis_size, inner)[:, indices]
    np.testing.assert_array_equal(out.reshape(outer, 4, inner), expected)


def test_gather_reports_the_first_index_out_of_range_and_gives_zeros():
    params, indices = numbers((2, 3, 2)), np.array([0, 3, 2, -1])
    out = np.full(16, 9, np.float32)
    assert movement.gather(params, indices, out, 2, 3, 2, 4, 0, 8) == 1
    assert movement.gather(params, indices, out, 2, 3, 2, 4, 2, 8) == 3
    expected = params.reshape(2, 3, 2)[:, [0, 0, 2, 0]]
    expected[:, [1, 3]] = 0
    np.testing.assert_array_equal(out.reshape(2, 4, 2), expected)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 3),
    st.integers(1, 9),
    st.integers(1, 5),
    st.lists(st.integers(-1, 9), max_size=20),
    st.integers(0, 27),
)
def test_scatter_add_is_the_adjoint_of_gather_in_any_split(outer, axis_size, inner, indices, cut):
    generator, indices = np.random.default_rng(1), np.array(indices, np.int64)
    updates = generator.normal(size=(outer, len(indices), inner)).astype(np.float32)
    expected = np.zeros((outer, axis_size, inner), np.float32)
    for i, index in enumerate(indices):
        if 0 <= index < axis_size:
            expected[:, index] += updates[:, i]
    target = np.full(expected.size, 7, np.float32)
    rows = outer * axis_size
    for start, stop in [(0, min(cut, rows)), (min(cut, rows), rows)]:
        movement.scatter_add(target, indices, updates.ravel(), outer, axis_size, inner, len(indices), start, stop)
    assert target.tobytes() == expected.tobytes()


@pytest.mark.parametrize("dtype", [np.float32, np.int64])
def test_one_hot(dtype):
    indices = np.array([2, -1, 0, 3], np.int32)
    out = np.empty(12, dtype)
    movement.one_hot(indices, out, 3, dtype(5), dtype(1), 0, 2)
    movement.one_hot(indices, out, 3, dtype(5), dtype(1), 2, 4)
    np.testing.assert_array_equal(out.reshape(4, 3), [[1, 1, 5], [1, 1, 1], [5, 1, 1], [1, 1, 1]])
