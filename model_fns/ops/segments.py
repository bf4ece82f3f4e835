"""Sums, means and extremes of rows that belong together."""

from __future__ import annotations

from typing import Any, ClassVar, final

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims, may_equal, text, unknown
from model_fns.graph.dtypes import DType
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.arithmetic import cast, maximum
from model_fns.ops.comparison import equal, greater_equal, logical_and, select
from model_fns.ops.control import identity
from model_fns.ops.data_sizes import count_up_to_largest
from model_fns.ops.elementary import sqrt
from model_fns.ops.indexing import gather
from model_fns.ops.shaping import ones_like, reshape
from model_fns.ops.sizes import known_rank


class Segments(Op):
    """The rows of x that have one number in y, taken together: for each of z numbers; negative ones count for none"""

    value_inputs: ClassVar[tuple[int, ...]] = (2,)

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0]

    def output_shape(self, *inputs: Any) -> Dims:
        data, ids, number = inputs
        if len(ids) > len(data) or not all(map(may_equal, ids, data)):
            raise ValueError(f"Shapes must be equal in their first sizes, but are {text(data)} and {text(ids)}")
        return (unknown() if number is None else number[0], *data[len(ids) :])

    def copes_without(self, position: int) -> bool:
        return position == 2

    def combined(self, inputs: Any, function: np.ufunc, start: Any) -> Any:
        data, ids, number = np.asarray(inputs[0]), np.asarray(inputs[1]), int(inputs[2])
        bad = np.argwhere(ids >= number)
        if len(bad):
            at = tuple(int(i) for i in bad[0])
            raise InvalidArgumentError(message=f"segment_ids{list(at)} = {ids[at]} is out of range [0, {number})")
        result = np.full((number, *data.shape[ids.ndim :]), start, data.dtype)
        function.at(result, ids[ids >= 0], data[ids >= 0])
        return result


def _taken(rows: Tensor, ids: Tensor) -> tuple[Tensor, Tensor]:
    """The row of each number, and whether the number counts, shaped to choose among rows."""
    valid = greater_equal(ids, convert_to_tensor(0, ids.dtype))
    found = gather(rows, maximum(ids, convert_to_tensor(0, ids.dtype)))
    extra = known_rank(found) - known_rank(ids)
    return found, valid[(slice(None),) * known_rank(ids) + (None,) * extra] if extra else valid


def _zero(x: Tensor) -> Tensor:
    return convert_to_tensor(np.zeros((), x.dtype.as_numpy_dtype))


@final
class UnsortedSegmentSum(Segments):
    """The sum of the rows of each number"""

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        rows, valid = _taken(upstream, inputs[1])
        return select(valid, rows, _zero(rows)), None, None

    def kernel(self, *inputs: Any) -> Any:
        return self.combined(inputs, np.add, 0)


class SegmentExtreme(Segments):
    """The largest or smallest of the rows of each number, element by element; equals share the gradient"""

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        data, ids, number = inputs
        chosen, valid = _taken(output, ids)
        among = logical_and(equal(data, chosen), valid)
        count = apply(UnsortedSegmentSum(), data=cast(among, upstream.dtype), segment_ids=ids, num_segments=number)
        share, _ = _taken(upstream / count, ids)
        return select(among, share, _zero(share)), None, None


@final
class UnsortedSegmentMax(SegmentExtreme):
    """The largest of the rows of each number; the smallest number there is for none"""

    def kernel(self, *inputs: Any) -> Any:
        return self.combined(inputs, np.maximum, _limits(inputs[0]).min)


@final
class UnsortedSegmentMin(SegmentExtreme):
    """The smallest of the rows of each number; the largest number there is for none"""

    def kernel(self, *inputs: Any) -> Any:
        return self.combined(inputs, np.minimum, _limits(inputs[0]).max)


@final
class UnsortedSegmentProd(Segments):
    """The product of the rows of each number; 1 for none"""

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        data, ids, number = inputs
        zero = equal(data, _zero(data))
        # With one zero among the factors only its own gradient is not 0: the product of the others.
        others = select(zero, ones_like(data), data)
        product = apply(UnsortedSegmentProd(), data=others, segment_ids=ids, num_segments=number)
        zeros = apply(UnsortedSegmentSum(), data=cast(zero, data.dtype), segment_ids=ids, num_segments=number)
        share, valid = _taken(upstream * product, ids)
        among, _ = _taken(zeros, ids)
        counts = logical_and(equal(among, cast(zero, data.dtype)), valid)
        return select(counts, share / others, _zero(data)), None, None

    def kernel(self, *inputs: Any) -> Any:
        return self.combined(inputs, np.multiply, 1)


@final
class SortedIds(Op):
    """x, which must be numbers from 0 on that do not fall, one for each row of y"""

    shape_inputs: ClassVar[tuple[int, ...]] = (1,)

    def output_dtype(self, *inputs: DType) -> DType:
        return inputs[0]

    def output_shape(self, *inputs: Dims) -> Dims:
        if len(inputs[0]) != 1:
            raise ValueError(f"Shape must be rank 1 but is rank {len(inputs[0])}")
        return inputs[1][:1] or inputs[0]  # as many as rows, or the run fails

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        return None, None

    def kernel(self, *inputs: Any) -> Any:
        ids = np.asarray(inputs[0])
        if len(ids) != np.shape(inputs[1])[0]:
            raise InvalidArgumentError(message="segment_ids should be the same size as dimension 0 of input.")
        if (ids < 0).any():
            raise InvalidArgumentError(message="segment ids must be >= 0")
        if (np.diff(ids) < 0).any():
            raise InvalidArgumentError(message="segment ids are not increasing")
        return ids


