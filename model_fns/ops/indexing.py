"""Choosing by index: gather and its adjoint scatter_add, one_hot, embedding look-ups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.graph import dtypes
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims
from model_fns.graph.dtypes import DType, as_dtype
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply, graph_of
from model_fns.ops.control import identity
from model_fns.ops.gather_nd import gather_along


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
        return apply(ScatterAdd(self.axis), updates=upstream, indices=inputs[1], like=inputs[0]), None

    def kernel(self, *inputs: Any) -> Any:
        x, indices = inputs
        size = np.shape(x)[self.axis]
        bad = np.argwhere((np.asarray(indices) < 0) | (np.asarray(indices) >= size))
        if len(bad):
            at = tuple(int(i) for i in bad[0])
            raise InvalidArgumentError(
                message=f"indices{list(at) or ''} = {np.asarray(indices)[at]} is not in [0, {size})"
            )
        return np.take(x, indices, self.axis)


@final
@dataclass(frozen=True)
class ScatterAdd(Op):
    """Zeros in the shape of z, with the slices x added where the indices y say: the adjoint of Gather"""

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
        np.add.at(result, indices, moved)
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


def gather(
    params: Any,
    indices: Any,
    validate_indices: Any = None,
    name: str | None = None,
    axis: int | None = None,
    batch_dims: int = 0,
) -> Tensor:
    """The slices of `params` along `axis` (default `batch_dims`) at `indices`.

    With `batch_dims`, the first axes of both go together. InvalidArgumentError for an index out of range.
    """
    if batch_dims:
        return gather_along(params, indices, int(batch_dims if axis is None else axis), int(batch_dims), name)
    return apply(Gather(int(axis or 0)), name, params=convert_to_tensor(params), indices=convert_to_tensor(indices))


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
    if size is None:
        raise ValueError(f"depth must be known when the graph is built, got {depth}")
    definition = OneHot(
        int(size),
        -1 if axis is None else int(axis),
        1 if on_value is None else on_value,
        0 if off_value is None else off_value,
        as_dtype(dtype or dtypes.float32),
    )
    return apply(definition, name or "one_hot", indices=convert_to_tensor(indices))


def embedding_lookup(
    params: Any,
    ids: Any,
    partition_strategy: str = "mod",
    name: str | None = None,
    validate_indices: bool = True,
    max_norm: Any = None,
) -> Tensor:
    """The rows of the table `params` at `ids`."""
    if max_norm is not None:
        raise NotImplementedError(
            "tf.nn.embedding_lookup: max_norm is not available. Use tf.clip_by_norm on the result."
        )
    table = params[0] if isinstance(params, list | tuple) and len(params) == 1 else params
    if isinstance(table, list | tuple):
        raise NotImplementedError("tf.nn.embedding_lookup: a list of partitions is not available. Pass one table.")
    graph = graph_of(table, ids)
    with graph.as_default(), graph.name_scope(name or "embedding_lookup") as scope:
        return identity(gather(table, ids, name=scope))
