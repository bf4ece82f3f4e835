"""What datasets yield: the same elements, in the same order, as TensorFlow 1.15.5's, whose answers stand here."""

from __future__ import annotations

from collections import namedtuple

import numpy as np
import pytest

from input_fns.data import experimental
from input_fns.data.dataset import Dataset
from model_fns.errors import DataLossError, InvalidArgumentError, UnknownError
from model_fns.graph.constant import constant
from model_fns.graph.dtypes import int32, string
from model_fns.graph.graph import Graph
from model_fns.ops.arithmetic import cast
from model_fns.ops.checks import check_numerics
from model_fns.ops.comparison import equal
from model_fns.ops.random import random_uniform
from model_fns.ops.shaping import fill
from model_fns.ops.text import string_lower
from tests.input_fns.elements import elements

Pair = namedtuple("Pair", "a b")  # what programs have
numbers, slices = Dataset.range, Dataset.from_tensor_slices


def growing() -> Dataset:
    """[1], [2, 2], [3, 3, 3], [4, 4, 4, 4]"""
    return numbers(1, 5).map(lambda x: fill([x], x))


def pairs():
    yield 1, "a"
    yield 2, "b"


CASES = {
    "range": (lambda: numbers(2, 10, 3), [2, 5, 8]),
    "range downwards": (lambda: numbers(5, 0, -2), [5, 3, 1]),
    "slices of a tuple": (lambda: slices(([1, 2], ["x", "y"])), [(1, b"x"), (2, b"y")]),
    "slices of a dict": (
        lambda: slices({"b": [1.5, 2.5], "a": ([1, 2],)}),
        [{"b": 1.5, "a": (1,)}, {"b": 2.5, "a": (2,)}],
    ),
    "slices of a named tuple": (lambda: slices(Pair([1, 2], [3, 4])), [Pair(1, 3), Pair(2, 4)]),
    "one element": (lambda: Dataset.from_tensors(([1, 2], "x")), [([1, 2], b"x")]),
    "zip": (lambda: Dataset.zip((numbers(3), {"a": numbers(5)})), [(0, {"a": 0}), (1, {"a": 1}), (2, {"a": 2})]),
    "concatenate": (lambda: numbers(2).concatenate(numbers(3)), [0, 1, 0, 1, 2]),
    "batch": (lambda: numbers(5).batch(2), [[0, 1], [2, 3], [4]]),
    "batch of slices": (lambda: slices(np.arange(6).reshape(3, 2)).batch(2), [[[0, 1], [2, 3]], [[4, 5]]]),
    "batch, no remainder": (lambda: numbers(5).batch(2, drop_remainder=True), [[0, 1], [2, 3]]),
    "batches cross epochs": (lambda: slices([1, 2, 3]).repeat(2).batch(2), [[1, 2], [3, 1], [2, 3]]),
    "padded": (lambda: growing().padded_batch(3, [None]), [[[1, 0, 0], [2, 2, 0], [3, 3, 3]], [[4, 4, 4, 4]]]),
    "padded to a size": (
        lambda: growing().padded_batch(2, [5], np.int64(-1)),
        [[[1, -1, -1, -1, -1], [2, 2, -1, -1, -1]], [[3, 3, 3, -1, -1], [4, 4, 4, 4, -1]]],
    ),
    "padded strings": (
        lambda: slices(["a", "bb"]).map(lambda x: fill([2], x)).padded_batch(2, [3]),
        [[[b"a", b"a", b""], [b"bb", b"bb", b""]]],
    ),
    "batch of strings that were made": (
        lambda: slices(["A", "B"]).map(lambda x: (string_lower(x), x)).batch(2),
        [([b"a", b"b"], [b"A", b"B"])],
    ),
    "padded, parts": (
        lambda: growing().map(lambda x: (x, 7)).padded_batch(2, ([-1], []), drop_remainder=True),
        [([[1, 0], [2, 2]], [7, 7]), ([[3, 3, 3, 0], [4, 4, 4, 4]], [7, 7])],
    ),
    "unbatch": (lambda: numbers(4).batch(2).unbatch(), [0, 1, 2, 3]),
    "map": (
        lambda: numbers(3).map(lambda x: (x, {"y": cast(x, "float32") * 2})),
        [(0, {"y": 0}), (1, {"y": 2}), (2, {"y": 4})],
    ),
    "map of a tuple": (lambda: slices(([1, 2], [3, 4])).map(lambda a, b: a + b), [4, 6]),
    "map of a dict": (lambda: slices({"a": [1, 2]}).map(lambda d: d["a"] + 1), [2, 3]),
    "map to a list": (lambda: numbers(2).map(lambda x: [x, x + 1]), [(0, 1), (1, 2)]),
    "map to constants": (lambda: numbers(2).map(lambda x: (1, "a", 2.5)), [(1, b"a", 2.5)] * 2),
    "map with a tensor from outside": (lambda: _with_outside(), [10, 11]),
    "flat_map": (lambda: numbers(4).flat_map(numbers), [0, 0, 1, 0, 1, 2]),
    "flat_map with datasets from outside": (
        lambda: numbers(2).flat_map(lambda x: Dataset.zip((Dataset.from_tensors(x).repeat(), numbers(2)))),
        [(0, 0), (0, 1), (1, 0), (1, 1)],
    ),
    "interleave": (
        lambda: numbers(1, 6).interleave(lambda x: Dataset.from_tensors(x).repeat(6), 2, 4),
        [1, 1, 1, 1, 2, 2, 2, 2, 1, 1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 3, 3, 4, 4, 5, 5, 5, 5, 5, 5],
    ),
    "filter": (lambda: numbers(6).filter(lambda x: equal(x % 2, 0)), [0, 2, 4]),
    "take": (lambda: numbers(4).take(2), [0, 1]),
    "take all": (lambda: numbers(4).take(-1), [0, 1, 2, 3]),
    "skip": (lambda: numbers(4).skip(3), [3]),
    "skip all": (lambda: numbers(4).skip(-1), []),
    "shard": (lambda: numbers(7).shard(3, 1), [1, 4]),
    "enumerate": (lambda: numbers(5, 7).enumerate(start=3), [(3, 5), (4, 6)]),
    "repeat": (lambda: numbers(2).repeat(2), [0, 1, 0, 1]),
    "repeat not at all": (lambda: numbers(2).repeat(0), []),
    "repeat nothing for ever": (lambda: numbers(0).repeat(), []),
    "repeat for ever": (lambda: numbers(2).repeat().take(5), [0, 1, 0, 1, 0]),
    "shuffle in a buffer of one": (lambda: numbers(6).shuffle(1), [0, 1, 2, 3, 4, 5]),
    "cache": (lambda: numbers(2).cache().repeat(2), [0, 1, 0, 1]),
    "prefetch": (lambda: numbers(2).prefetch(experimental.AUTOTUNE), [0, 1]),
    "apply": (lambda: numbers(3).apply(lambda d: d.map(lambda x: x + 1)), [1, 2, 3]),
    "map_and_batch": (lambda: numbers(5).apply(experimental.map_and_batch(lambda x: x * 2, 2)), [[0, 2], [4, 6], [8]]),
    "counter": (lambda: experimental.Counter(3, 2).take(3), [3, 5, 7]),
    "generator": (lambda: Dataset.from_generator(pairs, ("int32", "string")), [(1, b"a"), (2, b"b")]),
    "generator, converted": (lambda: Dataset.from_generator(lambda: iter([1.5]), "int32"), [1]),
    "generator of dicts": (lambda: Dataset.from_generator(lambda: iter([{"a": 1}]), {"a": "int32"}), [{"a": 1}]),
    "generator with arguments": (
        lambda: Dataset.from_generator(lambda n: iter(range(n)), "int32", args=([3])),
        [0, 1, 2],
    ),
    "generator anew": (
        lambda: Dataset.from_generator(pairs, ("int32", "string")).repeat(2).skip(2),
        [(1, b"a"), (2, b"b")],
    ),
}


