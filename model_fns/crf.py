"""A linear-chain conditional random field (Lafferty, McCallum, Pereira 2001) on top of the scores of tags."""

from __future__ import annotations

from typing import Any

from model_fns.crf_cell import TransitionCell
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import int32
from model_fns.graph.tensor import Tensor
from model_fns.ops.arithmetic import cast, maximum
from model_fns.ops.comparison import less_equal, where
from model_fns.ops.gather_nd import gather_nd
from model_fns.ops.joining import range_, stack
from model_fns.ops.reduction import reduce_logsumexp, reduce_sum
from model_fns.ops.sequences import sequence_mask
from model_fns.ops.shaping import expand_dims, shape, zeros_like
from model_fns.rnn.dynamic import dynamic_rnn
from model_fns.variable_scope import get_variable


class CrfForwardRnnCell(TransitionCell):
    """A step of the forward algorithm: alpha_j' = scores_j + log sum_i exp(alpha_i + transition_ij)."""

    def __call__(self, inputs: Any, state: Any, scope: Any = None, *args: Any, **kwargs: Any) -> Any:
        alphas = inputs + reduce_logsumexp(self.over_transitions(state), [1])
        return alphas, alphas


def crf_log_likelihood(
    inputs: Any, tag_indices: Any, sequence_lengths: Any, transition_params: Any = None
) -> tuple[Tensor, Any]:
    """The log likelihood [batch] of tags, and the transition scores.

    Args:
      inputs: the scores of tags, [batch, time, tags].
      tag_indices: int [batch, time].
      sequence_lengths: int [batch]; what comes after is of no effect.
      transition_params: [tags, tags], the scores of going from a tag to another; by default a new variable
        `transitions`.
    """
    inputs = convert_to_tensor(inputs)
    tags = inputs.shape[2].value
    if transition_params is None:
        transition_params = get_variable("transitions", [tags, tags])
    score = crf_sequence_score(inputs, tag_indices, sequence_lengths, transition_params)
    return score - crf_log_norm(inputs, sequence_lengths, transition_params), transition_params


def crf_sequence_score(inputs: Any, tag_indices: Any, sequence_lengths: Any, transition_params: Any) -> Tensor:
    """The unnormalised score [batch] of tags: their own, and those of the transitions. Arguments as above."""
    own = crf_unary_score(tag_indices, sequence_lengths, inputs)
    return own + crf_binary_score(tag_indices, sequence_lengths, transition_params)


def crf_unary_score(tag_indices: Any, sequence_lengths: Any, inputs: Any) -> Tensor:
    """The sum [batch] of the scores that `inputs` has for the tags."""
    tags, inputs = cast(convert_to_tensor(tag_indices), int32), convert_to_tensor(inputs)
    sizes = shape(tags)
    rows, columns = expand_dims(range_(sizes[0]), 1), expand_dims(range_(sizes[1]), 0)
    none = zeros_like(tags)
    scores = gather_nd(inputs, stack([rows + none, columns + none, tags], 2))
    return _summed(scores, sequence_lengths, sizes[1])


def crf_binary_score(tag_indices: Any, sequence_lengths: Any, transition_params: Any) -> Tensor:
    """The sum [batch] of the scores of the transitions between the tags."""
    tags = cast(convert_to_tensor(tag_indices), int32)
    scores = gather_nd(convert_to_tensor(transition_params), stack([tags[:, :-1], tags[:, 1:]], 2))
    return _summed(scores, _one_less(sequence_lengths), shape(tags)[1] - 1)


def crf_log_norm(inputs: Any, sequence_lengths: Any, transition_params: Any) -> Tensor:
    """The logarithm [batch] of the sum of exp(score) over all sequences of tags; 0 for an empty sequence."""
    inputs = convert_to_tensor(inputs)
    alphas = inputs[:, 0]
    if inputs.shape[1].value != 1:
        cell = CrfForwardRnnCell(transition_params)
        lengths = _one_less(sequence_lengths)
        _, alphas = dynamic_rnn(cell, inputs[:, 1:], lengths, alphas, inputs.dtype)
    norm = reduce_logsumexp(alphas, [1])
    return where(less_equal(_lengths(sequence_lengths), 0), zeros_like(norm), norm)


def _summed(scores: Tensor, lengths: Any, longest: Any) -> Tensor:
    return reduce_sum(scores * sequence_mask(_lengths(lengths), longest, scores.dtype), 1)


def _lengths(lengths: Any) -> Tensor:
    return cast(convert_to_tensor(lengths), int32)


def _one_less(lengths: Any) -> Tensor:
    return maximum(_lengths(lengths) - 1, 0)
