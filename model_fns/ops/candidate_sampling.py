"""Classes drawn to stand for all others, and the losses that need only those (word2vec's)."""

from __future__ import annotations

import functools
from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, final

import numpy as np

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims
from model_fns.graph.dtypes import DType, float32, int64
from model_fns.graph.graph import get_seeds
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import graph_of, operation
from model_fns.ops.arithmetic import cast
from model_fns.ops.comparison import equal, select
from model_fns.ops.control import stop_gradient
from model_fns.ops.elementary import log
from model_fns.ops.embeddings import embedding_lookup
from model_fns.ops.joining import concat
from model_fns.ops.linalg import matmul
from model_fns.ops.reduction import reduce_any, reduce_sum
from model_fns.ops.shaping import expand_dims, ones_like, reshape, zeros_like
from model_fns.ops.softmax import sigmoid_cross_entropy_with_logits, softmax_cross_entropy_with_logits_v2
from model_fns.random_bits import random_bits, uniform

_LOWEST = float(np.finfo(np.float32).min)  # the logit of a class that was drawn although it is a true one


@dataclass(frozen=True)
class CandidateSampler(Op):
    """Classes drawn at random; how often to expect each of x, and each that was drawn, among so many"""

    num_sampled: int
    unique: bool
    range_max: int
    seed: int | None = None
    stream: int = 0
    draws: ClassVar[bool] = True
    stateful: ClassVar[bool] = True

    @abstractmethod
    def probabilities(self) -> np.ndarray:
        """Of each class, float64 [range_max], with the sum 1."""

    def output_dtype(self, *inputs: DType) -> tuple[DType, ...]:
        return int64, float32, float32

    def output_shape(self, *inputs: Dims) -> list[Dims]:
        return [(self.num_sampled,), inputs[0], (self.num_sampled,)]

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,)

    def kernel(self, *inputs: Any) -> Any:
        classes, key = inputs
        shares = _shares(self)
        drawn, tries = self._drawn(np.cumsum(shares), key)

        def expected(chosen: Any) -> Any:
            p = shares[np.asarray(chosen, np.int64)]
            count = p * self.num_sampled if tries == self.num_sampled else -np.expm1(tries * np.log1p(-p))
            return count.astype(np.float32)

        return drawn, expected(classes), expected(drawn)

    def _drawn(self, edges: np.ndarray, key: int) -> tuple[np.ndarray, int]:
        """The classes, and how many draws it took, those included that gave a class once more."""
        tries = self.num_sampled
        while True:
            places = uniform(random_bits(key, tries), np.dtype(np.float64)) * edges[-1]
            drawn = np.minimum(np.searchsorted(edges, places, "right"), self.range_max - 1)
            if not self.unique:
                return drawn.astype(np.int64), tries
            first = np.sort(np.unique(drawn, return_index=True)[1])[: self.num_sampled]
            if len(first) == self.num_sampled:
                return drawn[first].astype(np.int64), int(first[-1]) + 1
            tries *= 2


@functools.lru_cache(maxsize=16)
def _shares(sampler: CandidateSampler) -> np.ndarray:
    return sampler.probabilities()


@final
class UniformCandidateSampler(CandidateSampler):
    """Every class as likely as any other"""

    def probabilities(self) -> np.ndarray:
        return np.full(self.range_max, 1 / self.range_max)


@final
class LogUniformCandidateSampler(CandidateSampler):
    """Class k with probability log((k + 2) / (k + 1)) / log(range_max + 1): Zipf's law, by falling frequency"""

    def probabilities(self) -> np.ndarray:
        k = np.arange(self.range_max)
        return np.log((k + 2) / (k + 1)) / np.log(self.range_max + 1)


@final
@dataclass(frozen=True)
class FixedUnigramCandidateSampler(CandidateSampler):
    """Each class in proportion to a power of its given frequency"""

    frequencies: tuple[float, ...] = ()
    distortion: float = 1.0

    def probabilities(self) -> np.ndarray:
        weights = np.asarray(self.frequencies, np.float64) ** self.distortion
        return weights / weights.sum()


class Candidates(NamedTuple):
    """What a sampler gives: int64 [num_sampled], float32 [batch, num_true], float32 [num_sampled]."""

    sampled_candidates: Tensor
    true_expected_count: Tensor
    sampled_expected_count: Tensor


def _sampled(
    kind: type[CandidateSampler], classes: Any, unique: Any, sizes: tuple[Any, Any], seed: Any, name: Any, **fields: Any
) -> Candidates:
    count, range_max = (int(size) for size in sizes)
    if unique and count > range_max:
        raise ValueError(f"Sampler's range is too small: {count} different classes of {range_max} cannot be drawn.")
    graph_seed, stream = get_seeds(seed)
    definition = kind(count, bool(unique), range_max, graph_seed, stream, **fields)
    return Candidates(
        *operation(definition, name, None, true_classes=convert_to_tensor(classes, name="true_classes")).outputs
    )


def uniform_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    seed: int | None = None,
    name: str | None = None,
) -> Candidates:
    """Draws `num_sampled` classes below `range_max`, all equally likely; with `unique` no class twice."""
    return _sampled(UniformCandidateSampler, true_classes, unique, (num_sampled, range_max), seed, name)


