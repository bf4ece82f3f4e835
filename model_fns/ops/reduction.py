"""Reductions: sums, means, extrema, products along axes, and where the extremum is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.graph import dtypes
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims, text
from model_fns.graph.dtypes import DType
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.arithmetic import add, cast
from model_fns.ops.comparison import equal, is_finite, not_equal, select
from model_fns.ops.control import stop_gradient
from model_fns.ops.elementary import exp, log
from model_fns.ops.shaping import SizeRatio, broadcast_like, expand_dims, reshape_like


@dataclass(frozen=True)
class Reduction(Op):
    """A tensor without some axes (or with size 1 there), each element made from all elements along them."""

    axes: tuple[int, ...] | None = None
    keepdims: bool = False

    def positions(self, rank: int) -> tuple[int, ...]:
        """The reduced axes, counted from 0 and in order."""
        if self.axes is None:
            return tuple(range(rank))
        for axis in self.axes:
            if not -rank <= axis < rank:
                raise ValueError(f"Invalid reduction dimension {axis} for input with {rank} dimensions.")
        return tuple(sorted({axis % rank for axis in self.axes}))

    def copes_without(self, position: int) -> bool:
        return self.axes is None and not self.keepdims  # a scalar, whatever is reduced

    def output_shape(self, *inputs: Any) -> Dims:
        if inputs[0] is None:
            return ()
        positions = self.positions(len(inputs[0]))
        kept = [
            (1 if i in positions else size) for i, size in enumerate(inputs[0]) if self.keepdims or i not in positions
        ]
        return tuple(kept)

    def reduced(self, function: Any, x: Any) -> Any:
        return function(x, axis=self.positions(np.ndim(x)), keepdims=self.keepdims)

    def spread(self, tensor: Tensor, like: Tensor) -> Tensor:
        """A tensor of the output's shape repeated to the input's."""
        if not self.keepdims and like.dims is not None:
            for axis in self.positions(len(like.dims)):
                tensor = expand_dims(tensor, axis)
        elif not self.keepdims and self.axes is not None:  # from either end inwards, as the rank is not known
            for axis in sorted({axis for axis in self.axes if axis >= 0}):
                tensor = expand_dims(tensor, axis)
            for axis in sorted({axis for axis in self.axes if axis < 0}, reverse=True):
                tensor = expand_dims(tensor, axis)
        return broadcast_like(tensor, like)


@final
class Sum(Reduction):
    """The sum along axes"""

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (self.spread(upstream, inputs[0]),)

    def kernel(self, *inputs: Any) -> Any:
        return self.reduced(np.sum, inputs[0]).astype(inputs[0].dtype)


@final
class Mean(Reduction):
    """The mean along axes; integers are divided with the remainder dropped"""

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        count = apply(SizeRatio(upstream.dtype), x=inputs[0], y=output)
        return (self.spread(upstream / count, inputs[0]),)

    def kernel(self, *inputs: Any) -> Any:
        x = inputs[0]
        total = self.reduced(np.sum, x).astype(x.dtype)
        count = np.size(x) // max(np.size(total), 1)
        with np.errstate(all="ignore"):
            if x.dtype.kind == "f":
                return (total / count).astype(x.dtype)
        return (np.sign(total) * (np.abs(total) // max(count, 1))).astype(x.dtype)


@final
class Prod(Reduction):
    """The product along axes"""

    handles_sizes: ClassVar[bool] = True

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        x = inputs[0]
        zero = equal(x, convert_to_tensor(0, x.dtype))
        zeros = self.spread(apply(Sum(self.axes, self.keepdims), x=cast(zero, x.dtype)), x)
        # With a zero among them, only its own gradient is not 0: the product of the others.
        others = select(zero, 1.0, x)
        product = self.spread(upstream * apply(Prod(self.axes, self.keepdims), x=others), x)
        alone = equal(zeros, cast(zero, x.dtype))
        return (select(alone, product / others, 0.0),)

    def kernel(self, *inputs: Any) -> Any:
        return np.asarray(self.reduced(np.prod, inputs[0])).astype(inputs[0].dtype)


class Extremum(Reduction):
    """A largest or smallest element; equal ones share the gradient, as in TensorFlow"""

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        x = inputs[0]
        chosen = cast(equal(x, self.spread(output, x)), x.dtype)
        count = apply(Sum(self.axes, self.keepdims), x=chosen)
        return (chosen * self.spread(upstream / count, x),)


@final
class Max(Extremum):
    """The largest element along axes"""

    def kernel(self, *inputs: Any) -> Any:
        x = inputs[0]
        lowest = -np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).min
        return np.max(x, axis=self.positions(x.ndim), keepdims=self.keepdims, initial=lowest).astype(x.dtype)


@final
class Min(Extremum):
    """The smallest element along axes"""

    def kernel(self, *inputs: Any) -> Any:
        x = inputs[0]
        highest = np.inf if x.dtype.kind == "f" else np.iinfo(x.dtype).max
        return np.min(x, axis=self.positions(x.ndim), keepdims=self.keepdims, initial=highest).astype(x.dtype)


@final
class All(Reduction):
    """Whether all elements along axes are True"""

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,)

    def kernel(self, *inputs: Any) -> Any:
        return np.asarray(self.reduced(np.all, inputs[0]))


@final
class Any_(Reduction):
    """Whether any element along axes is True"""

    type_name: ClassVar[str] = "Any"

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,)

    def kernel(self, *inputs: Any) -> Any:
        return np.asarray(self.reduced(np.any, inputs[0]))


@dataclass(frozen=True)
class Position(Op):
    """The index of an extremum along one axis"""

    axis: int = 0
    dtype: DType = dtypes.int64

    def output_dtype(self, *inputs: DType) -> DType:
        return self.dtype

    def output_shape(self, *inputs: Dims) -> Dims:
        rank = len(inputs[0])
        if not -rank <= self.axis < rank:
            raise ValueError(f"Expected dimension in the range [{-rank}, {rank}), but got {self.axis}")
        axis = self.axis % rank
        return inputs[0][:axis] + inputs[0][axis + 1 :]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,)

    def check_not_empty(self, x: Any) -> None:
        sizes = np.shape(x)
        if not sizes[self.axis]:
            raise InvalidArgumentError(
                message=f"Reduction axis {self.axis % len(sizes)} is empty in shape {text(sizes)}"
            )


@final
class ArgMax(Position):
    """The index of the largest element along an axis, the first of equal ones"""

    def kernel(self, *inputs: Any) -> Any:
        self.check_not_empty(inputs[0])
        return np.asarray(np.argmax(inputs[0], self.axis)).astype(self.dtype.as_numpy_dtype)


@final
class ArgMin(Position):
    """The index of the smallest element along an axis, the first of equal ones"""

    def kernel(self, *inputs: Any) -> Any:
        self.check_not_empty(inputs[0])
        return np.asarray(np.argmin(inputs[0], self.axis)).astype(self.dtype.as_numpy_dtype)


def _axis(axis: Any, old: Any, name: str = "reduction_indices") -> Any:
    """The axis under its name of today or its old one; ValueError if both are given."""
    if axis is not None and old is not None:
        raise ValueError(f"Cannot specify both '{name}' and 'axis'")
    return old if axis is None else axis


def _reduce(
    kind: type[Reduction], tensor: Any, axis: Any, keepdims: Any, name: str | None, dtype: Any = None
) -> Tensor:
    if axis is None:
        axes = None
    elif isinstance(axis, Tensor):
        known = axis.taken_value()
        if known is None:
            raise ValueError(f"the axes of a reduction must be known when the graph is built, got {axis}")
        axes = tuple(int(item) for item in np.ravel(known))
    else:
        axes = tuple(int(item) for item in np.ravel(axis))
    return apply(kind(axes, bool(keepdims)), name, dtype, input_tensor=convert_to_tensor(tensor, dtype))


def reduce_sum(
    input_tensor: Any,
    axis: Any = None,
    keepdims: Any = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: Any = None,
) -> Tensor:
    """The sum along `axis` (a number, a list, or None for all)."""
    return _reduce(Sum, input_tensor, _axis(axis, reduction_indices), keepdims or keep_dims, name)


def reduce_mean(
    input_tensor: Any,
    axis: Any = None,
    keepdims: Any = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: Any = None,
) -> Tensor:
    """The mean along `axis` (a number, a list, or None for all)."""
    return _reduce(Mean, input_tensor, _axis(axis, reduction_indices), keepdims or keep_dims, name)


def reduce_prod(
    input_tensor: Any,
    axis: Any = None,
    keepdims: Any = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: Any = None,
) -> Tensor:
    """The product along `axis` (a number, a list, or None for all)."""
    return _reduce(Prod, input_tensor, _axis(axis, reduction_indices), keepdims or keep_dims, name)


def reduce_max(
    input_tensor: Any,
    axis: Any = None,
    keepdims: Any = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: Any = None,
) -> Tensor:
    """The largest element along `axis` (a number, a list, or None for all)."""
    return _reduce(Max, input_tensor, _axis(axis, reduction_indices), keepdims or keep_dims, name)


def reduce_min(
    input_tensor: Any,
    axis: Any = None,
    keepdims: Any = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: Any = None,
) -> Tensor:
    """The smallest element along `axis` (a number, a list, or None for all)."""
    return _reduce(Min, input_tensor, _axis(axis, reduction_indices), keepdims or keep_dims, name)


def reduce_all(
    input_tensor: Any,
    axis: Any = None,
    keepdims: Any = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: Any = None,
) -> Tensor:
    """Whether all elements along `axis` are True."""
    return _reduce(All, input_tensor, _axis(axis, reduction_indices), keepdims or keep_dims, name, dtypes.bool_)


def reduce_any(
    input_tensor: Any,
    axis: Any = None,
    keepdims: Any = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: Any = None,
) -> Tensor:
    """Whether any element along `axis` is True."""
    return _reduce(Any_, input_tensor, _axis(axis, reduction_indices), keepdims or keep_dims, name, dtypes.bool_)


def reduce_logsumexp(
    input_tensor: Any,
    axis: Any = None,
    keepdims: Any = None,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: Any = None,
) -> Tensor:
    """log(sum(exp(x))) along `axis`, without overflow."""
    from_axis = _axis(axis, reduction_indices)
    tensor = convert_to_tensor(input_tensor)
    with tensor.graph.as_default(), tensor.graph.name_scope(name or "ReduceLogSumExp"):
        largest = reduce_max(tensor, from_axis, True)
        largest = stop_gradient(select(is_finite(largest), largest, 0.0))
        summed = log(reduce_sum(exp(tensor - largest), from_axis, keepdims or keep_dims))
        return add(summed, reshape_like(largest, summed), "Add")


def argmax(
    input: Any, axis: Any = None, name: str | None = None, dimension: Any = None, output_type: Any = dtypes.int64
) -> Tensor:
    """The index of the largest element along `axis` (default 0), the first of equal ones."""
    return apply(
        ArgMax(int(_axis(axis, dimension, "dimension") or 0), dtypes.as_dtype(output_type)),
        name,
        input=convert_to_tensor(input),
    )


def argmin(
    input: Any, axis: Any = None, name: str | None = None, dimension: Any = None, output_type: Any = dtypes.int64
) -> Tensor:
    """The index of the smallest element along `axis` (default 0), the first of equal ones."""
    return apply(
        ArgMin(int(_axis(axis, dimension, "dimension") or 0), dtypes.as_dtype(output_type)),
        name,
        input=convert_to_tensor(input),
    )


def count_nonzero(
    input_tensor: Any = None,
    axis: Any = None,
    keepdims: Any = None,
    dtype: Any = dtypes.int64,
    name: str | None = None,
    reduction_indices: Any = None,
    keep_dims: Any = None,
    input: Any = None,
) -> Tensor:
    """How many elements along `axis` are not zero. `input`: a second name of `input_tensor`."""
    tensor = convert_to_tensor(input if input_tensor is None else input_tensor)
    with tensor.graph.as_default(), tensor.graph.name_scope(name or "count_nonzero"):
        found = cast(not_equal(tensor, convert_to_tensor(0, tensor.dtype)), dtype)
        return reduce_sum(found, axis, keepdims, None, reduction_indices, keep_dims)


def arg_max(input: Any, dimension: Any, output_type: Any = dtypes.int64, name: str | None = None) -> Tensor:
    """`argmax` under its first name."""
    return argmax(input, dimension, name, None, output_type)


def arg_min(input: Any, dimension: Any, output_type: Any = dtypes.int64, name: str | None = None) -> Tensor:
    """`argmin` under its first name."""
    return argmin(input, dimension, name, None, output_type)