def _limits(x: Any) -> Any:
    kind = np.asarray(x).dtype
    return np.finfo(kind) if kind.kind == "f" else np.iinfo(kind)


def _applied(kind: Segments, data: Any, segment_ids: Any, num_segments: Any, name: str | None) -> Tensor:
    data, ids = convert_to_tensor(data), convert_to_tensor(segment_ids)
    number = convert_to_tensor(num_segments, None if isinstance(num_segments, Tensor) else "int32")
    return apply(kind, name, data=data, segment_ids=ids, num_segments=number)


def unsorted_segment_sum(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Tensor:
    """The sum of the rows of `data` for each number from 0 to num_segments - 1 in `segment_ids`."""
    return _applied(UnsortedSegmentSum(), data, segment_ids, num_segments, name)


def unsorted_segment_max(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Tensor:
    """The largest of the rows of `data` for each number in `segment_ids`."""
    return _applied(UnsortedSegmentMax(), data, segment_ids, num_segments, name)


def unsorted_segment_min(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Tensor:
    """The smallest of the rows of `data` for each number in `segment_ids`."""
    return _applied(UnsortedSegmentMin(), data, segment_ids, num_segments, name)


def unsorted_segment_prod(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Tensor:
    """The product of the rows of `data` for each number in `segment_ids`; 1 for none."""
    return _applied(UnsortedSegmentProd(), data, segment_ids, num_segments, name)


def unsorted_segment_mean(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Tensor:
    """The mean of the rows of `data` for each number in `segment_ids`; 0 for none."""
    data, ids = convert_to_tensor(data), convert_to_tensor(segment_ids)
    with data.graph.as_default(), data.graph.name_scope(name or "UnsortedSegmentMean"):
        return unsorted_segment_sum(data, ids, num_segments) / _counted(data, ids, num_segments)


def unsorted_segment_sqrt_n(data: Any, segment_ids: Any, num_segments: Any, name: str | None = None) -> Tensor:
    """The sum of the rows of `data` for each number in `segment_ids`, divided by the root of how many there are."""
    data, ids = convert_to_tensor(data), convert_to_tensor(segment_ids)
    with data.graph.as_default(), data.graph.name_scope(name or "UnsortedSegmentSqrtN"):
        return unsorted_segment_sum(data, ids, num_segments) / sqrt(_counted(data, ids, num_segments))


def _by_sorted(kind: Any, data: Any, segment_ids: Any, name: str) -> Tensor:
    """`kind` for as many numbers as the largest of `segment_ids` says."""
    data, ids = convert_to_tensor(data), convert_to_tensor(segment_ids)
    with data.graph.as_default(), data.graph.name_scope(name) as scope:
        ids = apply(SortedIds(), segment_ids=ids, data=data)
        made: Tensor = kind(data, ids, count_up_to_largest(ids))
        return identity(made, scope)


def segment_sum(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """The sum of the rows of `data` for each number in `segment_ids` [n], sorted numbers from 0."""
    return _by_sorted(unsorted_segment_sum, data, segment_ids, name or "SegmentSum")


def segment_mean(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """The mean of the rows of `data` for each number in `segment_ids`; 0 for none."""
    return _by_sorted(_mean_or_quotient, data, segment_ids, name or "SegmentMean")


def _mean_or_quotient(data: Tensor, ids: Tensor, number: Tensor) -> Tensor:
    total, count = unsorted_segment_sum(data, ids, number), _counted(data, ids, number)
    return total / count if data.dtype.is_floating else total // count


def segment_prod(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """The product of the rows of `data` for each number in `segment_ids` [n], sorted numbers from 0; 1 for none."""
    return _by_sorted(unsorted_segment_prod, data, segment_ids, name or "SegmentProd")


def segment_max(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """The largest of the rows of `data` for each number in `segment_ids`; 0 for none."""
    return _by_sorted(_extreme_or_zero(unsorted_segment_max), data, segment_ids, name or "SegmentMax")


def segment_min(data: Any, segment_ids: Any, name: str | None = None) -> Tensor:
    """The smallest of the rows of `data` for each number in `segment_ids`; 0 for none."""
    return _by_sorted(_extreme_or_zero(unsorted_segment_min), data, segment_ids, name or "SegmentMin")


def _extreme_or_zero(kind: Any) -> Any:
    def made(data: Tensor, ids: Tensor, number: Tensor) -> Tensor:
        found: Tensor = kind(data, ids, number)
        there = unsorted_segment_sum(ones_like(ids), ids, number) > convert_to_tensor(0, ids.dtype)
        extra = known_rank(found) - 1
        return select(there[(slice(None),) + (None,) * extra] if extra else there, found, _zero(found))

    return made


def _counted(data: Tensor, ids: Tensor, num_segments: Any) -> Tensor:
    """How many rows each number has, but at least 1, shaped to divide the sums."""
    ones = cast(ones_like(ids), data.dtype)
    count = maximum(unsorted_segment_sum(ones, ids, num_segments), convert_to_tensor(1, data.dtype))
    extra = known_rank(data) - known_rank(ids)
    return reshape(count, [-1] + [1] * extra) if extra else count
