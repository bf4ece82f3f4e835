"""tf.contrib.rnn."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from model_fns.rnn.cell import RNNCell
from model_fns.rnn.cell_wrappers import DeviceWrapper, DropoutWrapper, MultiRNNCell, ResidualWrapper
from model_fns.rnn.fused_cells import LSTMBlockCell, LSTMBlockFusedCell, TimeReversedFusedRNN
from model_fns.rnn.lstm_cells import BasicLSTMCell, LSTMCell, LSTMStateTuple
from model_fns.rnn.output_projection import EmbeddingWrapper, InputProjectionWrapper, OutputProjectionWrapper
from model_fns.rnn.simple_cells import BasicRNNCell, GRUCell, LayerRNNCell
from model_fns.rnn.static import static_bidirectional_rnn, static_rnn

__all__ = [
    "BasicLSTMCell",
    "BasicRNNCell",
    "DeviceWrapper",
    "DropoutWrapper",
    "EmbeddingWrapper",
    "GRUCell",
    "InputProjectionWrapper",
    "LSTMBlockCell",
    "LSTMBlockFusedCell",
    "LSTMCell",
    "LSTMStateTuple",
    "LayerRNNCell",
    "MultiRNNCell",
    "OutputProjectionWrapper",
    "RNNCell",
    "ResidualWrapper",
    "TimeReversedFusedRNN",
    "static_bidirectional_rnn",
    "static_rnn",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
