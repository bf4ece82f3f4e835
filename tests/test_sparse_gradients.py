"""Gradients by looked up rows are TensorFlow 1.15's: IndexedSlices where it has them, with its numbers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import estimators.compat.v1 as tf
from estimators.compiler.reference import evaluate
from model_fns.graph.graph import Graph
from tests.golden import sparse_gradient_cases as cases

GOLDEN = json.loads((Path(__file__).parent / "golden" / "sparse_gradients.json").read_text(encoding="utf-8"))


def test_every_case_has_its_numbers():
    assert sorted(GOLDEN) == sorted(cases.CASES)


@pytest.mark.parametrize("name", cases.CASES)
def test_gradients_are_tensorflows(name: str):
    with Graph().as_default():
        found, slices = cases.facts(tf, name)
        state: dict[str, np.ndarray] = {}
        evaluate([tf.global_variables_initializer(), tf.tables_initializer()], state=state)
        values = dict(zip(found, evaluate(list(found.values()), state=state), strict=True))
    assert slices == GOLDEN[name]["slices"]
    for label, expected in GOLDEN[name]["values"].items():
        np.testing.assert_allclose(values[label], expected, rtol=2e-5, atol=1e-6, err_msg=label)
