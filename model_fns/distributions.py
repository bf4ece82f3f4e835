"""Probability distributions, as `tf.distributions` has them: samples, densities, entropies, divergences."""

from __future__ import annotations

import math
from typing import Any, final

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import DType, as_dtype
from model_fns.graph.graph import get_default_graph
from model_fns.graph.tensor import Tensor
from model_fns.ops.activation import sigmoid, softplus
from model_fns.ops.arithmetic import cast, square
from model_fns.ops.comparison import greater_equal, less, logical_and
from model_fns.ops.elementary import erf, exp, log, sqrt
from model_fns.ops.indexing import one_hot
from model_fns.ops.joining import concat
from model_fns.ops.random import random_normal, random_uniform
from model_fns.ops.reduction import argmax, reduce_sum
from model_fns.ops.shaping import ones_like, reshape, shape
from model_fns.ops.softmax import log_softmax, softmax

_HALF_LOG_OF_2_PI = 0.5 * math.log(2 * math.pi)
_TINY = 1.1754944e-38  # the smallest float32 of full precision: the logarithm of 0 is no number


class Distribution:
    """A distribution for each place of its parameters, which broadcast. Its operations are in the scope `name`."""

    def __init__(self, dtype: DType, name: str) -> None:
        self.dtype, self.name = dtype, name

    def sample(self, sample_shape: Any = (), seed: int | None = None, name: str = "sample") -> Tensor:
        """Values drawn: `sample_shape`, then the shape of the parameters."""
        with get_default_graph().name_scope(f"{self.name}_{name}"):
            drawn = convert_to_tensor(sample_shape if not isinstance(sample_shape, tuple) else [*sample_shape], "int32")
            return self._drawn(reshape(drawn, [-1]), seed)

    def prob(self, value: Any, name: str = "prob") -> Tensor:
        """The density, or the probability, of values."""
        return exp(self.log_prob(value, name))

    def log_prob(self, value: Any, name: str = "log_prob") -> Tensor:
        """Its logarithm."""
        with get_default_graph().name_scope(f"{self.name}_{name}"):
            return self._log_prob(convert_to_tensor(value))

    def _drawn(self, sizes: Tensor, seed: int | None) -> Tensor:
        raise NotImplementedError(f"sample is not available for {type(self).__name__}")

    def _log_prob(self, value: Tensor) -> Tensor:
        raise NotImplementedError(f"log_prob is not available for {type(self).__name__}")


@final
class Normal(Distribution):
    """The normal distribution of mean `loc` and standard deviation `scale`."""

    def __init__(
        self, loc: Any, scale: Any, validate_args: bool = False, allow_nan_stats: bool = True, name: str = "Normal"
    ) -> None:
        self.loc, self.scale = convert_to_tensor(loc), convert_to_tensor(scale)
        super().__init__(self.loc.dtype, name)

    def mean(self, name: str = "mean") -> Tensor:
        return self.loc * ones_like(self.scale)

    def mode(self, name: str = "mode") -> Tensor:
        return self.mean()

    def stddev(self, name: str = "stddev") -> Tensor:
        return self.scale * ones_like(self.loc)

    def variance(self, name: str = "variance") -> Tensor:
        return square(self.stddev())

    def cdf(self, value: Any, name: str = "cdf") -> Tensor:
        """The probability of being below `value`."""
        return 0.5 * (1 + erf(self._standard(convert_to_tensor(value)) / math.sqrt(2)))

    def entropy(self, name: str = "entropy") -> Tensor:
        return 0.5 + _HALF_LOG_OF_2_PI + log(self.stddev())

    def kl_divergence(self, other: Normal, name: str = "kl_divergence") -> Tensor:
        ratio = square(self.scale / other.scale)
        distance = square((self.loc - other.loc) / other.scale)
        return 0.5 * (distance + ratio - 1 - log(ratio))

    def _standard(self, value: Tensor) -> Tensor:
        return (value - self.loc) / self.scale

    def _drawn(self, sizes: Tensor, seed: int | None) -> Tensor:
        whole = concat([sizes, shape(self.mean())], 0)
        return random_normal(whole, dtype=self.dtype, seed=seed) * self.scale + self.loc

    def _log_prob(self, value: Tensor) -> Tensor:
        return -0.5 * square(self._standard(value)) - _HALF_LOG_OF_2_PI - log(self.scale)


