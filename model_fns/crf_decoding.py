"""The best tags of a conditional random field, by Viterbi's algorithm (1967)."""

from __future__ import annotations

from typing import Any

import numpy as np

from model_fns.crf_cell import TransitionCell
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import int32
from model_fns.graph.tensor import Tensor
from model_fns.ops.arithmetic import cast, maximum
from model_fns.ops.gather_nd import gather_nd
from model_fns.ops.joining import concat, range_, stack
from model_fns.ops.reduction import argmax, reduce_max
from model_fns.ops.sequences import reverse_sequence
from model_fns.ops.shaping import expand_dims, shape, squeeze
from model_fns.rnn.cell import RNNCell
from model_fns.rnn.dynamic import dynamic_rnn
from model_fns.variable_scope import variable_scope


class CrfDecodeForwardRnnCell(TransitionCell):
    """A step forward: the best score that ends in each tag, and the tag it came from."""

    def __call__(self, inputs: Any, state: Any, scope: Any = None, *args: Any, **kwargs: Any) -> Any:
        scores = self.over_transitions(state)
        return cast(argmax(scores, 1), int32), inputs + reduce_max(scores, [1])


class CrfDecodeBackwardRnnCell(RNNCell):
    """A step back: the tag that the one after it came from."""

    def __init__(self, num_tags: int) -> None:
        super().__init__()
        self._tags = num_tags

    @property
    def state_size(self) -> int:
        return 1

    @property
    def output_size(self) -> int:
        return 1

    def __call__(self, inputs: Any, state: Any, scope: Any = None, *args: Any, **kwargs: Any) -> Any:
        tags = squeeze(state, [1])
        before = expand_dims(gather_nd(inputs, stack([range_(shape(inputs)[0]), tags], 1)), 1)
        return before, before


def crf_decode(potentials: Any, transition_params: Any, sequence_length: Any) -> tuple[Tensor, Tensor]:
    """The best tags int32 [batch, time] for the scores `potentials` [batch, time, tags], and their score [batch].

    Args:
      transition_params: [tags, tags], the scores of going from a tag to another.
      sequence_length: int [batch]. The tags after the end of a sequence are 0.
    """
    potentials = convert_to_tensor(potentials)
    if potentials.shape[1].value == 1:
        only = squeeze(potentials, [1])
        return cast(expand_dims(argmax(only, 1), 1), int32), reduce_max(only, 1)
    tags = potentials.shape[2].value
    lengths = cast(convert_to_tensor(sequence_length), int32)
    steps = maximum(lengths - 1, 0)
    with variable_scope("crf_decode"):
        forward = CrfDecodeForwardRnnCell(transition_params)
        origins, scores = dynamic_rnn(forward, potentials[:, 1:], steps, potentials[:, 0], int32, scope="crf_fwd")
        origins = reverse_sequence(origins, steps, 1)
        last = expand_dims(cast(argmax(scores, 1), int32), 1)
        backward = CrfDecodeBackwardRnnCell(tags)
        earlier, _ = dynamic_rnn(backward, origins, steps, last, int32, scope="crf_bwd")
        backwards = concat([last, squeeze(earlier, [2])], 1)
        return reverse_sequence(backwards, lengths, 1), reduce_max(scores, 1)


def viterbi_decode(score: Any, transition_params: Any) -> tuple[list[int], Any]:
    """The best tags for one sequence of scores [time, tags], NumPy arrays both, and their score."""
    score, transitions = np.asarray(score), np.asarray(transition_params)
    best, origins = score[0], []
    for now in score[1:]:
        candidates = best[:, np.newaxis] + transitions
        origins.append(candidates.argmax(0))
        best = now + candidates.max(0)
    tags = [int(best.argmax())]
    for origin in reversed(origins):
        tags.append(int(origin[tags[-1]]))
    return tags[::-1], best.max()
