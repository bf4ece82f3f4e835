"""Ops that make as much as their input's contents say: the places of what is true, different values, classes there are.

Where such an op depends on the input of the graph alone, it runs before the compiled part of a step, else between two
parts. What can be made of its places by `gather` is, so that it is compiled and has a gradient.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, final

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims, unknown
from model_fns.graph.dtypes import DType, as_dtype, bool_, int32
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply, operation
from model_fns.ops.arithmetic import cast
from model_fns.ops.comparison import equal, places_of_true
from model_fns.ops.indexing import gather
from model_fns.ops.joining import concat
from model_fns.ops.shaping import expand_dims, reshape, shape, size
from model_fns.ops.sizes import known_rank, position_of, product_of, sizes_of


@final
@dataclass(frozen=True)
class UniqueWithCounts(Op):
    """The different elements of a vector as they come, which of them each element is, and how often each comes"""

    out_idx: DType = int32

    def output_dtype(self, *inputs: DType) -> tuple[DType, ...]:
        return inputs[0], self.out_idx, self.out_idx

    def output_shape(self, *inputs: Dims) -> list[Dims]:
        if len(inputs[0]) != 1:
            raise ValueError(f"Shape must be rank 1 but is rank {len(inputs[0])}")
        count = (unknown(),)
        return [count, inputs[0], count]

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        raise LookupError("No gradient defined for operation type Unique. Use tf.gather with the places.")

    def kernel(self, *inputs: Any) -> Any:
        x = np.asarray(inputs[0])
        _, first, inverse, counts = np.unique(x, return_index=True, return_inverse=True, return_counts=True)
        order = np.argsort(first, kind="stable")  # by the place where each comes first
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        kind = self.out_idx.as_numpy_dtype
        return x[first[order]], rank[inverse].astype(kind), counts[order].astype(kind)


@final
@dataclass(frozen=True)
class ListDiff(Op):
    """The elements of the vector x that are not in y, and where in x they are"""

    out_idx: DType = int32

    def output_dtype(self, *inputs: DType) -> tuple[DType, ...]:
        return inputs[0], self.out_idx

    def output_shape(self, *inputs: Dims) -> list[Dims]:
        count = (unknown(),)
        return [count, count]

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        raise LookupError("No gradient defined for operation type ListDiff. Use tf.gather with the places.")

    def kernel(self, *inputs: Any) -> Any:
        places = np.flatnonzero(~np.isin(inputs[0], inputs[1]))
        return np.asarray(inputs[0])[places], places.astype(self.out_idx.as_numpy_dtype)


@final
@dataclass(frozen=True)
class NumbersUpTo(Op):
    """0, 1, 2, ... up to the largest element of x: at least `least` of them, at most `most` if that is not None"""

    least: int = 0
    most: int | None = None

    def output_dtype(self, *inputs: DType) -> DType:
        return int32

    def output_shape(self, *inputs: Dims) -> Dims:
        return (unknown(),)

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,)

    def kernel(self, *inputs: Any) -> Any:
        count = max(int(np.max(inputs[0], initial=-1)) + 1, self.least)
        return np.arange(count if self.most is None else min(count, self.most), dtype=np.int32)


@final
class StitchPlaces(Op):
    """For each number up to the largest of x, the last place where it is"""

    def output_dtype(self, *inputs: DType) -> DType:
        return int32

    def output_shape(self, *inputs: Dims) -> Dims:
        return (unknown(),)

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,)

    def kernel(self, *inputs: Any) -> Any:
        indices = np.asarray(inputs[0], np.int64)
        places = np.full(int(indices.max(initial=-1)) + 1, -1, np.int32)
        places[indices] = np.arange(len(indices))
        if (places < 0).any():
            missing = int(np.argmax(places < 0))
            raise InvalidArgumentError(message=f"the indices must name every row, but {missing} is not among them")
        return places


@final
@dataclass(frozen=True)
class PartitionNumbers(Op):
    """x, whose elements must be numbers from 0 up to but without `count`"""

    count: int

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[0]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return (None,)

    def kernel(self, *inputs: Any) -> Any:
        numbers = np.asarray(inputs[0])
        bad = np.argwhere((numbers < 0) | (numbers >= self.count))
        if len(bad):
            at = tuple(int(i) for i in bad[0])
            place = f"partitions{list(at)}" if at else "partitions"
            raise InvalidArgumentError(message=f"{place} = {numbers[at]} is not in [0, {self.count})")
        return numbers


class Unique(NamedTuple):
    """Different values, and which of them each element is."""

    y: Tensor
    idx: Tensor


class UniqueCounted(NamedTuple):
    """Different values, which of them each element is, and how often each comes."""

    y: Tensor
    idx: Tensor
    count: Tensor  # type: ignore[assignment]  # TensorFlow's name, which tuples use for something else


class Difference(NamedTuple):
    """What is left, and where it was."""

    out: Tensor
    idx: Tensor


def boolean_mask(tensor: Any, mask: Any, name: str = "boolean_mask", axis: int | None = None) -> Tensor:
    """The slices of `tensor` where `mask`, which has the shape of its axes from `axis` (0) on, is true, along one axis.

    Raises ValueError for a mask that is a scalar or of unknown rank, or has another shape.
    """
    tensor, mask = convert_to_tensor(tensor, name="tensor"), convert_to_tensor(mask, bool_, "mask")
    with tensor.graph.as_default(), tensor.graph.name_scope(name):
        if mask.dims is None:
            raise ValueError(
                "Number of mask dimensions must be specified, even if some dimensions are None.  E.g. shape=[None] is "
                "ok, but shape=None is not."
            )
        masked = len(mask.dims)
        if masked == 0:
            raise ValueError("mask cannot be scalar.")
        places = reshape(places_of_true(reshape(mask, [-1])), [-1])
        if tensor.dims is None and not axis:
            return gather(reshape(tensor, concat([[-1], shape(tensor)[masked:]], 0)), places)
        first = 0 if axis is None else position_of(int(axis), known_rank(tensor))
        if not tensor.shape[first : first + masked].is_compatible_with(mask.shape):
            raise ValueError(f"Shapes {tensor.shape[first : first + masked]} and {mask.shape} are incompatible")
        sizes = sizes_of(tensor)
        joined = product_of(sizes[first : first + masked])
        # A reshape even where it changes nothing: by a table that is masked, the gradient is dense in TensorFlow, too.
        flat = reshape(tensor, [*sizes[:first], joined, *sizes[first + masked :]])
        return gather(flat, places, axis=first)


def unique(x: Any, out_idx: Any = int32, name: str | None = None) -> Unique:
    """The different elements of a vector in the order they come in, and which of them each element is."""
    made = operation(UniqueWithCounts(as_dtype(out_idx)), name or "Unique", None, x=convert_to_tensor(x))
    return Unique(*made.outputs[:2])


def unique_with_counts(x: Any, out_idx: Any = int32, name: str | None = None) -> UniqueCounted:
    """`unique`, and how often each element comes."""
    made = operation(UniqueWithCounts(as_dtype(out_idx)), name, None, x=convert_to_tensor(x))
    return UniqueCounted(*made.outputs)


def setdiff1d(x: Any, y: Any, index_dtype: Any = int32, name: str | None = None) -> Difference:
    """The elements of the vector x that are not in y, and where in x they are."""
    x = convert_to_tensor(x)
    y = convert_to_tensor(y, None if isinstance(y, Tensor) else x.dtype)
    return Difference(*operation(ListDiff(as_dtype(index_dtype)), name, None, x=x, y=y).outputs)


def count_up_to_largest(numbers: Tensor, least: int = 0, most: int | None = None) -> Tensor:
    """The largest of `numbers` plus 1, as a size (int32) that other ops can make tensors of."""
    return size(apply(NumbersUpTo(least, most), numbers=numbers))


def dynamic_partition(data: Any, partitions: Any, num_partitions: int, name: str | None = None) -> list[Tensor]:
    """The rows of `data` in lists: row i goes into list partitions[i]."""
    data, partitions = convert_to_tensor(data, name="data"), convert_to_tensor(partitions, name="partitions")
    with data.graph.as_default(), data.graph.name_scope(name or "DynamicPartition"):
        partitions = apply(PartitionNumbers(int(num_partitions)), partitions=partitions)
        if known_rank(partitions) == 0:
            data, partitions = expand_dims(data, 0), expand_dims(partitions, 0)
        return [
            boolean_mask(data, equal(partitions, convert_to_tensor(number, partitions.dtype)), f"part_{number}")
            for number in range(int(num_partitions))
        ]


def dynamic_stitch(indices: Any, data: Any, name: str | None = None) -> Tensor:
    """One tensor of the rows of several: row j of data[i] becomes row indices[i][j]; of two the last stays.

    The indices must name all rows.
    """
    places = [convert_to_tensor(item) for item in indices]
    rows = [convert_to_tensor(item) for item in data]
    with rows[0].graph.as_default(), rows[0].graph.name_scope(name or "DynamicStitch") as scope:
        flat = []
        for place, row in zip(places, rows, strict=True):
            shape = sizes_of(row)[known_rank(place) :]
            flat.append(row if known_rank(place) == 1 else reshape(row, [-1, *shape]))
        every = concat([reshape(cast(place, int32), [-1]) for place in places], 0)
        rows_of = apply(StitchPlaces(), indices=every)
        if every.known_value is not None:  # the number of rows is, too
            rows_of = convert_to_tensor(StitchPlaces().kernel(every.known_value))
        return gather(concat(flat, 0), rows_of, name=scope)