@final
class Uniform(Distribution):
    """The uniform distribution from `low`, which is in it, to `high`, which is not."""

    def __init__(
        self,
        low: Any = 0.0,
        high: Any = 1.0,
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Uniform",
    ) -> None:
        self.low, self.high = convert_to_tensor(low), convert_to_tensor(high)
        super().__init__(self.low.dtype, name)

    def range(self, name: str = "range") -> Tensor:
        """high - low."""
        return self.high - self.low

    def mean(self, name: str = "mean") -> Tensor:
        return (self.low + self.high) / 2

    def variance(self, name: str = "variance") -> Tensor:
        return square(self.range()) / 12

    def stddev(self, name: str = "stddev") -> Tensor:
        return self.range() / math.sqrt(12)

    def entropy(self, name: str = "entropy") -> Tensor:
        return log(self.range())

    def _drawn(self, sizes: Tensor, seed: int | None) -> Tensor:
        whole = concat([sizes, shape(self.range())], 0)
        return random_uniform(whole, dtype=self.dtype, seed=seed) * self.range() + self.low

    def _log_prob(self, value: Tensor) -> Tensor:
        inside = logical_and(greater_equal(value, self.low), less(value, self.high))
        return log(cast(inside, self.dtype) / self.range())


@final
class Bernoulli(Distribution):
    """1 with probability `probs`, or sigmoid(logits); else 0. ValueError unless one of the two is given."""

    def __init__(
        self,
        logits: Any = None,
        probs: Any = None,
        dtype: Any = "int32",
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Bernoulli",
    ) -> None:
        _check_one(logits, probs)
        if logits is not None:
            self.logits = convert_to_tensor(logits)
            self.probs = sigmoid(self.logits)
        else:
            self.probs = convert_to_tensor(probs)
            self.logits = log(self.probs) - log(1 - self.probs)
        super().__init__(as_dtype(dtype), name)

    def mean(self, name: str = "mean") -> Tensor:
        return self.probs

    def variance(self, name: str = "variance") -> Tensor:
        return self.probs * (1 - self.probs)

    def stddev(self, name: str = "stddev") -> Tensor:
        return sqrt(self.variance())

    def mode(self, name: str = "mode") -> Tensor:
        return cast(less(0.5, self.probs), self.dtype)

    def entropy(self, name: str = "entropy") -> Tensor:
        return softplus(self.logits) - self.logits * self.probs

    def _drawn(self, sizes: Tensor, seed: int | None) -> Tensor:
        whole = concat([sizes, shape(self.probs)], 0)
        return cast(less(random_uniform(whole, dtype=self.probs.dtype, seed=seed), self.probs), self.dtype)

    def _log_prob(self, value: Tensor) -> Tensor:
        value = cast(value, self.logits.dtype)
        return value * self.logits - softplus(self.logits)


@final
class Categorical(Distribution):
    """One of the classes, by `logits` [..., classes] or `probs`. ValueError unless one of the two is given."""

    def __init__(
        self,
        logits: Any = None,
        probs: Any = None,
        dtype: Any = "int32",
        validate_args: bool = False,
        allow_nan_stats: bool = True,
        name: str = "Categorical",
    ) -> None:
        _check_one(logits, probs)
        self.logits = convert_to_tensor(logits) if logits is not None else log(convert_to_tensor(probs))
        self.probs = softmax(self.logits) if logits is not None else convert_to_tensor(probs)
        self._logs = log_softmax(self.logits)
        super().__init__(as_dtype(dtype), name)

    @property
    def event_size(self) -> Any:
        """How many classes there are."""
        return self.logits.shape[-1].value or shape(self.logits)[-1]

    def mode(self, name: str = "mode") -> Tensor:
        return cast(argmax(self.logits, axis=-1), self.dtype)

    def entropy(self, name: str = "entropy") -> Tensor:
        return -reduce_sum(exp(self._logs) * self._logs, -1)

    def kl_divergence(self, other: Categorical, name: str = "kl_divergence") -> Tensor:
        return reduce_sum(exp(self._logs) * (self._logs - other._logs), -1)

    def _drawn(self, sizes: Tensor, seed: int | None) -> Tensor:
        whole = concat([sizes, shape(self.logits)], 0)
        uniform = random_uniform(whole, _TINY, 1.0, self.logits.dtype, seed)
        return cast(argmax(self.logits - log(-log(uniform)), -1), self.dtype)  # Gumbel's maximum

    def _log_prob(self, value: Tensor) -> Tensor:
        chosen = one_hot(cast(value, "int32"), self.event_size, dtype=self.logits.dtype)
        return reduce_sum(chosen * self._logs, -1)


def kl_divergence(distribution_a: Any, distribution_b: Any, allow_nan_stats: bool = True, name: Any = None) -> Tensor:
    """The Kullback-Leibler divergence of two distributions of one kind, Normal or Categorical.

    NotImplementedError for others.
    """
    if type(distribution_a) is not type(distribution_b) or not hasattr(distribution_a, "kl_divergence"):
        kinds = type(distribution_a).__name__, type(distribution_b).__name__
        raise NotImplementedError(f"No KL(distribution_a || distribution_b) registered for {' and '.join(kinds)}")
    found: Tensor = distribution_a.kl_divergence(distribution_b)
    return found


def _check_one(logits: Any, probs: Any) -> None:
    if (logits is None) == (probs is None):
        raise ValueError("Must pass probs or logits, but not both.")
