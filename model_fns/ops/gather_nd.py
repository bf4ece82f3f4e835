"""Elements and slices at places given by index vectors, and their adjoint."""

from __future__ import annotations

from typing import Any, ClassVar, final

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims, Symbol, text
from model_fns.graph.dtypes import DType
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.arithmetic import cast
from model_fns.ops.joining import range_, stack
from model_fns.ops.shaping import broadcast_like, reshape, size_vector
from model_fns.ops.sizes import known_rank, size_at
from model_fns.ops.table_rows import slices_of


def _depth(indices: Dims) -> int:
    """How many of the axes an index vector names."""
    if not indices or isinstance(indices[-1], Symbol):
        raise ValueError(
            f"The last size of the indices must be known when the graph is built, but their shape is {text(indices)}"
        )
    return indices[-1]


def checked_places(indices: Any, shape: tuple[int, ...]) -> tuple[Any, ...]:
    """The indices of each axis. InvalidArgumentError for one that is out of range."""
    indices = np.asarray(indices)
    bad = np.argwhere(np.any((indices < 0) | (indices >= np.array(shape[: indices.shape[-1]], int)), -1))
    if len(bad):
        at = tuple(int(i) for i in bad[0])
        raise InvalidArgumentError(
            message=f"indices{list(at)} = {indices[at].tolist()} does not index into shape {list(shape)}"
        )
    return tuple(np.moveaxis(indices, -1, 0))


@final
class GatherNd(Op):
    """The slices of x at the index vectors along the last axis of y"""

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0]

    def output_shape(self, *inputs: Dims) -> Dims:
        x, indices = inputs
        depth = _depth(indices)
        if depth > len(x):
            raise ValueError(
                f"indices.shape[-1] must be <= params.rank, but saw indices shape {text(indices)} and params shape "
                f"{text(x)}"
            )
        return indices[:-1] + x[depth:]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        params, indices = inputs
        if params.dims is not None and indices.dims is not None and indices.dims[1:] == (1,):
            return slices_of(upstream, params, reshape(indices, [-1])), None
        return apply(ScatterNdLike(), updates=upstream, indices=indices, like=params), None

    def kernel(self, *inputs: Any) -> Any:
        x, indices = inputs
        if np.shape(indices)[-1] == 0:  # each vector names all of x
            return np.array(np.broadcast_to(x, np.shape(indices)[:-1] + np.shape(x)))
        return np.asarray(x[checked_places(indices, np.shape(x))], order="C")


@final
class ScatterNdLike(Op):
    """Zeros in the shape of z, with the slices x added at the index vectors y: the adjoint of GatherNd"""

    shape_inputs: ClassVar[tuple[int, ...]] = (2,)

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0]

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[2]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return gather_nd(upstream, inputs[1]), None, None

    def kernel(self, *inputs: Any) -> Any:
        updates, indices, like = inputs
        result = np.zeros(np.shape(like), updates.dtype)
        np.add.at(result, checked_places(indices, result.shape), updates)
        return result


@final
class ScatterNd(Op):
    """Zeros in the shape z, with the slices y added at the index vectors x"""

    value_inputs: ClassVar[tuple[int, ...]] = (2,)

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[1]

    def output_shape(self, *inputs: Any) -> Dims:
        indices, updates, shape = inputs
        depth = _depth(indices)
        if depth > len(shape) or len(updates) != len(indices) - 1 + len(shape) - depth:
            raise ValueError(
                f"The shapes of indices {text(indices)}, updates {text(updates)} and the result {text(tuple(shape))} "
                "do not go together"
            )
        return tuple(shape)

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return None, gather_nd(upstream, inputs[0]), None

    def kernel(self, *inputs: Any) -> Any:
        indices, updates, shape = inputs
        result = np.zeros(tuple(int(size) for size in shape), updates.dtype)
        np.add.at(result, checked_places(indices, result.shape), updates)
        return result


def gather_nd(params: Any, indices: Any, name: str | None = None, batch_dims: int = 0) -> Tensor:
    """The elements or slices of `params` at the vectors along the last axis of `indices`.

    InvalidArgumentError for an index out of range. ValueError if the vectors' length is not known, or too large.
    """
    params, indices = convert_to_tensor(params), convert_to_tensor(indices)
    if batch_dims:
        with params.graph.as_default(), params.graph.name_scope(name or "GatherNd"):
            return apply(GatherNd(), params=params, indices=_with_batch(indices, int(batch_dims)))
    return apply(GatherNd(), name, params=params, indices=indices)


def _with_batch(indices: Tensor, batch_dims: int) -> Tensor:
    """Index vectors [*batch, ..., depth] with the place in the batch before each."""
    parts = [indices[..., position] for position in range(indices.shape[-1].value or 0)]
    return stack([*batch_places(parts[0], batch_dims), *parts], -1)


def batch_places(like: Tensor, batch_dims: int) -> list[Tensor]:
    """For each of the first axes, where along it an element of `like` is."""
    places = []
    for axis in range(batch_dims):
        along = range_(size_at(like, axis))
        column = reshape(cast(along, like.dtype), [-1] + [1] * (known_rank(like) - axis - 1))
        places.append(broadcast_like(column, like))
    return places


def gather_along(params: Any, indices: Any, axis: int, batch_dims: int, name: str | None = None) -> Tensor:
    """The slices along `axis`, chosen by indices of each place in the first `batch_dims` axes.

    [*batch, *outer, n, *inner] and [*batch, *chosen] to [*batch, *outer, *chosen, *inner].
    """
    params, indices = convert_to_tensor(params), convert_to_tensor(indices)
    with params.graph.as_default(), params.graph.name_scope(name or "GatherV2") as scope:
        if axis != batch_dims:
            raise NotImplementedError("tf.gather: with batch_dims, axis must be equal to it.")
        places = stack([*batch_places(indices, batch_dims), indices], -1)
        return apply(GatherNd(), scope, params=params, indices=places)


def batch_gather(params: Any, indices: Any, name: str | None = None) -> Tensor:
    """The slices of `params` at `indices`, for each place in the leading axes: [*batch, n, ...] and [*batch, k]."""
    params, indices = convert_to_tensor(params, name="params"), convert_to_tensor(indices, name="indices")
    batch = known_rank(indices) - 1
    return gather_along(params, indices, batch, batch, name or "BatchGather")


def scatter_nd(indices: Any, updates: Any, shape: Any, name: str | None = None) -> Tensor:
    """Zeros in `shape` with `updates` added at the vectors along the last axis of `indices`."""
    return apply(
        ScatterNd(),
        name,
        indices=convert_to_tensor(indices),
        updates=convert_to_tensor(updates),
        shape=size_vector(shape),
    )
