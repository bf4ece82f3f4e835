"""tf.contrib.crf."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from model_fns.crf import (
    CrfForwardRnnCell,
    crf_binary_score,
    crf_log_likelihood,
    crf_log_norm,
    crf_sequence_score,
    crf_unary_score,
)
from model_fns.crf_decoding import CrfDecodeBackwardRnnCell, CrfDecodeForwardRnnCell, crf_decode, viterbi_decode

__all__ = [
    "CrfDecodeBackwardRnnCell",
    "CrfDecodeForwardRnnCell",
    "CrfForwardRnnCell",
    "crf_binary_score",
    "crf_decode",
    "crf_log_likelihood",
    "crf_log_norm",
    "crf_sequence_score",
    "crf_unary_score",
    "viterbi_decode",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
