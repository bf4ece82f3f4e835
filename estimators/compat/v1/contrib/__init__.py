"""tf.contrib."""

from estimators.compat.missing import of_contrib as __getattr__  # noqa: F401
from estimators.compat.v1.contrib import estimator, framework, layers, learn, predictor, rnn, seq2seq, training

__all__ = [
    "estimator",
    "framework",
    "layers",
    "learn",
    "predictor",
    "rnn",
    "seq2seq",
    "training",
]