def log_uniform_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    seed: int | None = None,
    name: str | None = None,
) -> Candidates:
    """Draws `num_sampled` classes below `range_max`, low numbers more often: see `LogUniformCandidateSampler`."""
    return _sampled(LogUniformCandidateSampler, true_classes, unique, (num_sampled, range_max), seed, name)


def fixed_unigram_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    vocab_file: str = "",
    distortion: float = 1.0,
    num_reserved_ids: int = 0,
    num_shards: int = 1,
    shard: int = 0,
    unigrams: Any = (),
    seed: int | None = None,
    name: str | None = None,
) -> Candidates:
    """Draws `num_sampled` classes in proportion to their frequencies `unigrams` to the power `distortion`.

    The first `num_reserved_ids` classes, which `unigrams` does not name, are never drawn.
    """
    if vocab_file or num_shards != 1 or shard:
        raise NotImplementedError(
            "tf.nn.fixed_unigram_candidate_sampler: vocab_file and shards are not available. Give `unigrams`."
        )
    frequencies = (0.0,) * num_reserved_ids + tuple(float(count) for count in unigrams)
    if len(frequencies) != range_max:
        raise ValueError(
            f"unigrams must name {range_max - num_reserved_ids} frequencies, but there are {len(unigrams)}"
        )
    sizes = (num_sampled, range_max)
    return _sampled(
        FixedUnigramCandidateSampler,
        true_classes,
        unique,
        sizes,
        seed,
        name,
        frequencies=frequencies,
        distortion=distortion,
    )


def _sampled_logits(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    num_true: int,
    sampled_values: Any,
    remove_accidental_hits: bool,
    seed: int | None,
) -> tuple[Tensor, Tensor]:
    """Logits and labels [batch, num_true + num_sampled] of the true classes and those that were drawn."""
    labels = cast(convert_to_tensor(labels), int64)
    inputs = convert_to_tensor(inputs)
    if sampled_values is None:
        sampled_values = log_uniform_candidate_sampler(labels, num_true, num_sampled, True, num_classes, seed)
    sampled, true_count, sampled_count = (stop_gradient(item) for item in sampled_values)
    sampled = cast(sampled, int64)
    true_rows = embedding_lookup(weights, labels)  # [batch, num_true, size]
    true_logits = reduce_sum(expand_dims(inputs, 1) * true_rows, 2) + embedding_lookup(biases, labels)
    drawn_logits = matmul(inputs, embedding_lookup(weights, sampled), transpose_b=True)
    drawn_logits = drawn_logits + embedding_lookup(biases, sampled)
    if remove_accidental_hits:
        hit = reduce_any(equal(expand_dims(labels, 2), reshape(sampled, [1, 1, -1])), 1)
        drawn_logits = drawn_logits + select(
            hit, convert_to_tensor(_LOWEST, drawn_logits.dtype), zeros_like(drawn_logits)
        )
    true_logits = true_logits - log(cast(true_count, true_logits.dtype))
    drawn_logits = drawn_logits - log(cast(sampled_count, drawn_logits.dtype))
    truth = concat([ones_like(true_logits) / num_true, zeros_like(drawn_logits)], 1)
    return concat([true_logits, drawn_logits], 1), truth


def sampled_softmax_loss(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    num_true: int = 1,
    sampled_values: Any = None,
    remove_accidental_hits: bool = True,
    partition_strategy: str = "mod",
    name: str = "sampled_softmax_loss",
    seed: int | None = None,
) -> Tensor:
    """The softmax cross entropy of each example over its true classes and `num_sampled` drawn ones: [batch].

    weights [num_classes, size], biases [num_classes], labels [batch, num_true], inputs [batch, size]. Meant for
    training (Jean et al. 2014).
    """
    with graph_of(weights, inputs).name_scope(name):
        logits, truth = _sampled_logits(
            weights,
            biases,
            labels,
            inputs,
            num_sampled,
            num_classes,
            num_true,
            sampled_values,
            remove_accidental_hits,
            seed,
        )
        return softmax_cross_entropy_with_logits_v2(labels=stop_gradient(truth), logits=logits)


def nce_loss(
    weights: Any,
    biases: Any,
    labels: Any,
    inputs: Any,
    num_sampled: int,
    num_classes: int,
    num_true: int = 1,
    sampled_values: Any = None,
    remove_accidental_hits: bool = False,
    partition_strategy: str = "mod",
    name: str = "nce_loss",
) -> Tensor:
    """Noise-contrastive estimation (Gutmann, Hyvarinen 2010): telling true classes from drawn ones; [batch].

    Shapes as in `sampled_softmax_loss`.
    """
    with graph_of(weights, inputs).name_scope(name):
        logits, truth = _sampled_logits(
            weights,
            biases,
            labels,
            inputs,
            num_sampled,
            num_classes,
            num_true,
            sampled_values,
            remove_accidental_hits,
            None,
        )
        return reduce_sum(sigmoid_cross_entropy_with_logits(labels=truth, logits=logits), 1)
