"""Canned estimators against TensorFlow 1.15: ten steps on the same rows from the same weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import estimators.compat.v1 as tf
from tests.golden import canned_cases
from tests.golden.inputs import variable_value

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "canned.json").read_text(encoding="utf-8"))


def plain(value: Any) -> Any:
    """Arrays as lists, bytes as text."""
    if isinstance(value, bytes):
        return value.decode()
    return [plain(item) for item in value] if isinstance(value, np.ndarray | list) else value


@pytest.mark.parametrize("name", canned_cases.CASES)
def test_ten_steps_are_tensorflows(name: str, tmp_path: Path):
    golden = GOLDEN[name]
    estimator, record, evaluation, predictions = canned_cases.run(tf, name, str(tmp_path), variable_value)
    np.testing.assert_allclose(record.losses, golden["losses"], rtol=1e-5)
    assert record.names == golden["names"]
    assert estimator.get_variable_names() == golden["variables"]
    for variable, value in golden["values"].items():
        np.testing.assert_allclose(
            estimator.get_variable_value(variable), value, rtol=1e-5, atol=1e-6, err_msg=variable
        )
    assert list(evaluation) == list(golden["evaluation"])
    for key, value in golden["evaluation"].items():
        np.testing.assert_allclose(evaluation[key], value, rtol=1e-5, atol=1e-6, err_msg=key)
    for row, expected in zip(predictions, golden["predictions"], strict=True):
        assert row.keys() == expected.keys()
        for key, value in expected.items():
            found = plain(row[key])
            if isinstance(value[0], str):
                assert found == value
            else:
                np.testing.assert_allclose(found, value, rtol=1e-5, atol=1e-6, err_msg=key)


def test_every_case_has_its_golden_values():
    assert sorted(canned_cases.CASES) == sorted(GOLDEN)
