"""Types, shapes and representations of datasets, and what is refused when one is made: as TensorFlow 1.15.5 says it."""

from __future__ import annotations

import re
from collections import namedtuple

import numpy as np
import pytest

from input_fns.data.dataset import Dataset, TextLineDataset
from model_fns.graph.dtypes import float32, float64, int32, int64, string
from model_fns.graph.graph import Graph
from model_fns.graph.shapes import TensorShape
from model_fns.graph.tensor import Tensor
from model_fns.ops.control import placeholder
from model_fns.ops.shaping import fill

Pair = namedtuple("Pair", "a b")  # what programs have
numbers, slices = Dataset.range, Dataset.from_tensor_slices


def growing():
    return numbers(1, 5).map(lambda x: fill([x], x))


def pairs():
    yield 1, "a"


# name: (dataset, types, shapes)
STRUCTURES = {
    "array": (lambda: slices(np.zeros((3, 2))), float64, [2]),
    "list": (lambda: slices([1, 2, 3]), int32, []),
    "tuple": (lambda: slices(([1.0, 2.0], ["a", "b"])), (float32, string), ([], [])),
    "dict": (
        lambda: slices({"b": [1.0, 2.0], "a": (["a", "b"], [1, 2])}),
        {"b": float32, "a": (string, int32)},
        {"b": [], "a": ([], [])},
    ),
    "named tuple": (lambda: slices(Pair([1.0, 2.0], [1, 2])), Pair(float32, int32), Pair([], [])),
    "one": (lambda: Dataset.from_tensors(([1, 2], "x")), (int32, string), ([2], [])),
    "zip": (lambda: Dataset.zip((numbers(3), {"a": numbers(5)})), (int64, {"a": int64}), ([], {"a": []})),
    "concatenate": (lambda: Dataset.from_tensors([1, 2]).concatenate(Dataset.from_tensors([1, 2, 3])), int32, [None]),
    "batch": (lambda: numbers(5).batch(2), int64, [None]),
    "batch, no remainder": (lambda: numbers(5).batch(2, drop_remainder=True), int64, [2]),
    "padded": (lambda: growing().padded_batch(3, [None]), int64, [None, None]),
    "padded to a size": (lambda: growing().padded_batch(3, [6]), int64, [None, 6]),
    "enumerate": (lambda: numbers(7).enumerate(), (int64, int64), ([], [])),
    "generator": (lambda: Dataset.from_generator(pairs, (int32, string)), (int32, string), (None, None)),
    "generator, shapes": (
        lambda: Dataset.from_generator(pairs, (int32, string), ((), None)),
        (int32, string),
        ([], None),
    ),
    "text": (lambda: TextLineDataset("no such file"), string, []),
    "placeholder": (lambda: slices(placeholder(float32, [None, 3])).batch(4), float32, [None, 3]),
}


@pytest.fixture(autouse=True)
def graph():
    with Graph().as_default():
        yield


def shaped(nest):
    if isinstance(nest, dict):
        return {key: shaped(value) for key, value in nest.items()}
    if isinstance(nest, tuple):
        items = [shaped(item) for item in nest]
        return type(nest)(*items) if hasattr(nest, "_fields") else tuple(items)
    return TensorShape(nest)


@pytest.mark.parametrize("name", STRUCTURES)
def test_types_and_shapes(name):
    make, types, shapes = STRUCTURES[name]
    dataset = make()
    assert dataset.output_types == types
    assert repr(dataset.output_shapes) == repr(shaped(shapes))


def test_classes():
    assert slices(([1], {"a": [2]})).output_classes == (Tensor, {"a": Tensor})


def test_representations():
    assert repr(numbers(3)) == "<DatasetV1Adapter shapes: (), types: tf.int64>"
    assert repr(slices(([1], [2]))) == "<DatasetV1Adapter shapes: ((), ()), types: (tf.int32, tf.int32)>"
    assert repr(numbers(2).batch(2)) == "<DatasetV1Adapter shapes: (?,), types: tf.int64>"


REFUSED = {
    "slices of a number": (lambda: slices(1), ValueError, "has insufficient rank for batching."),
    "slices of different lengths": (
        lambda: slices(([1, 2], [1, 2, 3])),
        ValueError,
        "Dimensions 2 and 3 are not compatible",
    ),
    "nothing": (lambda: Dataset.from_tensors(None), ValueError, "None values not supported."),
    "no range": (lambda: numbers(), ValueError, "Invalid arguments to RangeDataset: ()"),
    "zip of a list": (
        lambda: Dataset.zip([numbers(3)]),
        TypeError,
        "The argument to `Dataset.zip()` must be a nested structure of `Dataset` objects. "
        "Nested structures do not support Python lists; please use a tuple instead.",
    ),
    "zip of a number": (
        lambda: Dataset.zip((numbers(3), 4)),
        TypeError,
        "The argument to `Dataset.zip()` must be a nested structure of `Dataset` objects.",
    ),
    "concatenate of other types": (
        lambda: numbers(2).concatenate(Dataset.from_tensors(1.0)),
        TypeError,
        "Two datasets to concatenate have different types <dtype: 'int64'> and <dtype: 'float32'>",
    ),
    "padding of another type": (
        lambda: numbers(1, 5).padded_batch(3, [], padding_values=1.0),
        TypeError,
        "does not match output type: <dtype: 'int64'>",
    ),
    "padding of another rank": (
        lambda: numbers(1, 5).padded_batch(3, [None]),
        ValueError,
        "The padded shape (?,) is not compatible with the corresponding input component shape ().",
    ),
    "map to None": (
        lambda: numbers(2).map(lambda x: None),
        TypeError,
        "Unsupported return value from function passed to Dataset.map(): None.",
    ),
    "map of no function": (lambda: numbers(3).map(5), ValueError, "Argument must be callable"),
    "flat_map to no dataset": (
        lambda: numbers(2).flat_map(lambda x: x),
        TypeError,
        "`map_func` must return a `Dataset` object.",
    ),
    "filter by a number": (
        lambda: numbers(6).filter(lambda x: x),
        ValueError,
        "`predicate` return type must be convertible to a scalar boolean tensor. "
        "Was TensorSpec(shape=(), dtype=tf.int64, name=None).",
    ),
    "apply to no dataset": (
        lambda: numbers(3).apply(lambda d: 1),
        TypeError,
        "`transformation_func` must return a Dataset. Got 1.",
    ),
    "no generator": (lambda: Dataset.from_generator([1], int32), TypeError, "`generator` must be callable."),
    "iteration": (
        lambda: list(numbers(3)),
        RuntimeError,
        "__iter__() is only supported inside of tf.function or when eager execution is enabled.",
    ),
    "a placeholder in a one-shot iterator": (
        lambda: Dataset.from_tensors(placeholder(float32)).make_one_shot_iterator(),
        ValueError,
        "Cannot capture a placeholder (name:Placeholder, type:Placeholder) by value.",
    ),
    "a cache in a file": (
        lambda: numbers(3).cache("/tmp/x"),
        NotImplementedError,
        "Leave the name out to keep the elements",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_makes_no_sense_is_refused(name):
    make, kind, sentence = REFUSED[name]
    with pytest.raises(kind, match=re.escape(sentence)):
        make()
