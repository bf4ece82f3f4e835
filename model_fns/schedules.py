"""Learning rates that fall as training goes on: each a scalar tensor computed from the global step."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, final

from model_fns.graph import dtypes
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.graph import get_default_graph
from model_fns.graph.tensor import Tensor
from model_fns.ops.arithmetic import add, cast, divide, minimum, multiply, negative, pow
from model_fns.ops.comparison import equal, less_equal, select
from model_fns.ops.control import identity
from model_fns.ops.elementary import ceil, cos, exp, floor, log, sqrt
from model_fns.ops.random import random_normal
from model_fns.variables import Variable


@final
@dataclass(frozen=True)
class _Inside:
    """The name scope of a schedule, and the first rate and the step in the rate's type."""

    scope: str
    rate: Tensor
    step: Tensor

    def number(self, value: Any) -> Tensor:
        """`value` (number or tensor) in the rate's type."""
        if isinstance(value, Tensor | Variable):
            return cast(value, self.rate.dtype)
        return convert_to_tensor(float(value), self.rate.dtype)


@contextmanager
def _schedule(name: str | None, default: str, learning_rate: Any, global_step: Any) -> Iterator[_Inside]:
    with get_default_graph().name_scope(name or default) as scope:
        rate = convert_to_tensor(learning_rate, name="learning_rate")
        yield _Inside(scope, rate, cast(global_step, rate.dtype))


def exponential_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    decay_rate: Any,
    staircase: bool = False,
    name: str | None = None,
) -> Tensor:
    """learning_rate * decay_rate ^ (global_step / decay_steps).

    Args:
      learning_rate: the first rate, number or scalar tensor. Its type (float32 for a number) is the result's.
      global_step: scalar variable or tensor.
      decay_steps, decay_rate: numbers or scalar tensors.
      staircase: the exponent is rounded down: the rate falls once every decay_steps.
      name: default `ExponentialDecay`.
    """
    with _schedule(name, "ExponentialDecay", learning_rate, global_step) as at:
        fraction = at.step / at.number(decay_steps)
        power = pow(at.number(decay_rate), floor(fraction) if staircase else fraction)
        return multiply(at.rate, power, at.scope)


def natural_exp_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    decay_rate: Any,
    staircase: bool = False,
    name: str | None = None,
) -> Tensor:
    """learning_rate * exp(-decay_rate * global_step / decay_steps). Arguments as `exponential_decay`."""
    if not isinstance(decay_rate, Tensor | Variable):
        decay_rate = float(decay_rate)
    rate = exp(negative(decay_rate))
    return exponential_decay(learning_rate, global_step, decay_steps, rate, staircase, name)


def inverse_time_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    decay_rate: Any,
    staircase: bool = False,
    name: str | None = None,
) -> Tensor:
    """learning_rate / (1 + decay_rate * global_step / decay_steps). Arguments as `exponential_decay`."""
    with _schedule(name, "InverseTimeDecay", learning_rate, global_step) as at:
        fraction = at.step / at.number(decay_steps)
        divisor = 1.0 + at.number(decay_rate) * (floor(fraction) if staircase else fraction)
        return divide(at.rate, divisor, at.scope)


def polynomial_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    end_learning_rate: Any = 0.0001,
    power: Any = 1.0,
    cycle: bool = False,
    name: str | None = None,
) -> Tensor:
    """(learning_rate - end_learning_rate) * (1 - step / decay_steps) ^ power + end_learning_rate.

    Args:
      learning_rate, global_step, decay_steps: as in `exponential_decay`.
      end_learning_rate, power: numbers or scalar tensors.
      cycle: after decay_steps the rate rises again, to fall over 2, 3, ... times decay_steps; else it stays at the end.
      name: default `PolynomialDecay`.
    """
    with _schedule(name, "PolynomialDecay", learning_rate, global_step) as at:
        steps, end = at.number(decay_steps), at.number(end_learning_rate)
        if cycle:
            step = at.step
            steps = steps * select(equal(step, 0.0), 1.0, ceil(step / steps))
        else:
            step = minimum(at.step, steps)
        left = pow(1.0 - step / steps, at.number(power))
        return add((at.rate - end) * left, end, at.scope)


def piecewise_constant(x: Any, boundaries: Sequence[Any], values: Sequence[Any], name: str | None = None) -> Tensor:
    """values[0] while x <= boundaries[0], values[i] for boundaries[i - 1] < x <= boundaries[i], then values[-1].

    Args:
      x: scalar variable, tensor or number, as a rule the global step.
      boundaries: increasing numbers or tensors of the type of x (int32 goes with an int64 x).
      values: numbers or tensors of one type, one more than there are boundaries.
      name: default `PiecewiseConstant`.
    Raises ValueError if types or numbers do not fit.
    """
    x = convert_to_tensor(x)
    edges = [_as_type_of(x, convert_to_tensor(boundary)) for boundary in boundaries]
    levels = [convert_to_tensor(value) for value in values]
    for level in levels[1:]:
        if level.dtype != levels[0].dtype:
            types = f"{levels[0].dtype} vs {level.dtype}"
            raise ValueError(f"Values must have elements all with the same dtype ({types}).")
    if len(edges) != len(levels) - 1:
        raise ValueError("The length of boundaries should be 1 less than the length of values")
    with get_default_graph().name_scope(name or "PiecewiseConstant"):
        result = levels[-1]
        for edge, level in zip(reversed(edges), reversed(levels[:-1]), strict=True):
            result = select(less_equal(x, edge), level, result)
        return result if edges else identity(result)


