"""tf.nn.rnn_cell."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from model_fns.rnn.cell import RNNCell
from model_fns.rnn.cell_wrappers import DeviceWrapper, DropoutWrapper, MultiRNNCell, ResidualWrapper
from model_fns.rnn.lstm_cells import BasicLSTMCell, LSTMCell, LSTMStateTuple
from model_fns.rnn.simple_cells import BasicRNNCell, GRUCell

__all__ = [
    "BasicLSTMCell",
    "BasicRNNCell",
    "DeviceWrapper",
    "DropoutWrapper",
    "GRUCell",
    "LSTMCell",
    "LSTMStateTuple",
    "MultiRNNCell",
    "RNNCell",
    "ResidualWrapper",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
