"""tf.contrib's layers, cells, decoders and losses beside what TensorFlow 1.15 made of them (golden/make_contrib.py)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import estimators.compat.v1 as tf
from tests.golden.contrib_cases import CASES, measured

GOLDEN = json.loads((Path(__file__).parent / "golden" / "contrib.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def ours():
    return measured(tf)


def test_tensorflow_has_run_every_case():
    assert sorted(GOLDEN) == sorted(CASES)


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_case(name, ours):
    expected, found = GOLDEN[name], ours[name]
    assert found["variables"] == expected["variables"]
    for mine, theirs in zip(found["outputs"], expected["outputs"], strict=True):
        assert mine == pytest.approx(theirs, rel=1e-4, abs=2e-5)
    mine, theirs = ([size for size in sizes if size] for sizes in (found["gradients"], expected["gradients"]))
    assert mine == pytest.approx(theirs, rel=1e-3, abs=1e-4)  # where there is none, one of the two may have zeros
