"""Choosing by index: gather and its adjoint scatter_add, one_hot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.graph import dtypes
from model_fns.graph.constant import Constant, as_array, convert_to_tensor
from model_fns.graph.dimensions import Dims, Symbol, unknown
from model_fns.graph.dtypes import DType, as_dtype
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.gather_nd import gather_along
from model_fns.ops.table_rows import are_distinct, present_rows, slices_of


def _check_range(indices: np.ndarray, size: int, bad: Any = False) -> None:
    """InvalidArgumentError for an index of `size` or more, or one that is `bad`."""
    wrong = np.argwhere(bad | (indices >= size))
    if len(wrong):
        at = tuple(int(i) for i in wrong[0])
        raise InvalidArgumentError(message=f"indices{list(at) or ''} = {indices[at]} is not in [0, {size})")


@final
@dataclass(frozen=True)
class Gather(Op):
    """The slices of x along an axis that the indices y name"""

    type_name: ClassVar[str] = "GatherV2"
    axis: int = 0
    handles_sizes: ClassVar[bool] = True

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0]

    def output_shape(self, *inputs: Dims) -> Dims:
        x, indices = inputs
        if not -len(x) <= self.axis < len(x):
            raise ValueError(f"Shape must be at least rank {self.axis + 1} but is rank {len(x)}")
        axis = self.axis % len(x)
        return x[:axis] + indices + x[axis + 1 :]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        params, indices = inputs
        if self.axis == 0 and params.dims is not None:
            return slices_of(upstream, params, indices), None
        return apply(ScatterAdd(self.axis), updates=upstream, indices=indices, like=params), None

    def kernel(self, *inputs: Any) -> Any:
        x, indices = inputs
        _check_range(np.asarray(indices), np.shape(x)[self.axis], np.asarray(indices) < 0)
        return np.take(x, indices, self.axis)


@final
@dataclass(frozen=True)
class ScatterAdd(Op):
    """Zeros in the shape of z, with the slices x added where the indices y say: the adjoint of Gather

    Negative indices, -1 among them, are nowhere.
    """

    axis: int = 0
    shape_inputs: ClassVar[tuple[int, ...]] = (2,)

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0]

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[2]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return gather(upstream, inputs[1], axis=self.axis), None, None

    def kernel(self, *inputs: Any) -> Any:
        updates, indices, like = inputs
        shape = np.shape(like)
        axis = self.axis % len(shape)
        result = np.zeros((shape[axis], *shape[:axis], *shape[axis + 1 :]), updates.dtype)
        moved = np.moveaxis(updates, range(axis, axis + np.ndim(indices)), range(np.ndim(indices)))
        present = np.asarray(indices) >= 0
        _check_range(np.asarray(indices), shape[axis])
        np.add.at(result, indices[present], moved[present])
        return np.ascontiguousarray(np.moveaxis(result, 0, axis))


@final
@dataclass(frozen=True)
class OneHot(Op):
    """on_value at the place that the index names, off_value elsewhere, along a new axis of `depth`"""

    depth: int
    axis: int = -1
    on_value: float = 1
    off_value: float = 0
    dtype: DType = dtypes.float32

    def output_dtype(self, *inputs: DType) -> DType:
        return self.dtype

    def output_shape(self, *inputs: Dims) -> Dims:
        axis = len(inputs[0]) if self.axis == -1 else self.axis
        return inputs[0][:axis] + (self.depth,) + inputs[0][axis:]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,)

    def kernel(self, *inputs: Any) -> Any:
        hot = np.expand_dims(inputs[0], -1) == np.arange(self.depth)
        value = np.where(hot, self.on_value, self.off_value).astype(self.dtype.as_numpy_dtype)
        return value if self.axis == -1 else np.ascontiguousarray(np.moveaxis(value, -1, self.axis))


@final
@dataclass(frozen=True)
class ComputedOneHot(Op):
    """OneHot of the depth y"""

    type_name: ClassVar[str] = "OneHot"
    axis: int = -1
    on_value: float = 1
    off_value: float = 0
    dtype: DType = dtypes.float32
    value_inputs: ClassVar[tuple[int, ...]] = (1,)

    def of_depth(self, depth: Any) -> OneHot:
        return OneHot(depth, self.axis, self.on_value, self.off_value, self.dtype)

    def output_dtype(self, *inputs: DType) -> DType:
        return self.dtype

    def copes_without(self, position: int) -> bool:
        return position == 1

    def output_shape(self, *inputs: Any) -> Dims:
        indices, depth = inputs
        return self.of_depth(unknown() if depth is None else depth[0]).output_shape(indices)

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return None, None

    def kernel(self, *inputs: Any) -> Any:
        indices, depth = inputs
        if depth < 0:
            raise InvalidArgumentError(message=f"depth must be non-negative, got: {int(depth)}")
        return self.of_depth(int(depth)).kernel(indices)


def gather(
    params: Any,
    indices: Any,
    validate_indices: Any = None,
    name: str | None = None,
    axis: int | None = None,
    batch_dims: int = 0,
) -> Tensor:
    """The slices of `params` along `axis` (default `batch_dims`) at `indices`.

    With `batch_dims`, the first axes of both go together. InvalidArgumentError for an index out of range; but -1 among
    the indices of a gradient, as an optimizer's _apply_sparse gets it, gives zeros.
    """
    if batch_dims:
        return gather_along(params, indices, int(batch_dims if axis is None else axis), int(batch_dims), name)
    params, indices = convert_to_tensor(params), convert_to_tensor(indices)
    if not axis and are_distinct(indices):
        return present_rows(params, indices, name=name)
    return apply(Gather(int(axis or 0)), name, params=params, indices=indices)


def one_hot(
    indices: Any,
    depth: Any,
    on_value: Any = None,
    off_value: Any = None,
    axis: int | None = None,
    dtype: Any = None,
    name: str | None = None,
) -> Tensor:
    """A new axis of size `depth` with `on_value` (1) at each index and `off_value` (0) elsewhere.

    Rows of bad indices stay off.
    """
    size = depth.known_value if isinstance(depth, Tensor) else depth
    rank = len(depth.dims or ()) if isinstance(depth, Tensor) else np.ndim(depth)
    if rank:
        raise ValueError(f"Input must be scalar but has rank {rank}: depth is {depth}")
    kind = _value_type(on_value, off_value, dtype)
    definition = ComputedOneHot(
        -1 if axis is None else int(axis),
        _as_value(1 if on_value is None else on_value, kind),
        _as_value(0 if off_value is None else off_value, kind),
        kind,
    )
    indices, name = convert_to_tensor(indices), name or "one_hot"
    if size is None or isinstance(np.ravel(size)[0], Symbol):
        return apply(definition, name, indices=indices, depth=depth)
    if isinstance(depth, Tensor):
        size = depth.taken_value()
    if size < 0:
        raise ValueError(f"Dimension size, given by scalar input 1, must be non-negative but is {size}")
    return apply(definition.of_depth(int(size)), name, indices=indices)


def _value_type(on_value: Any, off_value: Any, dtype: Any) -> DType:
    """The element type of a one-hot tensor: `dtype`, or that of the values, which must agree with it."""
    given = {
        name: value.dtype if isinstance(value, Tensor) else _type_of(value)
        for name, value in (("on_value", on_value), ("off_value", off_value))
        if value is not None
    }
    wanted = None if dtype is None else as_dtype(dtype)
    for name, kind in given.items():
        if wanted is not None and kind != wanted:
            raise TypeError(f"dtype {kind!r} of {name} does not match dtype parameter {wanted!r}")
    kinds = list(given.values())
    if len(kinds) == 2 and kinds[0] != kinds[1]:
        raise TypeError(f"dtype {kinds[0]!r} of on_value does not match dtype {kinds[1]!r} of off_value")
    return wanted or (kinds[0] if kinds else dtypes.float32)


def _type_of(value: Any) -> DType:
    """The element type that `value` would have as a tensor."""
    array = as_array(value, None)
    return dtypes.string if array.dtype == object else as_dtype(array.dtype)


def _as_value(value: Any, kind: DType) -> Any:
    """A value as the elements of a one-hot tensor hold it."""
    if not isinstance(value, Tensor):
        return as_array(value, kind).item()
    definition = value.op.definition
    if not isinstance(definition, Constant):
        raise ValueError(f"on_value and off_value must be known when the graph is built, got {value}")
    return definition.value.array.item()
