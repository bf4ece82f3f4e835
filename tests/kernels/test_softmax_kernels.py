"""Softmax kernels against float64 NumPy; rows do not depend on the split."""

from itertools import pairwise

import numpy as np
import pytest

from tests.kernels.from_python import short_softmax as short
from tests.kernels.from_python import softmax as kernels

SHAPES = [(1, 1), (7, 10), (300, 10), (3, 1000), (2, 5000), (5, 64), (0, 10)]
CUTS = [(0, 1), (0, 0.3, 0.35, 1)]


def parts(rows, cuts):
    places = [round(cut * rows) for cut in cuts]
    return pairwise(places)


def logits_of(shape, dtype, scale=5.0):
    return (scale * np.random.default_rng(shape[0] + shape[1]).normal(size=shape)).astype(dtype)


def exact_log_softmax(x):
    x = x.astype(np.float64)
    shifted = x - x.max(axis=1, keepdims=True, initial=-np.inf)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def tolerance(dtype):
    return {"rtol": 2e-6, "atol": 2e-6} if dtype == np.float32 else {"rtol": 1e-13, "atol": 1e-13}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax_equals_numpy_in_any_split(name, shape, dtype):
    x, results = logits_of(shape, dtype), []
    for cuts in CUTS:
        results.append(np.empty(x.size, dtype))
        for start, stop in parts(shape[0], cuts):
            getattr(kernels, name)(x.ravel(), results[-1], shape[1], start, stop)
    expected = exact_log_softmax(x)
    expected = np.exp(expected) if name == "softmax" else expected
    np.testing.assert_allclose(results[0].reshape(shape), expected, **tolerance(dtype))
    assert results[0].tobytes() == results[1].tobytes()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", SHAPES)
def test_cross_entropy_equals_numpy_in_any_split(shape, dtype):
    x, results = logits_of(shape, dtype), []
    labels = np.random.default_rng(1).random(shape).astype(dtype)  # rows need not sum to 1
    for cuts in CUTS:
        loss, gradient = np.empty(shape[0], dtype), np.empty(x.size, dtype)
        for start, stop in parts(shape[0], cuts):
            kernels.softmax_cross_entropy(x.ravel(), labels.ravel(), loss, gradient, shape[1], start, stop)
        results.append((loss, gradient))
    logarithm = exact_log_softmax(x)
    (loss, gradient), weight = results[0], labels.astype(np.float64).sum(axis=1, keepdims=True)
    scale = max(1, shape[1])
    np.testing.assert_allclose(loss / scale, -(labels * logarithm).sum(axis=1) / scale, **tolerance(dtype))
    np.testing.assert_allclose(gradient.reshape(shape), np.exp(logarithm) * weight - labels, **tolerance(dtype))
    assert all(a.tobytes() == b.tobytes() for a, b in zip(*results, strict=True))


@pytest.mark.parametrize("label_dtype", [np.int32, np.int64])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", SHAPES)
def test_sparse_cross_entropy_equals_numpy_in_any_split(shape, dtype, label_dtype):
    check_sparse_cross_entropy(kernels.sparse_softmax_cross_entropy, shape, dtype, label_dtype)


@pytest.mark.parametrize("classes", [1, 2, 3, 10, 15, 16])
@pytest.mark.parametrize("rows", [0, 1, 31, 32, 33, 100])
def test_sparse_cross_entropy_of_few_classes_equals_numpy_in_any_split(rows, classes):
    check_sparse_cross_entropy(short.sparse_softmax_cross_entropy, (rows, classes), np.float32, np.int32)


def check_sparse_cross_entropy(kernel, shape, dtype, label_dtype):
    x, results = logits_of(shape, dtype), []
    labels = np.random.default_rng(2).integers(0, shape[1], shape[0]).astype(label_dtype)
    for cuts in CUTS:
        loss, gradient = np.empty(shape[0], dtype), np.empty(x.size, dtype)
        for start, stop in parts(shape[0], cuts):
            assert kernel(x.ravel(), labels, loss, gradient, shape[1], start, stop) == -1
        results.append((loss, gradient))
    logarithm, rows = exact_log_softmax(x), np.arange(shape[0])
    expected = np.exp(logarithm)
    expected[rows, labels] -= 1
    np.testing.assert_allclose(results[0][0], -logarithm[rows, labels], **tolerance(dtype))
    np.testing.assert_allclose(results[0][1].reshape(shape), expected, **tolerance(dtype))
    assert all(a.tobytes() == b.tobytes() for a, b in zip(*results, strict=True))


@pytest.mark.parametrize("module", [kernels, short], ids=["softmax", "short_softmax"])
def test_labels_out_of_range_are_reported_and_make_nan(module):
    x, labels = logits_of((6, 4), np.float32).ravel(), np.array([0, 1, 4, 3, -1, 2], np.int32)
    loss, gradient = np.empty(6, np.float32), np.empty(24, np.float32)
    assert module.sparse_softmax_cross_entropy(x, labels, loss, gradient, 4, 0, 6) == 2
    assert module.sparse_softmax_cross_entropy(x, labels, loss, gradient, 4, 3, 6) == 4
    np.testing.assert_array_equal(np.isnan(loss), [False, False, True, False, True, False])
    np.testing.assert_array_equal(np.isnan(gradient.reshape(6, 4)).all(axis=1), np.isnan(loss))
    assert np.isfinite(gradient.reshape(6, 4)[[0, 1, 3, 5]]).all()


def test_large_logits_do_not_overflow():
    x = np.array([1e4, 0.0, -1e4, 3e38, -3e38, 0.0], np.float32)
    out = np.empty(6, np.float32)
    kernels.softmax(x, out, 3, 0, 2)
    np.testing.assert_array_equal(out, [1, 0, 0, 1, 0, 0])
    for module in (kernels, short):
        loss, gradient = np.empty(2, np.float32), np.empty(6, np.float32)
        assert module.sparse_softmax_cross_entropy(x, np.array([1, 0]), loss, gradient, 3, 0, 2) == -1
        np.testing.assert_array_equal(loss, [1e4, 0])
        np.testing.assert_array_equal(gradient, [1, -1, 0, 0, 0, 0])


def test_nan_stays_in_its_row():
    x = np.array([np.nan, 1.0, 2.0, 3.0], np.float32)
    out = np.empty(4, np.float32)
    kernels.softmax(x, out, 2, 0, 2)
    np.testing.assert_array_equal(np.isnan(out), [True, True, False, False])


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [0, 1, 4])
def test_what_is_no_number_stays_in_its_row_of_few_classes_and_does_what_it_does_in_longer_ones(place, number):
    x, labels = logits_of((3, 5), np.float32), np.array([0, 1, 2], np.int32)
    x[1, place] = number
    found = []
    for module in (kernels, short):
        loss, gradient = np.empty(3, np.float32), np.empty(15, np.float32)
        assert module.sparse_softmax_cross_entropy(x.ravel(), labels, loss, gradient, 5, 0, 3) == -1
        found.append((loss, gradient))
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)
    assert np.isfinite(found[1][1].reshape(3, 5)[[0, 2]]).all()
