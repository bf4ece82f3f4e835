"""The three modes in which a model function is called."""

from __future__ import annotations

from typing import final


@final
class ModeKeys:
    """Names of the modes: training, evaluation, prediction."""

    TRAIN = "train"
    EVAL = "eval"
    PREDICT = "infer"
