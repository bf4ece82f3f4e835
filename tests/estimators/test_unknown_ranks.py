"""Placeholders without a shape: the rank shows when the graph runs, and what is made of it is TensorFlow 1.15's."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf
from tests.golden.unknown_rank_cases import CASES, FED, MATRIX

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[1] / "golden" / "unknown_ranks.json").read_text())


@pytest.fixture(autouse=True)
def _graph():
    with tf.Graph().as_default():
        yield


def built(cases: Mapping[str, Any], x: Any) -> dict[str, list[Any]]:
    """For each case its output, and the gradient by x if there is one."""
    made = {}
    for name, build in cases.items():
        with tf.name_scope("case"):
            y = build(tf, x)
            by_x = tf.gradients(y, x)[0] if y.dtype.is_floating else None
            made[name] = [y] if by_x is None else [y, tf.convert_to_tensor(by_x)]
    return made


@pytest.mark.parametrize("which", ["of any rank", "of matrices"])
def test_values_and_gradients_are_tensorflows(which: str):
    cases, fed = (CASES, FED) if which == "of any rank" else (MATRIX, FED[:1])
    x = tf.placeholder(tf.float32)
    fetches = built(cases, x)
    for name, (y, *_) in fetches.items():
        assert y.shape.is_compatible_with(GOLDEN[name]["shape"]), name
        if GOLDEN[name]["shape"] is not None and None not in GOLDEN[name]["shape"]:
            assert y.shape.as_list() == GOLDEN[name]["shape"], name
    with tf.Session() as session:
        for number, array in enumerate(fed):
            found = session.run(fetches, {x: array})
            for name in cases:
                for value, (shape, items) in zip(found[name], GOLDEN[name]["values"][number], strict=True):
                    assert list(np.shape(value)) == shape, name
                    np.testing.assert_allclose(np.ravel(value), items, rtol=2e-5, atol=2e-6, err_msg=name)


def test_every_case_has_its_golden_numbers():
    assert GOLDEN.keys() == CASES.keys() | MATRIX.keys()


def test_a_rank_that_does_not_fit_is_told_when_it_is_fed():
    x = tf.placeholder(tf.float32)
    sliced, padded = tf.slice(x, [0, 1], [2, 2]), tf.pad(x, [[1, 0], [0, 2]])
    with tf.Session() as session:
        for made in (sliced, padded, tf.transpose(x, [1, 0])):
            with pytest.raises(tf.errors.InvalidArgumentError, match=f"for '{made.op.name}'"):
                session.run(made, {x: FED[1]})
        assert session.run(sliced, {x: FED[0]}).shape == (2, 2)
    with pytest.raises(ValueError, match="Number of mask dimensions must be specified"):
        tf.boolean_mask(x, x > 0)
