"""A training left in peace, with which the others are compared."""

from __future__ import annotations

import numpy as np
import pytest

from tests.estimators.models import training_input
from tests.robustness.attempts import estimator_in, newest


@pytest.fixture(scope="session")
def in_peace(tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    """The variables after 60 steps without any disturbance; 45 steps are an epoch."""
    directory = tmp_path_factory.mktemp("in-peace")
    estimator_in(directory).train(training_input(), max_steps=60)
    return newest(directory)
