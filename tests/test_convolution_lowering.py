"""Convolutions of real sizes, for which another algorithm may be chosen: equal to the reference, for any workers."""

from __future__ import annotations

from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import estimators.compat.v1 as tf
from estimators.compiler.executable import Executable
from estimators.compiler.pipeline import optimised
from estimators.compiler.reference import evaluate
from model_fns.autodiff import gradients
from model_fns.graph.dimensions import Symbol
from model_fns.graph.graph import Graph
from model_fns.ops.control import placeholder
from model_fns.ops.convolution import conv2d
from model_fns.ops.reduction import reduce_sum
from tests.cases.compiled import captured

# image, kernel, channels, outputs, padding, stride, and what the three walks are to be
SHAPES = {
    "5x5, wide": (14, 5, 32, 64, "SAME", 1, "F(4x4, 5x5)"),
    "5x5, odd channels": (12, 5, 20, 50, "VALID", 1, "F(4x4, 5x5)"),
    "3x3": (14, 3, 64, 48, "SAME", 1, "F("),
    "first layer": (28, 5, 1, 32, "SAME", 1, "direct"),
    "strides": (14, 3, 16, 16, "SAME", 2, "direct"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_equals_the_reference(shape: str) -> None:
    size, window, channels, outputs, padding, stride, wanted = SHAPES[shape]
    random = np.random.default_rng(3)
    with Graph().as_default():
        x = placeholder("float32", [None, size, size, channels], name="x")
        weights = placeholder("float32", [window, window, channels, outputs], name="weights")
        y = conv2d(x, weights, [1, stride, stride, 1], padding)
        fetches = [y, *gradients(reduce_sum(y * y), [x, weights])]
        executable = Executable(optimised(captured(fetches, [x, weights])))
        notes = executable.emitted.names.notes
        assert len(notes) == 3 and wanted in notes[0], notes
        w = random.standard_normal((window, window, channels, outputs)).astype(np.float32)
        for examples in (1, 5, 0):
            images = random.standard_normal((examples, size, size, channels)).astype(np.float32)
            expected = evaluate(fetches, {x: images.astype(np.float32), weights: w})
            alone = executable.run({}, [images, w], workers=1)[1]
            shared = executable.run({}, [images, w], workers=3)[1]
            for one, several, reference in zip(alone, shared, expected, strict=True):
                np.testing.assert_array_equal(one, several)
                scale = np.abs(reference).max(initial=1e-30)
                assert np.abs(one - reference).max(initial=0) <= 3e-5 * scale


class Network(NamedTuple):
    """A convolution, relu and max pooling, then a dense layer."""

    height: int
    width: int
    window: int
    channels: int
    outputs: int
    stride: int
    padding: str
    pool: int
    units: int
    examples: int


@st.composite
def networks(draw: st.DrawFn) -> Network:
    window, stride = draw(st.integers(1, 5)), draw(st.integers(1, 2))
    height, width = (draw(st.integers(window + 2 * stride, 13)) for _ in range(2))
    channels, outputs, units = (draw(st.integers(1, 70)) for _ in range(3))
    padding, pool = draw(st.sampled_from(["SAME", "VALID"])), draw(st.integers(2, 3))
    # Few enough that none lies within rounding of where relu or the maximum changes its mind.
    most = max(1, min(130, 20_000 // (height * width * outputs)))
    examples = draw(st.integers(0, most))
    return Network(height, width, window, channels, outputs, stride, padding, pool, units, examples)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(networks(), st.integers(0, 1000))
def test_random_networks_equal_the_reference_for_any_workers(network: Network, seed: int) -> None:
    """The cross-entropy, and its gradients by everything."""
    height, width, window, channels, outputs, stride, padding, pool, units, examples = network
    generator = np.random.default_rng(seed)
    with Graph().as_default():
        x = placeholder("float32", [None, height, width, channels])
        weights = placeholder("float32", [window, window, channels, outputs])
        bias, labels = placeholder("float32", [outputs]), placeholder("int64", [None])
        made = tf.nn.relu(tf.nn.bias_add(conv2d(x, weights, [1, stride, stride, 1], padding), bias))
        flat = tf.layers.flatten(tf.nn.max_pool(made, [1, pool, pool, 1], [1, pool, pool, 1], "SAME"))
        dense = placeholder("float32", [flat.dims[1], units])
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=tf.matmul(flat, dense))
        fetches = [losses, *gradients(reduce_sum(losses), [weights, bias, dense, x])]
        floats = [x, weights, bias, dense]
        feeds: dict[Any, np.ndarray] = {labels: generator.integers(0, units, examples)}
        for tensor, scale in zip(floats, (1.0, (window * channels**0.5) ** -1, 1.0, 0.03), strict=True):
            shape = [examples if isinstance(size, Symbol) else size for size in tensor.dims]
            feeds[tensor] = (scale * generator.standard_normal(shape)).astype(np.float32)
        executable = Executable(optimised(captured(fetches, list(feeds))))
        with patch.object(Executable, "_worth_sharing", lambda *given: given[-1]):
            runs = [executable.run({}, list(feeds.values()), workers=workers)[1] for workers in (1, 2, 3)]
        alone, *shared = [[np.asarray(value).tobytes() for value in run] for run in runs]
        assert shared == [alone, alone]
        for value, expected in zip(runs[0], evaluate(fetches, feeds), strict=True):
            assert value.shape == expected.shape
            assert np.abs(value - expected).max(initial=0) <= 1e-4 * np.abs(expected).max(initial=1e-30)


def test_unknown_sizes_are_computed_directly_and_it_says_so() -> None:
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [None, None, None, 3])
        weights = tf.constant(np.ones((3, 3, 3, 4), np.float32))
        y = tf.nn.conv2d(x, weights, [1, 1, 1, 1], "SAME", name="y")
        with tf.Session() as session:
            assert session.run(y, {x: np.ones((2, 5, 6, 3), np.float32)})[0, 2, 2, 0] == 27
            assert session.run(y, {x: np.ones((1, 7, 4, 3), np.float32)}).shape == (1, 7, 4, 4)
            told = session.last_prepared.explanation()
    assert told.endswith("== kernels\ny: direct: sizes other than the batch are not known")
