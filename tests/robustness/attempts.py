"""What the tests of this folder train: digits with shuffling, dropout and Adam, and what they look at afterwards."""

from __future__ import annotations

from typing import Any

import numpy as np

from estimators.checkpoint import read_checkpoint
from estimators.checkpoint.recovery import checkpoints_newest_first
from estimators.estimator import Estimator
from estimators.run_config import RunConfig
from tests.estimators.models import model_fn


def estimator_in(directory: Any, every: int = 10, **config: Any) -> Estimator:
    """An estimator of digits that saves every so many steps."""
    params = {"units": 12, "rate": 0.4}
    return Estimator(
        model_fn, str(directory), RunConfig(tf_random_seed=11, save_checkpoints_steps=every, **config), params
    )


def newest(directory: Any) -> dict[str, np.ndarray]:
    """The variables in the newest checkpoint that can be read."""
    return read_checkpoint(checkpoints_newest_first(directory)[0])[0]


def assert_same(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    """Bit for bit."""
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert found[name].tobytes() == value.tobytes(), name
