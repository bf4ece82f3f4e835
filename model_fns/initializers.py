"""Initial values of variables: constants, and random numbers scaled so that signals keep their size through layers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from model_fns.graph.constant import constant
from model_fns.graph.dtypes import as_dtype, float32
from model_fns.graph.tensor import Tensor
from model_fns.ops.random import random_normal, random_uniform, truncated_normal
from model_fns.ops.shaping import fill, ones, zeros

_LARGE = 1 << 16  # elements above which a number repeated is not kept in the graph as an array


@final
@dataclass(frozen=True)
class Zeros:
    """Zeros."""

    dtype: Any = float32

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        return zeros(shape, dtype or self.dtype)


@final
@dataclass(frozen=True)
class Ones:
    """Ones."""

    dtype: Any = float32

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        return ones(shape, dtype or self.dtype)


@final
class Constant:
    """One value everywhere, or the elements of a list or array in order."""

    def __init__(self, value: Any = 0, dtype: Any = float32, verify_shape: bool = False) -> None:
        if not isinstance(value, int | float | bool | list | tuple | np.ndarray | np.generic):
            raise TypeError(
                f"Invalid type for initial value: {type(value)} (expected Python scalar, list or tuple of values, or "
                "numpy.ndarray)."
            )
        self.value, self.dtype, self.verify_shape = value, as_dtype(dtype), verify_shape

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None, verify_shape: Any = None) -> Tensor:
        verify = self.verify_shape if verify_shape is None else verify_shape
        value = self.value.tolist() if isinstance(self.value, np.ndarray) else self.value
        sizes = [int(size) for size in shape]
        if np.ndim(value) == 0 and math.prod(sizes) > _LARGE and not verify:
            return fill(sizes, constant(value, dtype or self.dtype))
        return constant(np.asarray(value), dtype or self.dtype, sizes, verify_shape=verify)


@final
@dataclass(frozen=True)
class RandomUniform:
    """Numbers drawn evenly from [minval, maxval)."""

    minval: Any = 0
    maxval: Any = None
    seed: int | None = None
    dtype: Any = float32

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        return random_uniform(shape, self.minval, self.maxval, dtype or self.dtype, self.seed)


@final
@dataclass(frozen=True)
class RandomNormal:
    """Numbers of a normal distribution."""

    mean: float = 0.0
    stddev: float = 1.0
    seed: int | None = None
    dtype: Any = float32

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        return random_normal(shape, self.mean, self.stddev, dtype or self.dtype, self.seed)


@final
@dataclass(frozen=True)
class TruncatedNormal:
    """Numbers of a normal distribution within two deviations of the mean."""

    mean: float = 0.0
    stddev: float = 1.0
    seed: int | None = None
    dtype: Any = float32

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        return truncated_normal(shape, self.mean, self.stddev, dtype or self.dtype, self.seed)


_WITHIN_TWO = 0.87962566103423978  # deviation of a standard normal distribution cut at two deviations


@final
class VarianceScaling:
    """Random numbers of variance scale / n, where n is the inputs (`fan_in`), outputs (`fan_out`) or mean (`fan_avg`).

    Glorot, Bengio 2010: scale 1, fan_avg. He, Zhang, Ren, Sun 2015: scale 2, fan_in. LeCun et al. 1998: scale 1,
    fan_in.
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: int | None = None,
        dtype: Any = float32,
    ) -> None:
        if scale <= 0.0:
            raise ValueError("`scale` must be positive float.")
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise ValueError("Invalid `mode` argument:", mode)
        distribution = distribution.lower()
        if distribution not in ("normal", "uniform", "truncated_normal", "untruncated_normal"):
            raise ValueError("Invalid `distribution` argument:", distribution)
        self.scale, self.mode, self.distribution, self.seed, self.dtype = (
            scale,
            mode,
            distribution,
            seed,
            as_dtype(dtype),
        )

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        dtype = dtype or self.dtype
        inputs, outputs = fans(shape)
        count = {"fan_in": inputs, "fan_out": outputs, "fan_avg": (inputs + outputs) / 2}[self.mode]
        variance = self.scale / max(1.0, count)
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)
            return random_uniform(shape, -limit, limit, dtype, self.seed)
        if self.distribution == "untruncated_normal":
            return random_normal(shape, 0.0, math.sqrt(variance), dtype, self.seed)
        return truncated_normal(shape, 0.0, math.sqrt(variance) / _WITHIN_TWO, dtype, self.seed)


def fans(shape: Any) -> tuple[float, float]:
    """How many inputs and outputs a unit of a layer with such weights has; a kernel's window counts in both."""
    sizes = [int(size) for size in shape]
    if not sizes:
        return 1, 1
    if len(sizes) == 1:
        return sizes[0], sizes[0]
    window = math.prod(sizes[:-2])
    return sizes[-2] * window, sizes[-1] * window


def glorot_uniform_initializer(seed: int | None = None, dtype: Any = float32) -> VarianceScaling:
    """Evenly from +-sqrt(6 / (fan_in + fan_out)): the default of layers."""
    return VarianceScaling(1.0, "fan_avg", "uniform", seed, dtype)


def glorot_normal_initializer(seed: int | None = None, dtype: Any = float32) -> VarianceScaling:
    """Truncated normal with deviation sqrt(2 / (fan_in + fan_out))."""
    return VarianceScaling(1.0, "fan_avg", "truncated_normal", seed, dtype)


def he_normal(seed: int | None = None) -> VarianceScaling:
    """Truncated normal with deviation sqrt(2 / fan_in)."""
    return VarianceScaling(2.0, "fan_in", "truncated_normal", seed)


def he_uniform(seed: int | None = None) -> VarianceScaling:
    """Evenly from +-sqrt(6 / fan_in)."""
    return VarianceScaling(2.0, "fan_in", "uniform", seed)


def lecun_normal(seed: int | None = None) -> VarianceScaling:
    """Truncated normal with deviation sqrt(1 / fan_in)."""
    return VarianceScaling(1.0, "fan_in", "truncated_normal", seed)


def lecun_uniform(seed: int | None = None) -> VarianceScaling:
    """Evenly from +-sqrt(3 / fan_in)."""
    return VarianceScaling(1.0, "fan_in", "uniform", seed)


zeros_initializer = Zeros
ones_initializer = Ones
constant_initializer = Constant
random_uniform_initializer = RandomUniform
random_normal_initializer = RandomNormal
truncated_normal_initializer = TruncatedNormal
variance_scaling_initializer = VarianceScaling
