"""Summaries: tags, names, collections and values."""

from __future__ import annotations

import inspect
import zlib

import numpy as np
import pytest

from estimators.compiler.reference import evaluate
from model_fns import summary
from model_fns.errors import InvalidArgumentError
from model_fns.graph.constant import constant
from model_fns.graph.dtypes import float32, string
from model_fns.graph.graph import Graph
from model_fns.graph.keys import GraphKeys
from model_fns.ops.control import placeholder
from model_fns.protos.summary import Summary
from model_fns.summary_encoding import pixels


@pytest.fixture(autouse=True)
def graph():
    with Graph().as_default() as made:
        yield made


def values_of(tensor, feeds=None):
    return Summary.FromString(evaluate([tensor], feeds or {})[0]).value


IMAGES = np.random.default_rng(0).uniform(size=(3, 4, 5, 1)).astype(np.float32)
SOUNDS = np.random.default_rng(0).uniform(-1, 1, size=(1, 8)).astype(np.float32)
CASES = {  # how to make it, its tags, and the field of the message that holds the value
    "scalar": (lambda **more: summary.scalar("s", constant(2.5), **more), ["s"], "simple_value"),
    "histogram": (lambda **more: summary.histogram("h", constant([[1.0, 2.0]]), **more), ["h"], "histo"),
    "image": (lambda **more: summary.image("i", constant(IMAGES), 2, **more), ["i/image/0", "i/image/1"], "image"),
    "audio": (lambda **more: summary.audio("a", constant(SOUNDS), 8000, max_outputs=1, **more), ["a/audio"], "audio"),
    "text": (lambda **more: summary.text("t", constant("hello"), **more), ["t"], "tensor"),
}


def test_every_kind_has_a_case():
    functions = {name for name, value in vars(summary).items() if inspect.isfunction(value)}
    kinds = {name for name in functions if "collections" in inspect.signature(getattr(summary, name)).parameters}
    kinds = {name for name in kinds if not name.startswith("_")} - {"merge"}
    assert not kinds - set(CASES), f"no case: {sorted(kinds - set(CASES))}"


@pytest.mark.parametrize("kind", CASES)
def test_every_kind(kind, graph):
    make, tags, field = CASES[kind]
    made = make()
    assert (made.dtype, made.shape, made.op.name) == (string, (), tags[0].split("/")[0])
    assert graph.get_collection(GraphKeys.SUMMARIES) == [made]
    values = values_of(made)
    assert [(value.tag, value.WhichOneof("value")) for value in values] == [(tag, field) for tag in tags]


@pytest.mark.parametrize("kind", CASES)
def test_collections(kind, graph):
    made = CASES[kind][0](collections=["mine"])
    assert graph.get_collection(GraphKeys.SUMMARIES) == []
    assert graph.get_collection("mine") == [made]


def test_values():
    assert values_of(summary.scalar("s", constant(2.5)))[0].simple_value == 2.5
    (sound,) = values_of(summary.audio("a", constant(SOUNDS), 8000.0))
    assert (sound.audio.sample_rate, sound.audio.num_channels, sound.audio.length_frames) == (8000, 1, 8)
    (picture,) = values_of(summary.image("i", constant(IMAGES), 1))
    assert (picture.image.height, picture.image.width, picture.image.colorspace) == (4, 5, 1)


# What TensorFlow 1.15.5 evaluated the same summaries to, byte for byte.
TENSORFLOW = {
    "scalar, family": (
        lambda: summary.scalar("fam", constant(1.0), family="f"),
        b"\n\x0e\n\x07f/f/fam\x15\x00\x00\x80?",
    ),
    "merge": (
        lambda: summary.merge([summary.scalar("a", constant(1.5)), summary.scalar("b", constant(2.5))]),
        b"\n\x08\n\x01a\x15\x00\x00\xc0?\n\x08\n\x01b\x15\x00\x00 @",
    ),
    "histogram of integers": (
        lambda: summary.histogram("i", constant(np.array([1, 2, 2]))),
        b"\n\x87\x01\n\x01i*\x81\x01\t\x00\x00\x00\x00\x00\x00\xf0?\x11\x00\x00\x00\x00\x00\x00\x00@\x19\x00\x00\x00"
        b'\x00\x00\x00\x08@!\x00\x00\x00\x00\x00\x00\x14@)\x00\x00\x00\x00\x00\x00"@2(\x08\x99i\x19\x15Z\xed?+\x14\xfa'
        b"\xcd\xbe$\xf0?\xdc\x94\xcd.\x8du\xff?\xe0\x11\xf1\x0ctM\x01@\xff\xff\xff\xff\xff\xff\xef\x7f:(\x00\x00\x00\x00"
        b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xf0?\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00@\x00\x00"
        b"\x00\x00\x00\x00\x00\x00",
    ),
    "histogram of nothing": (
        lambda: summary.histogram("e", constant(np.zeros(0, np.float32))),
        b"\n+\n\x01e*&\t\xff\xff\xff\xff\xff\xff\xef\x7f\x11\xff\xff\xff\xff\xff\xff\xef\xff2\x08\xff\xff\xff\xff\xff\xff"
        b"\xef\x7f:\x08\x00\x00\x00\x00\x00\x00\x00\x00",
    ),
    "text": (
        lambda: summary.text("tt", constant([["a", "b"]])),
        b'\n"\n\x02ttB\x12\x08\x07\x12\x08\x12\x02\x08\x01\x12\x02\x08\x02B\x01aB\x01bJ\x08\n\x06\n\x04text',
    ),
    "audio": (
        lambda: summary.audio("au", constant([[0.0, 0.5, -0.5, 1.0, -1.0, 2.0, 0.3, 1e-5]]), 8000),
        b'\n`\n\nau/audio/02R\r\x00\x00\xfaE\x10\x01\x18\x08"<RIFF4\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00'
        b"@\x1f\x00\x00\x80>\x00\x00\x02\x00\x10\x00data\x10\x00\x00\x00\x00\x00\x00@\x00\xc0\xff\x7f\x00\x80\xff\x7ff&\x00\x00*"
        b"\taudio/wav",
    ),
}


