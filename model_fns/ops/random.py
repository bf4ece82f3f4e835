"""Random numbers from a counter.

Element i of draw `step` depends on the seed, the operation's stream, `step` and i alone. So results do not depend on
threads, on batches drawn before, or on where a job was interrupted.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.graph import dtypes
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims
from model_fns.graph.dtypes import DType, as_dtype
from model_fns.graph.graph import get_seeds
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply, graph_of
from model_fns.ops.arithmetic import add, cast, multiply
from model_fns.ops.comparison import greater_equal
from model_fns.ops.shaping import shape, size_vector
from model_fns.random_bits import made_of_bits, random_bits, shuffle_order, uniform


@dataclass(frozen=True)
class Draw(Op):
    """Random numbers in the shape given as a vector"""

    dtype: DType
    seed: int | None = None  # None: the run's own seed
    stream: int = 0
    value_inputs: ClassVar[tuple[int, ...]] = (0,)
    draws: ClassVar[bool] = True
    stateful: ClassVar[bool] = True

    def output_dtype(self, *inputs: DType) -> DType:
        return self.dtype

    def output_shape(self, *inputs: Any) -> Dims:
        return tuple(inputs[0])

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,) * len(inputs)

    def made(self, shape: Any, key: int, make: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """What `make` makes of the key's bits, in `shape`."""
        sizes = tuple(int(size) for size in shape)
        count = int(np.prod(sizes, initial=1))
        return made_of_bits(key, count, make, self.dtype.as_numpy_dtype).reshape(sizes)


@final
class RandomUniform(Draw):
    """Numbers drawn evenly from [0, 1)"""

    def kernel(self, *inputs: Any) -> Any:
        shape, key = inputs
        return self.made(shape, key, lambda bits: uniform(bits, self.dtype.as_numpy_dtype))


@final
class RandomUniformInt(Draw):
    """Integers drawn evenly from [y, z)"""

    def kernel(self, *inputs: Any) -> Any:
        shape, low, high, key = inputs
        span = np.float64(int(high) - int(low))
        return self.made(shape, key, lambda bits: int(low) + np.floor(uniform(bits, np.float64) * span))


@final
class RandomStandardNormal(Draw):
    """Numbers of the normal distribution with mean 0 and deviation 1"""

    def kernel(self, *inputs: Any) -> Any:
        shape, key = inputs
        return self.made(shape, key, lambda bits: inverse_normal(uniform(bits, np.float64) + 2.0**-54))


@final
class TruncatedNormal(Draw):
    """As the normal distribution, but never further than two deviations from the mean"""

    def kernel(self, *inputs: Any) -> Any:
        shape, key = inputs
        outside = 0.5 * math.erfc(math.sqrt(2.0))  # the probability below -2
        return self.made(
            shape, key, lambda bits: inverse_normal(outside + uniform(bits, np.float64) * (1 - 2 * outside))
        )


@final
@dataclass(frozen=True)
class RandomShuffle(Op):
    """The rows of x in a random order"""

    seed: int | None = None
    stream: int = 0
    draws: ClassVar[bool] = True
    stateful: ClassVar[bool] = True

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[0]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,)

    def kernel(self, *inputs: Any) -> Any:
        x, key = inputs
        return x[shuffle_order(len(x), key)]


@final
@dataclass(frozen=True)
class Dropout(Op):
    """x / (1 - rate) where a uniform draw is at least `rate`, else 0 (Srivastava et al. 2014)"""

    rate: float
    seed: int | None = None
    stream: int = 0
    draws: ClassVar[bool] = True
    stateful: ClassVar[bool] = True

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[0]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (apply(Dropout(self.rate, self.seed, self.stream), x=upstream),)  # the same draw: the same key

    def kernel(self, *inputs: Any) -> Any:
        x, key = inputs
        draw = uniform(random_bits(key, x.size), np.dtype(np.float32)).reshape(x.shape)
        scale = x.dtype.type(1 / (1 - self.rate)) if self.rate < 1 else x.dtype.type(0)
        return np.where(draw >= np.float32(self.rate), x * scale, x.dtype.type(0))


_CENTRE = (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
           13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608)  # fmt: skip
_CENTRE_BELOW = (5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
                 5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0)  # fmt: skip
_NEAR = (7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
         3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734)  # fmt: skip
_NEAR_BELOW = (1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
               0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0)  # fmt: skip
_FAR = (2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
        0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772)  # fmt: skip
_FAR_BELOW = (2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
              0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1.0)  # fmt: skip


def inverse_normal(share: np.ndarray) -> np.ndarray:
    """The number below which `share` of the normal distribution lies (Wichura 1988, algorithm AS 241, 1e-16)."""
    offset = share - 0.5
    r = 0.180625 - offset * offset
    centre = offset * np.polyval(_CENTRE, r) / np.polyval(_CENTRE_BELOW, r)
    tail = np.sqrt(-np.log(np.minimum(share, 1 - share)))
    near = np.polyval(_NEAR, tail - 1.6) / np.polyval(_NEAR_BELOW, tail - 1.6)
    far = np.polyval(_FAR, tail - 5) / np.polyval(_FAR_BELOW, tail - 5)
    outer = np.sign(offset) * np.where(tail <= 5, near, far)
    return np.where(np.abs(offset) <= 0.425, centre, outer)


