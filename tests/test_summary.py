"""Summaries: tags, names, collections and values."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from estimators.compiler.reference import evaluate
from model_fns import summary
from model_fns.graph.constant import constant
from model_fns.graph.dtypes import float32, string, uint8
from model_fns.graph.graph import Graph
from model_fns.graph.keys import GraphKeys
from model_fns.ops.control import placeholder
from model_fns.summary import SummaryValue


@pytest.fixture(autouse=True)
def graph():
    with Graph().as_default() as made:
        yield made


def values_of(tensor, feeds=None):
    return evaluate([tensor], feeds or {})[0]


IMAGES = np.random.default_rng(0).uniform(size=(3, 4, 5, 1)).astype(np.float32)
SOUNDS = np.random.default_rng(0).uniform(-1, 1, size=(1, 8)).astype(np.float32)
CASES = {
    "scalar": (lambda **more: summary.scalar("s", constant(2.5), **more), ["s"]),
    "histogram": (lambda **more: summary.histogram("h", constant([[1.0, 2.0]]), **more), ["h"]),
    "image": (lambda **more: summary.image("i", constant(IMAGES), 2, **more), ["i/image/0", "i/image/1"]),
    "audio": (lambda **more: summary.audio("a", constant(SOUNDS), 8000, max_outputs=1, **more), ["a/audio"]),
    "text": (lambda **more: summary.text("t", constant("hello"), **more), ["t"]),
}


def test_every_kind_has_a_case():
    functions = {name for name, value in vars(summary).items() if inspect.isfunction(value)}
    kinds = {name for name in functions if "collections" in inspect.signature(getattr(summary, name)).parameters}
    kinds = {name for name in kinds if not name.startswith("_")} - {"merge"}
    assert not kinds - set(CASES), f"no case: {sorted(kinds - set(CASES))}"


@pytest.mark.parametrize("kind", CASES)
def test_every_kind(kind, graph):
    make, tags = CASES[kind]
    made = make()
    assert (made.dtype, made.shape, made.op.name) == (string, (), tags[0].split("/")[0])
    assert graph.get_collection(GraphKeys.SUMMARIES) == [made]
    values = values_of(made)
    assert all(isinstance(value, SummaryValue) for value in values)
    assert [(value.tag, value.kind) for value in values] == [(tag, kind) for tag in tags]


@pytest.mark.parametrize("kind", CASES)
def test_collections(kind, graph):
    made = CASES[kind][0](collections=["mine"])
    assert graph.get_collection(GraphKeys.SUMMARIES) == []
    assert graph.get_collection("mine") == [made]


def test_values():
    assert values_of(summary.scalar("s", constant(2.5)))[0].value == 2.5
    np.testing.assert_array_equal(values_of(summary.histogram("h", constant([1.0, 2.0])))[0].value, [1, 2])
    (sound,) = values_of(summary.audio("a", constant(SOUNDS), 8000.0))
    np.testing.assert_array_equal(sound.value, SOUNDS[0][:, None])
    assert sound.sample_rate == 8000


def test_tags_are_unique_and_under_their_name_scope(graph):
    with graph.name_scope("train"):
        first, second = summary.scalar("loss", constant(1.0)), summary.scalar("loss", constant(2.0))
    family = summary.scalar("loss", constant(1.0), family="eval")
    invalid = summary.scalar("/a loss!", constant(1.0))
    tags = [values_of(item)[0].tag for item in (first, second, family, invalid)]
    # Observed on TensorFlow 1.15.5: the family comes twice.
    assert tags == ["train/loss", "train/loss_1", "eval/eval/loss", "a_loss_"]
    assert [item.op.name for item in (first, second, family)] == ["train/loss", "train/loss_1", "eval/loss"]


def test_a_scalar_follows_its_tensor():
    x = placeholder(float32, [])
    made = summary.scalar("x", x)
    assert [values_of(made, {x: value})[0].value for value in (1.0, 2.0)] == [1.0, 2.0]


def test_merging():
    assert summary.merge_all() is None
    summary.scalar("a", constant(1.0))
    summary.scalar("b", constant(2.0))
    merged = summary.merge_all()
    assert merged.name == "Merge/MergeSummary:0"
    assert [value.tag for value in values_of(merged)] == ["a", "b"]
    assert [value.tag for value in values_of(summary.merge_all(scope="b"))] == ["b"]
    assert [value.tag for value in values_of(summary.merge([merged, merged]))] == ["a", "b", "a", "b"]


def test_an_empty_batch_shows_nothing():
    assert values_of(summary.image("i", constant(IMAGES[:0]))) == ()


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ([[[7], [255]]], [[[7], [255]]]),
        ([[[0.0], [0.5], [2.0]]], [[[0], [63], [255]]]),
        ([[[-1.0], [0.0], [0.5]]], [[[1], [128], [191]]]),
        ([[[0.0], [0.0]]], [[[0], [0]]]),
        ([[[np.nan, 1.0, 1.0], [1.0, 1.0, 1.0]]], [[[255, 0, 0], [255, 255, 255]]]),
    ],
)
def test_pixels(image, expected):
    array = np.array(image, np.uint8 if isinstance(image[0][0][0], int) else np.float32)
    pixels = summary.pixels(array)
    assert pixels.dtype == np.uint8
    np.testing.assert_array_equal(pixels, expected)


def test_uint8_images_are_taken():
    (value,) = values_of(summary.image("i", constant(np.full((1, 2, 2, 3), 9), uint8), 1))
    assert (value.tag, value.value.tolist()) == ("i/image", np.full((2, 2, 3), 9).tolist())


@pytest.mark.parametrize(
    ("provoke", "kind"),
    [
        (lambda: summary.scalar("s", constant([1.0, 2.0])), ValueError),
        (lambda: summary.image("i", constant([1.0])), ValueError),
        (lambda: summary.text("t", constant(1.0)), ValueError),
        (lambda: summary.merge([constant(1.0)]), TypeError),
    ],
)
def test_bad_input(provoke, kind):
    with pytest.raises(kind):
        provoke()
