"""Means and variances by way of sums, which may be added up over several batches."""

from __future__ import annotations

from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.tensor import Tensor
from model_fns.ops.arithmetic import add, cast, multiply, square, squared_difference, subtract
from model_fns.ops.elementary import reciprocal
from model_fns.ops.moments import batch_normalization
from model_fns.ops.reduction import reduce_sum
from model_fns.ops.sizes import product_of, size_at


def sufficient_statistics(
    x: Any, axes: Any, shift: Any = None, keep_dims: Any = None, name: str | None = None, keepdims: Any = None
) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
    """How many numbers there are along `axes`, their sum, the sum of their squares (both less `shift`), and `shift`."""
    tensor = convert_to_tensor(x, name="x")
    kept = bool(keep_dims or keepdims)
    positions = sorted(set(axes))
    with tensor.graph.as_default(), tensor.graph.name_scope(name or "sufficient_statistics"):
        sizes = [size_at(tensor, axis) for axis in positions]
        counts = cast(convert_to_tensor(product_of(sizes)), tensor.dtype)
        offset = None if shift is None else convert_to_tensor(shift, tensor.dtype, "shift")
        values = tensor if offset is None else subtract(tensor, offset)
        squares = square(tensor) if offset is None else squared_difference(tensor, offset)
        total = reduce_sum(values, positions, kept, "mean_ss")
        return counts, total, reduce_sum(squares, positions, kept, "var_ss"), offset


def normalize_moments(
    counts: Any, mean_ss: Any, variance_ss: Any, shift: Any, name: str | None = None
) -> tuple[Tensor, Tensor]:
    """Mean and variance of what `sufficient_statistics` has told."""
    total = convert_to_tensor(mean_ss)
    with total.graph.as_default(), total.graph.name_scope(name or "normalize"):
        divisor = reciprocal(convert_to_tensor(counts, None if isinstance(counts, Tensor) else total.dtype), "divisor")
        shifted = multiply(total, divisor, "shifted_mean")
        mean = shifted if shift is None else add(shifted, shift, "mean")
        variance = subtract(multiply(variance_ss, divisor), square(shifted), "variance")
        return mean, variance


def batch_norm_with_global_normalization(
    t: Any = None,
    m: Any = None,
    v: Any = None,
    beta: Any = None,
    gamma: Any = None,
    variance_epsilon: Any = None,
    scale_after_normalization: Any = None,
    name: str | None = None,
    input: Any = None,
    mean: Any = None,
    variance: Any = None,
) -> Tensor:
    """`batch_normalization` under its first name; gamma counts only if `scale_after_normalization`."""
    return batch_normalization(
        input if t is None else t,
        mean if m is None else m,
        variance if v is None else v,
        beta,
        gamma if scale_after_normalization else None,
        variance_epsilon,
        name,
    )
