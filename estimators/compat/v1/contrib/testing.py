"""tf.contrib.testing."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from estimators.testing.fake_summary_writer import FakeSummaryWriter

__all__ = [
    "FakeSummaryWriter",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
