"""Grids and masks, sequences reversed each up to its own length, and rolling."""

from __future__ import annotations

from typing import Any

import numpy as np

from model_fns.graph import dtypes
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Symbol
from model_fns.graph.dtypes import as_dtype
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import graph_of
from model_fns.ops.arithmetic import add, cast, maximum, multiply, subtract
from model_fns.ops.comparison import less, select
from model_fns.ops.control import identity
from model_fns.ops.data_sizes import count_up_to_largest
from model_fns.ops.division import floordiv, mod
from model_fns.ops.gather_nd import batch_places, gather_nd, scatter_nd
from model_fns.ops.indexing import gather
from model_fns.ops.joining import range_, stack, transpose
from model_fns.ops.shaping import broadcast_to, expand_dims, reshape, shape
from model_fns.ops.sizes import known_rank, position_of, size_at


def linspace(start: Any, stop: Any, num: Any, name: str | None = None) -> Tensor:
    """`num` numbers evenly spaced from `start` to `stop`, both included. ValueError for fewer than one."""
    graph = graph_of(start, stop)
    with graph.as_default(), graph.name_scope(name or "LinSpace") as scope:
        first = convert_to_tensor(
            start, stop.dtype if isinstance(stop, Tensor) and not isinstance(start, Tensor) else None
        )
        last = convert_to_tensor(stop, None if isinstance(stop, Tensor) else first.dtype)
        count = num.known_value if isinstance(num, Tensor) else num
        if not first.dtype.is_floating:
            raise TypeError(f"start must be float32 or float64, got {first.dtype.name}")
        if count is None or isinstance(np.ravel(count)[0], Symbol):
            step = (last - first) / cast(maximum(num - 1, 1), first.dtype)
            return add(first, multiply(cast(range_(num), first.dtype), step), scope)
        if int(count) < 1:
            raise ValueError(f"Requires num > 0: {count}")
        kind = first.dtype.as_numpy_dtype
        step = (last - first) / convert_to_tensor(max(int(count) - 1, 1), first.dtype)
        return add(first, multiply(convert_to_tensor(np.arange(int(count)).astype(kind)), step), scope)


def sequence_mask(lengths: Any, maxlen: Any = None, dtype: Any = dtypes.bool_, name: str | None = None) -> Tensor:
    """For each length a row that begins with so many ones (True): [...] to [..., maxlen].

    Without `maxlen`, the largest length.
    """
    lengths = convert_to_tensor(lengths)
    with lengths.graph.as_default(), lengths.graph.name_scope(name or "SequenceMask"):
        longest = count_up_to_largest(lengths - convert_to_tensor(1, lengths.dtype)) if maxlen is None else maxlen
        places = cast(range_(longest), lengths.dtype)
        mask = less(places, expand_dims(lengths, -1))
        return mask if as_dtype(dtype) == dtypes.bool_ else cast(mask, dtype)


def meshgrid(*args: Any, **kwargs: Any) -> list[Tensor]:
    """Coordinates on a grid: for vectors of n, m, ... elements as many tensors of one shape.

    That shape is [m, n, ...] with indexing="xy", the default, and [n, m, ...] with "ij".
    """
    indexing, name = kwargs.pop("indexing", "xy"), kwargs.pop("name", "meshgrid")
    if kwargs:
        raise TypeError(f"'{next(iter(kwargs))}' is an invalid keyword argument for this function")
    if indexing not in ("xy", "ij"):
        raise ValueError("indexing parameter must be either 'xy' or 'ij'")
    graph = graph_of(*args)
    with graph.as_default(), graph.name_scope(name):
        vectors = [reshape(convert_to_tensor(vector), [-1]) for vector in args]
        axes = list(range(len(vectors)))
        if indexing == "xy" and len(vectors) > 1:
            axes[:2] = [1, 0]
        sizes: list[Any] = [0] * len(vectors)
        for axis, vector in zip(axes, vectors, strict=True):
            sizes[axis] = size_at(vector, 0)
        grids = []
        for axis, vector in zip(axes, vectors, strict=True):
            column = reshape(vector, [-1 if i == axis else 1 for i in range(len(vectors))])
            grids.append(broadcast_to(column, sizes))
        return grids


def reverse_sequence(
    input: Any,
    seq_lengths: Any,
    seq_axis: int | None = None,
    batch_axis: int | None = None,
    name: str | None = None,
    seq_dim: int | None = None,
    batch_dim: int | None = None,
) -> Tensor:
    """The first seq_lengths[i] elements along `seq_axis` of example i in the opposite order, the others as they are.

    `batch_axis` (default 0) is the axis of examples. ValueError for an axis that is not there, or both the same.
    """
    x = convert_to_tensor(input)
    sequence = seq_dim if seq_axis is None else seq_axis
    batch = batch_dim if batch_axis is None else batch_axis
    rank = known_rank(x)
    if sequence is None:
        raise ValueError("seq_axis must be given")
    along, examples = position_of(int(sequence), rank), position_of(int(batch or 0), rank)
    if along == examples:
        raise ValueError(f"batch_dim == seq_dim == {along}")
    with x.graph.as_default(), x.graph.name_scope(name or "ReverseSequence") as scope:
        order = [examples, along, *(axis for axis in range(rank) if axis not in (examples, along))]
        straight = order == list(range(rank))
        moved = x if straight else transpose(x, order)
        lengths = expand_dims(cast(convert_to_tensor(seq_lengths), "int32"), 1)
        places = expand_dims(range_(size_at(moved, 1)), 0)
        turned = select(less(places, lengths), lengths - 1 - places, places)
        result = gather_nd(moved, stack([*batch_places(turned, 1), turned], -1))
        result.set_shape(moved.shape)
        return identity(result, scope) if straight else transpose(result, [int(i) for i in np.argsort(order)], scope)


def roll(input: Any, shift: Any, axis: Any, name: str | None = None) -> Tensor:
    """The elements moved `shift` places along `axis` (or several such pairs); what leaves enters at the other end."""
    x = convert_to_tensor(input)
    shifts = list(shift) if isinstance(shift, list | tuple) else [shift]
    axes = list(axis) if isinstance(axis, list | tuple) else [axis]
    if len(shifts) != len(axes):
        raise ValueError(f"shift and axis must have the same size, but have {len(shifts)} and {len(axes)}")
    with x.graph.as_default(), x.graph.name_scope(name or "Roll") as scope:
        for places, along in zip(shifts, axes, strict=True):
            size = size_at(x, int(along))
            x = gather(x, mod(subtract(range_(size), places), maximum(size, 1)), axis=int(along))
        return identity(x, scope)


def invert_permutation(x: Any, name: str | None = None) -> Tensor:
    """The permutation that undoes the permutation `x`, an integer vector."""
    x = convert_to_tensor(x)
    with x.graph.as_default(), x.graph.name_scope(name or "InvertPermutation") as scope:
        return scatter_nd(expand_dims(x, -1), cast(range_(size_at(x, 0)), x.dtype), shape(x), scope)


def unravel_index(indices: Any, dims: Any, name: str | None = None) -> Tensor:
    """The coordinates of flat places in a tensor of the sizes `dims`: [...] to [len(dims), ...]."""
    indices = convert_to_tensor(indices)
    sizes = [int(size) for size in np.ravel(dims.known_value if isinstance(dims, Tensor) else dims)]
    with indices.graph.as_default(), indices.graph.name_scope(name or "UnravelIndex") as scope:
        parts, rest = [], indices
        for size in reversed(sizes):
            parts.append(mod(rest, size))
            rest = floordiv(rest, size)
        return stack(parts[::-1], 0, scope)