def _as_type_of(x: Tensor, boundary: Tensor) -> Tensor:
    if boundary.dtype == x.dtype:
        return boundary
    if boundary.dtype == dtypes.int32 and x.dtype == dtypes.int64:
        return cast(boundary, dtypes.int64)
    raise ValueError(f"Boundaries ({boundary.dtype}) must have the same dtype as x ({x.dtype}).")


def cosine_decay(
    learning_rate: Any, global_step: Any, decay_steps: Any, alpha: Any = 0.0, name: str | None = None
) -> Tensor:
    """learning_rate * ((1 - alpha) * (1 + cos(pi * step / decay_steps)) / 2 + alpha), constant after decay_steps.

    Loshchilov, Hutter 2017: SGDR. `alpha` is the share of the first rate at which it ends. Otherwise as
    `exponential_decay`; name default `CosineDecay`.
    """
    with _schedule(name, "CosineDecay", learning_rate, global_step) as at:
        steps, least = at.number(decay_steps), at.number(alpha)
        wave = _wave(minimum(at.step, steps) / steps)
        return multiply(at.rate, (1.0 - least) * wave + least, at.scope)


def cosine_decay_restarts(
    learning_rate: Any,
    global_step: Any,
    first_decay_steps: Any,
    t_mul: Any = 2.0,
    m_mul: Any = 1.0,
    alpha: Any = 0.0,
    name: str | None = None,
) -> Tensor:
    """cosine_decay that starts anew again and again (Loshchilov, Hutter 2017: SGDR).

    Args:
      learning_rate, global_step: as in `exponential_decay`.
      first_decay_steps: length of the first period; each next one is `t_mul` times as long.
      m_mul: each next period starts at `m_mul` times the rate.
      alpha: the share of the first rate at which each period ends.
      name: default `SGDRDecay`.
    """
    with _schedule(name, "SGDRDecay", learning_rate, global_step) as at:
        stretch, least = at.number(t_mul), at.number(alpha)
        fraction = at.step / at.number(first_decay_steps)
        if isinstance(t_mul, int | float):
            restart, fraction = _evenly(fraction) if t_mul == 1 else _geometrically(fraction, stretch)
        else:
            is_even = equal(stretch, 1.0)
            pairs = zip(_evenly(fraction), _geometrically(fraction, stretch), strict=True)
            restart, fraction = (select(is_even, even, geometric) for even, geometric in pairs)
        wave = pow(at.number(m_mul), restart) * _wave(fraction)
        return multiply(at.rate, (1.0 - least) * wave + least, at.scope)


def _evenly(fraction: Tensor) -> tuple[Tensor, Tensor]:
    """(number of restarts so far, share of the present period done) for periods of one length."""
    restart = floor(fraction)
    return restart, fraction - restart


def _geometrically(fraction: Tensor, stretch: Tensor) -> tuple[Tensor, Tensor]:
    """(number of restarts so far, share of the present period done) for periods that grow by the factor `stretch`."""
    restart = floor(log(1.0 - fraction * (1.0 - stretch)) / log(stretch))
    length = pow(stretch, restart)
    return restart, (fraction - (1.0 - length) / (1.0 - stretch)) / length


def _wave(fraction: Tensor) -> Tensor:
    """From 1 down to 0 along a cosine as `fraction` goes from 0 to 1."""
    return 0.5 * (1.0 + cos(math.pi * fraction))


def linear_cosine_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    num_periods: Any = 0.5,
    alpha: Any = 0.0,
    beta: Any = 0.001,
    name: str | None = None,
) -> Tensor:
    """learning_rate * ((alpha + 1 - step / decay_steps) * (1 + cos(2 pi num_periods step / decay_steps)) / 2 + beta).

    Bello et al. 2017: Neural Optimizer Search. Otherwise as `exponential_decay`; name default `LinearCosineDecay`.
    """
    with _schedule(name, "LinearCosineDecay", learning_rate, global_step) as at:
        steps = at.number(decay_steps)
        step = minimum(at.step, steps)
        left = (steps - step) / steps
        wave = _wave(2.0 * at.number(num_periods) * (step / steps))
        return multiply(at.rate, (at.number(alpha) + left) * wave + at.number(beta), at.scope)


def noisy_linear_cosine_decay(
    learning_rate: Any,
    global_step: Any,
    decay_steps: Any,
    initial_variance: Any = 1.0,
    variance_decay: Any = 0.55,
    num_periods: Any = 0.5,
    alpha: Any = 0.0,
    beta: Any = 0.001,
    name: str | None = None,
) -> Tensor:
    """linear_cosine_decay, its linear part with noise of variance initial_variance / (1 + step) ^ variance_decay.

    Bello et al. 2017. Otherwise as `linear_cosine_decay`; name default `NoisyLinearCosineDecay`.
    """
    with _schedule(name, "NoisyLinearCosineDecay", learning_rate, global_step) as at:
        steps = at.number(decay_steps)
        step = minimum(at.step, steps)
        deviation = sqrt(at.number(initial_variance) / pow(1.0 + step, at.number(variance_decay)))
        left = (steps - step) / steps + deviation * random_normal([], dtype=at.rate.dtype)
        wave = _wave(2.0 * at.number(num_periods) * (step / steps))
        return multiply(at.rate, (at.number(alpha) + left) * wave + at.number(beta), at.scope)