def _with_outside() -> Dataset:
    outside = constant(np.int64(7)) + constant(np.int64(3))
    return numbers(2).map(lambda x: x + outside)


@pytest.fixture(autouse=True)
def graph():
    with Graph().as_default() as graph:
        yield graph


@pytest.mark.parametrize("name", CASES)
def test_elements_are_tensorflows(name):
    dataset, expected = CASES[name]
    assert elements(dataset()) == expected


ERRORS = {
    "a batch of nothing": (lambda: numbers(5).batch(0), InvalidArgumentError, "Batch size must be greater than zero."),
    "shapes that differ": (
        lambda: Dataset.from_generator(lambda: iter([[1], [1, 2]]), "int32").batch(2),
        InvalidArgumentError,
        "Cannot batch tensors with different shapes in component 0. "
        "First element had shape [1] and element 1 had shape [2].",
    ),
    "too small a padding": (
        lambda: growing().padded_batch(3, [2]),
        DataLossError,
        "Attempted to pad to a smaller size than the input element.",
    ),
    "an empty buffer": (lambda: numbers(6).shuffle(0), InvalidArgumentError, "buffer_size must be greater than zero."),
    "a shard too many": (
        lambda: numbers(7).shard(3, 3),
        InvalidArgumentError,
        "Index must be between 0 and 2 (currently index = 3).",
    ),
    "no shards": (
        lambda: numbers(7).shard(0, 0),
        InvalidArgumentError,
        "Number of shards must be greater than zero (currently num_shards = 0).",
    ),
    "a generator's structure": (
        lambda: Dataset.from_generator(lambda: iter([1]), (int32, string)),
        InvalidArgumentError,
        "TypeError: `generator` yielded an element that did not match the expected structure. "
        "The expected structure was (tf.int32, tf.string), but the yielded element was 1.",
    ),
    "a generator's type": (
        lambda: Dataset.from_generator(lambda: iter(["x"]), "int32"),
        InvalidArgumentError,
        "TypeError: `generator` yielded an element that could not be converted to the expected type. "
        "The expected type was int32, but the yielded element was x.",
    ),
    "a generator's shape": (
        lambda: Dataset.from_generator(lambda: iter([[1, 2]]), "int32", [3]),
        InvalidArgumentError,
        "ValueError: `generator` yielded an element of shape (2,) where an element of shape (3,) was expected.",
    ),
    "a generator's ValueError": (
        lambda: Dataset.from_generator(lambda: _failing(ValueError), "int32"),
        InvalidArgumentError,
        "ValueError: boom",
    ),
    "a generator's KeyError": (
        lambda: Dataset.from_generator(lambda: _failing(KeyError), "int32"),
        UnknownError,
        "KeyError: 'boom'",
    ),
    "an operation's": (
        lambda: numbers(1).map(lambda x: fill([x - 2], x)),
        InvalidArgumentError,
        "[[node Fill]]",
    ),
}


