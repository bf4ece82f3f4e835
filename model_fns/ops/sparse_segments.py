"""Sums and means of rows that belong together, of the rows that are looked up in a table."""

from __future__ import annotations

from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.control import identity
from model_fns.ops.data_sizes import count_up_to_largest
from model_fns.ops.indexing import gather
from model_fns.ops.segments import SortedIds, unsorted_segment_mean, unsorted_segment_sqrt_n, unsorted_segment_sum


def sparse_segment_sum(
    data: Any, indices: Any, segment_ids: Any, name: str | None = None, num_segments: Any = None
) -> Tensor:
    """The sum of the rows of `data` at `indices` [n] for each number in `segment_ids` [n], sorted numbers from 0.

    `num_segments` is how many there are, by default up to the largest. InvalidArgumentError for an index out of range
    and for numbers that fall.
    """
    return _segmented(unsorted_segment_sum, data, indices, segment_ids, num_segments, "SparseSegmentSum", name)


def sparse_segment_mean(
    data: Any, indices: Any, segment_ids: Any, name: str | None = None, num_segments: Any = None
) -> Tensor:
    """The mean of the rows, 0 for none. Otherwise as `sparse_segment_sum`."""
    return _segmented(unsorted_segment_mean, data, indices, segment_ids, num_segments, "SparseSegmentMean", name)


def sparse_segment_sqrt_n(
    data: Any, indices: Any, segment_ids: Any, name: str | None = None, num_segments: Any = None
) -> Tensor:
    """The sum of the rows divided by the root of how many there are. Otherwise as `sparse_segment_sum`."""
    return _segmented(unsorted_segment_sqrt_n, data, indices, segment_ids, num_segments, "SparseSegmentSqrtN", name)


def _segmented(
    kind: Any, data: Any, indices: Any, segment_ids: Any, num_segments: Any, default: str, name: str | None
) -> Tensor:
    table = convert_to_tensor(data)
    title = default if num_segments is None else f"{default}WithNumSegments"
    with table.graph.as_default(), table.graph.name_scope(name or title) as scope:
        rows = gather(table, indices)
        ids = apply(SortedIds(), segment_ids=convert_to_tensor(segment_ids), data=rows)
        made: Tensor = kind(rows, ids, count_up_to_largest(ids) if num_segments is None else num_segments)
        return identity(made, scope)