@pytest.mark.parametrize("case", TENSORFLOW)
def test_the_bytes_are_tensorflows(case):
    make, expected = TENSORFLOW[case]
    assert evaluate([make()])[0] == expected


def test_buckets_of_a_histogram():
    """The same array in TensorFlow 1.15.5: buckets grow by 1.1, and empty neighbours are one."""
    values = np.array([-3.0, 0.0, 0.0, 1e-13, 0.5, 0.5, 7.0, 1e25], np.float32)
    (value,) = values_of(summary.histogram("h", constant(values)))
    np.testing.assert_allclose(value.histo.bucket_limit[:2], [-3.166583, -2.878712], rtol=1e-6)
    assert value.histo.bucket_limit[2] == 0 and value.histo.bucket_limit[-1] == np.finfo(np.float64).max
    assert value.histo.bucket == [0, 1, 0, 3, 0, 2, 0, 1, 0, 1]
    assert (value.histo.min, value.histo.num, value.histo.max) == (-3, 8, float(np.float32(1e25)))


def test_a_png_is_one_that_others_read():
    (value,) = values_of(summary.image("i", constant(np.arange(24, dtype=np.uint8).reshape(1, 2, 4, 3)), 1))
    png = value.image.encoded_image_string
    assert png[:8] == b"\x89PNG\r\n\x1a\n" and png[12:29] == b"IHDR\0\0\0\x04\0\0\0\x02\x08\x02\0\0\0"
    at, content = 8, {}
    while at < len(png):
        size = int.from_bytes(png[at : at + 4], "big")
        kind, body, check = png[at + 4 : at + 8], png[at + 8 : at + 8 + size], png[at + 8 + size : at + 12 + size]
        assert int.from_bytes(check, "big") == zlib.crc32(kind + body)
        content[kind], at = body, at + 12 + size
    assert zlib.decompress(content[b"IDAT"]) == b"\0" + bytes(range(12)) + b"\0" + bytes(range(12, 24))


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
    assert [values_of(made, {x: value})[0].simple_value for value in (1.0, 2.0)] == [1.0, 2.0]


def test_merging():
    assert summary.merge_all() is None
    summary.scalar("a", constant(1.0))
    summary.scalar("b", constant(2.0))
    merged = summary.merge_all()
    assert merged.name == "Merge/MergeSummary:0"
    assert [value.tag for value in values_of(merged)] == ["a", "b"]
    assert [value.tag for value in values_of(summary.merge_all(scope="b"))] == ["b"]


def test_an_empty_batch_shows_nothing():
    assert values_of(summary.image("i", constant(IMAGES[:0]))) == []


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
    made = pixels(array)
    assert made.dtype == np.uint8
    np.testing.assert_array_equal(made, expected)


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


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: summary.histogram("h", constant([np.nan])), "Nan in summary histogram for: h"),
        (lambda: summary.histogram("h", constant([-np.inf])), "Infinity in summary histogram for: h"),
        (lambda: summary.merge([summary.scalar("s", 1.0)] * 2), "Duplicate tag s found in summary inputs"),
        (
            lambda: summary.image("i", constant(np.zeros((1, 2, 2, 2), np.float32))),
            "Tensor must be 4-D with last dim 1, 3, or 4, not [1,2,2,2]",
        ),
    ],
)
def test_values_that_cannot_be_shown(make, sentence):
    with pytest.raises(InvalidArgumentError) as caught:
        evaluate([make()])
    assert str(caught.value) == sentence
