"""Sequence to sequence over lists of steps (Sutskever, Vinyals, Le 2014), as `tf.contrib.legacy_seq2seq` has it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

from model_fns.graph.dtypes import float32
from model_fns.graph.tensor import Tensor
from model_fns.name_scope import name_scope
from model_fns.ops.arithmetic import add_n, cast
from model_fns.ops.control import stop_gradient
from model_fns.ops.embeddings import embedding_lookup
from model_fns.ops.linalg import matmul
from model_fns.ops.reduction import argmax, reduce_sum
from model_fns.ops.shaping import reshape, shape
from model_fns.ops.softmax import sparse_softmax_cross_entropy_with_logits
from model_fns.rnn.output_projection import EmbeddingWrapper, OutputProjectionWrapper
from model_fns.rnn.static import static_rnn
from model_fns.variable_scope import get_variable, get_variable_scope, variable_scope

LoopFunction = Callable[[Any, int], Any]


def rnn_decoder(
    decoder_inputs: Sequence[Any],
    initial_state: Any,
    cell: Any,
    loop_function: LoopFunction | None = None,
    scope: Any = None,
) -> tuple[list[Any], Any]:
    """The cell's outputs for a list of inputs [batch, size], and the state after the last.

    With a `loop_function(previous output, step)` each input but the first is what that returns.
    """
    with variable_scope(scope or "rnn_decoder"):
        state, outputs = initial_state, list[Any]()
        for step, given in enumerate(decoder_inputs):
            fed = given
            if loop_function is not None and outputs:
                with variable_scope("loop_function", reuse=True):
                    fed = loop_function(outputs[-1], step)
            if step:
                get_variable_scope().reuse_variables()
            output, state = cell(fed, state)
            outputs.append(output)
    return outputs, state


def basic_rnn_seq2seq(
    encoder_inputs: Sequence[Any], decoder_inputs: Sequence[Any], cell: Any, dtype: Any = float32, scope: Any = None
) -> tuple[list[Any], Any]:
    """An encoder, and a decoder that begins in its last state; two cells of one kind."""
    with variable_scope(scope or "basic_rnn_seq2seq"):
        _, state = static_rnn(copy.deepcopy(cell), encoder_inputs, dtype=dtype)
        return rnn_decoder(decoder_inputs, state, cell)


def tied_rnn_seq2seq(
    encoder_inputs: Sequence[Any],
    decoder_inputs: Sequence[Any],
    cell: Any,
    loop_function: LoopFunction | None = None,
    dtype: Any = float32,
    scope: Any = None,
) -> tuple[list[Any], Any]:
    """An encoder and a decoder that are one cell."""
    with variable_scope("combined_tied_rnn_seq2seq"):
        name = scope or "tied_rnn_seq2seq"
        _, state = static_rnn(cell, encoder_inputs, dtype=dtype, scope=name)
        get_variable_scope().reuse_variables()
        return rnn_decoder(decoder_inputs, state, cell, loop_function, scope=name)


def embedding_rnn_decoder(
    decoder_inputs: Sequence[Any],
    initial_state: Any,
    cell: Any,
    num_symbols: int,
    embedding_size: int,
    output_projection: tuple[Any, Any] | None = None,
    feed_previous: bool = False,
    update_embedding_for_previous: bool = True,
    scope: Any = None,
) -> tuple[list[Any], Any]:
    """`rnn_decoder` of symbols: int [batch] at each step, looked up in a table `embedding`.

    Args:
      output_projection: (weights, biases), from outputs to logits, when the next input is the likeliest symbol.
      feed_previous: whether it is; then only the first of decoder_inputs is used.
      update_embedding_for_previous: whether the table learns from symbols so chosen.
    """
    with variable_scope(scope or "embedding_rnn_decoder"):
        embedding = get_variable("embedding", [num_symbols, embedding_size])
        loop = _likeliest(embedding, output_projection, update_embedding_for_previous) if feed_previous else None
        inputs = [embedding_lookup(embedding, item) for item in decoder_inputs]
        return rnn_decoder(inputs, initial_state, cell, loop)


def embedding_rnn_seq2seq(
    encoder_inputs: Sequence[Any],
    decoder_inputs: Sequence[Any],
    cell: Any,
    num_encoder_symbols: int,
    num_decoder_symbols: int,
    embedding_size: int,
    output_projection: tuple[Any, Any] | None = None,
    feed_previous: Any = False,
    dtype: Any = None,
    scope: Any = None,
) -> tuple[list[Any], Any]:
    """`basic_rnn_seq2seq` of symbols. `feed_previous` is True or False; a tensor is not available."""
    if isinstance(feed_previous, Tensor):
        raise NotImplementedError(
            "embedding_rnn_seq2seq: feed_previous must be True or False here; build two models that share variables."
        )
    with variable_scope(scope or "embedding_rnn_seq2seq"):
        dtype = dtype or float32
        encoder = EmbeddingWrapper(copy.deepcopy(cell), num_encoder_symbols, embedding_size)
        _, state = static_rnn(encoder, encoder_inputs, dtype=dtype)
        decoder = cell if output_projection else OutputProjectionWrapper(cell, num_decoder_symbols)
        return embedding_rnn_decoder(
            decoder_inputs, state, decoder, num_decoder_symbols, embedding_size, output_projection, feed_previous
        )


def sequence_loss_by_example(
    logits: Sequence[Any],
    targets: Sequence[Any],
    weights: Sequence[Any],
    average_across_timesteps: bool = True,
    softmax_loss_function: Callable[..., Any] | None = None,
    name: str | None = None,
) -> Tensor:
    """The weighted cross entropy [batch] of lists of logits [batch, classes] and of targets and weights [batch].

    ValueError if the lists are of different lengths.
    """
    if len(targets) != len(logits) or len(weights) != len(logits):
        raise ValueError(
            f"Lengths of logits, weights, and targets must be the same {len(logits)}, {len(weights)}, {len(targets)}."
        )
    with name_scope(name, "sequence_loss_by_example", [*logits, *targets, *weights]):
        function = softmax_loss_function or sparse_softmax_cross_entropy_with_logits
        losses = [
            function(labels=reshape(target, [-1]) if softmax_loss_function is None else target, logits=logit) * weight
            for logit, target, weight in zip(logits, targets, weights, strict=True)
        ]
        total = add_n(losses)
        return total / (add_n(list(weights)) + 1e-12) if average_across_timesteps else total


def sequence_loss(
    logits: Sequence[Any],
    targets: Sequence[Any],
    weights: Sequence[Any],
    average_across_timesteps: bool = True,
    average_across_batch: bool = True,
    softmax_loss_function: Callable[..., Any] | None = None,
    name: str | None = None,
) -> Tensor:
    """The sum of `sequence_loss_by_example`, divided by the size of the batch."""
    with name_scope(name, "sequence_loss", [*logits, *targets, *weights]):
        losses = sequence_loss_by_example(logits, targets, weights, average_across_timesteps, softmax_loss_function)
        cost = reduce_sum(losses)
        return cost / cast(shape(targets[0])[0], cost.dtype) if average_across_batch else cost


def _likeliest(embedding: Any, projection: tuple[Any, Any] | None, learn: bool) -> LoopFunction:
    """The embedding of the likeliest symbol of what the step before put out."""

    def loop(before: Any, step: int) -> Any:
        logits = before if projection is None else matmul(before, projection[0]) + projection[1]
        chosen = embedding_lookup(embedding, argmax(logits, 1))
        return chosen if learn else stop_gradient(chosen)

    return loop
