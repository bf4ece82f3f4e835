"""tf.contrib.seq2seq."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from model_fns.rnn.sequence_loss import sequence_loss

__all__ = [
    "sequence_loss",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