def _failing(kind):
    yield 1
    raise kind("boom")


@pytest.mark.parametrize("name", ERRORS)
def test_what_goes_wrong_is_said(name):
    dataset, kind, sentence = ERRORS[name]
    with pytest.raises(kind) as caught:
        elements(dataset())
    assert sentence in caught.value.message


def test_random_numbers_differ_from_element_to_element_and_follow_from_the_seed(graph):
    dataset = numbers(50).map(lambda x: random_uniform([]))
    assert len(set(elements(dataset))) == 50
    assert elements(dataset) == elements(dataset)
    assert elements(dataset) != elements(dataset, seed=4)
    assert elements(dataset) != elements(dataset, start=1)


def test_a_function_is_called_once(graph):
    calls = []
    elements(numbers(9).map(lambda x: calls.append(x) or x))
    assert len(calls) == 1


def test_a_cache_reads_its_input_once():
    reads = []
    dataset = Dataset.from_generator(lambda: reads.append(1) or iter(range(3)), "int32").cache().repeat(4)
    assert elements(dataset) == [0, 1, 2] * 4
    assert len(reads) == 1


def test_elements_that_fail_are_left_out(graph):
    dataset = numbers(6).map(lambda x: check_numerics(1.0 / (2.0 - cast(x, "float32")), "not a number"))
    assert elements(dataset.apply(experimental.ignore_errors())) == [0.5, 1.0, -1.0, -0.5, pytest.approx(-1 / 3)]
    with pytest.raises(InvalidArgumentError, match="not a number"):
        elements(dataset)
