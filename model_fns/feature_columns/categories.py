"""Categories: the categories of each example of a batch, with weights perhaps, and what a table gives for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dtypes import float32
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.arithmetic import cast, maximum, multiply, square
from model_fns.ops.categories import AbsentWhere
from model_fns.ops.clipping import clip_by_norm
from model_fns.ops.comparison import greater, greater_equal, logical_and, select
from model_fns.ops.elementary import sqrt
from model_fns.ops.reduction import reduce_max, reduce_sum
from model_fns.ops.shaping import expand_dims, squeeze
from model_fns.ops.table_rows import present_rows

COMBINERS = ("mean", "sqrtn", "sum")


@final
@dataclass(frozen=True, eq=False)
class Categories:
    """Numbers of categories, int64 [batch] for one an example, [batch, n] for several; negative ones are none.

    `weights` are float32 of the same shape, or None for 1 each.
    """

    ids: Tensor
    weights: Tensor | None = None

    @property
    def are_single(self) -> bool:
        return len(self.ids.shape) == 1


def present(values: Tensor, ids: Tensor) -> Tensor:
    """`ids`, absent where the value that they were made of is the empty string or -1; [batch, 1] as [batch]."""
    return as_single(apply(AbsentWhere(), "to_categories", values=values, ids=ids))


def as_single(tensor: Tensor) -> Tensor:
    """[batch, 1] as [batch]; [batch, n] as it is. ValueError for more axes."""
    rank = len(tensor.shape)
    if rank > 2:
        raise ValueError(
            f"Categories must be [batch] or [batch, n], but {tensor} has {rank} axes. Reshape the feature."
        )
    return squeeze(tensor, [1]) if rank == 2 and tensor.shape[1].value == 1 else tensor


def combined_rows(table: Any, categories: Categories, combiner: str, max_norm: float | None = None) -> Tensor:
    """The rows of `table`, [buckets, n], of each example's categories, combined: [batch, n], zeros without any.

    With weights w, `sum` is sum(w row), `mean` that over sum(w), `sqrtn` that over sqrt(sum(w^2)); the last two leave
    out categories whose weight is not above 0. With `max_norm`, longer rows are shortened to that first.
    """
    if combiner not in COMBINERS:
        raise ValueError("combiner must be one of 'mean', 'sqrtn' or 'sum'")
    counted = _counted(categories, combiner)
    rows = present_rows(convert_to_tensor(table), _rows_to_read(categories.ids, counted))
    if max_norm is not None:
        rows = clip_by_norm(rows, max_norm, axes=[-1])
    weighted = multiply(rows, expand_dims(_shares(categories, counted, combiner), -1))
    return weighted if categories.are_single else reduce_sum(weighted, 1)


def _counted(categories: Categories, combiner: str) -> Tensor:
    """Whether each category is one, and counts."""
    counted = greater_equal(categories.ids, convert_to_tensor(0, categories.ids.dtype))
    if categories.weights is None or combiner == "sum":
        return counted
    return logical_and(counted, greater(categories.weights, 0.0))


def _rows_to_read(ids: Tensor, counted: Tensor) -> Tensor:
    """A row for each category; for one that does not count, another of the example's, or 0 if the example has none.

    Some row must be read. Which one matters to optimizers that treat rows that were not read differently.
    """
    nothing, first = (convert_to_tensor(number, ids.dtype) for number in (-1, 0))
    if len(ids.shape) == 1:
        return select(counted, ids, first)
    return select(counted, ids, maximum(reduce_max(select(counted, ids, nothing), 1, True), first))


def _shares(categories: Categories, counted: Tensor, combiner: str) -> Tensor:
    """What each category counts, float32 in the shape of the ids; 0 for one that does not."""
    if categories.weights is None:
        shares = cast(counted, float32)
    else:
        shares = select(counted, categories.weights, 0.0)
    if combiner == "sum" or (categories.are_single and categories.weights is None):
        return shares
    total = shares if combiner == "mean" else square(shares)
    if not categories.are_single:
        total = reduce_sum(total, 1, True)
    norm = total if combiner == "mean" else sqrt(total)
    return shares / select(greater(norm, 0.0), norm, 1.0)
