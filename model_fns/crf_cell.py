"""What the cells of a conditional random field share: a state of one number for each tag, and scores of transitions."""

from __future__ import annotations

from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.ops.shaping import expand_dims
from model_fns.rnn.cell import RNNCell


class TransitionCell(RNNCell):
    """A cell that sees, at each step, what going from one tag to another scores: `transition_params` [tags, tags]."""

    def __init__(self, transition_params: Any) -> None:
        super().__init__()
        self._transitions = expand_dims(convert_to_tensor(transition_params), 0)
        self._tags = int(self._transitions.shape[1])

    @property
    def state_size(self) -> int:
        return self._tags

    @property
    def output_size(self) -> int:
        return self._tags

    def over_transitions(self, state: Any) -> Any:
        """[batch, from, to]: the state of each tag, and going on from it."""
        return expand_dims(state, 2) + self._transitions