def _drawn(kind: type[Draw], shape: Any, dtype: Any, seed: int | None, name: str | None = None) -> Tensor:
    graph_seed, stream = get_seeds(seed)
    return apply(kind(as_dtype(dtype), graph_seed, stream), name, shape=size_vector(shape))


def random_uniform(
    shape: Any,
    minval: Any = 0,
    maxval: Any = None,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Numbers drawn evenly from [minval, maxval), by default [0, 1). Integer types need maxval."""
    dtype = as_dtype(dtype)
    if dtype.is_integer:
        if maxval is None:
            raise ValueError(f"Must specify maxval for integer dtype {dtype!r}")
        graph_seed, stream = get_seeds(seed)
        low, high = convert_to_tensor(minval, dtype), convert_to_tensor(maxval, dtype)
        return apply(
            RandomUniformInt(dtype, graph_seed, stream),
            name or "random_uniform",
            shape=size_vector(shape),
            minval=low,
            maxval=high,
        )
    maxval = 1 if maxval is None else maxval
    graph = graph_of(shape, minval, maxval)
    with graph.as_default(), graph.name_scope(name or "random_uniform") as scope:
        if not isinstance(minval, Tensor) and not isinstance(maxval, Tensor) and (minval, maxval) == (0, 1):
            return _drawn(RandomUniform, shape, dtype, seed, scope)
        drawn = _drawn(RandomUniform, shape, dtype, seed)
        span = convert_to_tensor(maxval, dtype) - minval if isinstance(minval, Tensor) else maxval - minval
        return add(multiply(drawn, span, "mul"), minval, scope)


def random_normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Numbers of the normal distribution."""
    return _scaled(RandomStandardNormal, shape, mean, stddev, dtype, seed, name or "random_normal")


def truncated_normal(
    shape: Any,
    mean: Any = 0.0,
    stddev: Any = 1.0,
    dtype: Any = dtypes.float32,
    seed: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Numbers of the normal distribution, those beyond two deviations drawn again."""
    return _scaled(TruncatedNormal, shape, mean, stddev, dtype, seed, name or "truncated_normal")


def _scaled(kind: type[Draw], shape: Any, mean: Any, stddev: Any, dtype: Any, seed: int | None, name: str) -> Tensor:
    """Draws of `kind`, scaled and moved: under `name`, as its parts are, `name/mul` for one."""
    graph = graph_of(shape, mean, stddev)
    with graph.as_default(), graph.name_scope(name) as scope:
        drawn = _drawn(kind, shape, dtype, seed)
        mean, stddev = convert_to_tensor(mean, drawn.dtype, "mean"), convert_to_tensor(stddev, drawn.dtype, "stddev")
        return add(multiply(drawn, stddev, "mul"), mean, scope)


def random_shuffle(value: Any, seed: int | None = None, name: str | None = None) -> Tensor:
    """The rows of `value` in a random order."""
    graph_seed, stream = get_seeds(seed)
    return apply(RandomShuffle(graph_seed, stream), name, value=convert_to_tensor(value))


def dropout(
    x: Any,
    keep_prob: Any = None,
    noise_shape: Any = None,
    seed: int | None = None,
    name: str | None = None,
    rate: Any = None,
) -> Tensor:
    """Zeroes a share `rate` (= 1 - keep_prob) of the elements of `x` and scales the others by 1 / (1 - rate).

    With `noise_shape`, an axis of size 1 there shares one draw. ValueError unless exactly one of rate and keep_prob is
    given.
    """
    x = convert_to_tensor(x, name="x")
    if keep_prob is not None and rate is not None:
        raise ValueError("rate and keep_prob arguments are contradictory: give only one.")
    if rate is None and keep_prob is None:
        raise ValueError("You must provide a rate to dropout.")
    if not x.dtype.is_floating:
        raise ValueError(
            f"x has to be a floating point tensor since it's going to be scaled. Got a {x.dtype} tensor instead."
        )
    rate = 1 - keep_prob if rate is None else rate
    graph_seed, stream = get_seeds(seed)
    if isinstance(rate, Tensor):
        with x.graph.as_default(), x.graph.name_scope(name or "dropout"):
            draw = random_uniform(_noise_shape(x, noise_shape), dtype=x.dtype, seed=seed)
            return multiply(x * (1 / (1 - rate)), _kept(draw, rate), "mul_1")
    if not 0 <= rate < 1:
        raise ValueError(f"rate must be a scalar tensor or a float in the range [0, 1), got {rate:g}")
    with x.graph.as_default(), x.graph.name_scope(name or "dropout"):
        if rate == 0:
            return x
        if noise_shape is None:
            return apply(Dropout(float(rate), graph_seed, stream), "mul_1", x=x)
        draw = random_uniform(_noise_shape(x, noise_shape), dtype=x.dtype, seed=seed)
        return multiply(x * _kept(draw, rate), 1 / (1 - rate), "mul_1")


def _kept(draw: Tensor, rate: Any) -> Tensor:
    return cast(
        greater_equal(draw, convert_to_tensor(rate, draw.dtype) if not isinstance(rate, Tensor) else rate), draw.dtype
    )


def _noise_shape(x: Tensor, noise_shape: Any) -> Any:
    whole = shape(x)
    if noise_shape is None:
        return whole
    if isinstance(noise_shape, Tensor):
        return noise_shape
    return [whole[i] if size is None else size for i, size in enumerate(noise_shape)]
