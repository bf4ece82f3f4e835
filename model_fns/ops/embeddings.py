"""Embedding look-ups: rows of a table, which may lie in several parts, for ids that may be several to an example.

What a look-up costs, its gradient and an optimizer's update included, depends on how many ids there are, not on the
table.
"""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Symbol
from model_fns.graph.dtypes import int32
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import graph_of
from model_fns.ops.arithmetic import add_n, cast, multiply, square
from model_fns.ops.clipping import clip_by_norm
from model_fns.ops.comparison import equal, greater, greater_equal, less, logical_and, select
from model_fns.ops.control import identity
from model_fns.ops.data_sizes import count_up_to_largest
from model_fns.ops.division import floordiv, mod
from model_fns.ops.elementary import sqrt
from model_fns.ops.indexing import gather
from model_fns.ops.joining import concat, range_
from model_fns.ops.segments import unsorted_segment_sum
from model_fns.ops.shaping import ones_like, reshape, zeros_like
from model_fns.ops.sizes import known_rank
from model_fns.ops.table_rows import present_rows
from model_fns.sparse_tensor import SparseTensor

COMBINERS = ("mean", "sqrtn", "sum")


def embedding_lookup(
    params: Any,
    ids: Any,
    partition_strategy: str = "mod",
    name: str | None = None,
    validate_indices: bool = True,
    max_norm: Any = None,
) -> Tensor:
    """The rows of a table at `ids`: [..., row].

    Args:
      params: the table, or a list of its parts. ids: integers of any shape.
      partition_strategy: which part has an id, and where. `mod`: part id % n, row id // n; `div`: ids that follow each
        other lie in one part, the first parts having one more if it does not come out even.
      max_norm: length to which longer rows are shortened.
    Raises ValueError without a table or for another strategy, InvalidArgumentError for an id that is in no part.
    """
    tables = _tables(params)
    graph = graph_of(*tables, ids)
    with graph.as_default(), graph.name_scope(name or "embedding_lookup") as scope:
        ids = convert_to_tensor(ids, name="ids")
        if len(tables) == 1:
            return identity(_shortened(gather(tables[0], ids, name=scope), ids, max_norm))
        refused = select(less(ids, _number(0, ids)), _number(-2, ids), ids)  # -1 would be no row
        rows = _rows_of_parts(tables, refused, partition_strategy, summed=False)
        return identity(_shortened(rows, ids, max_norm), scope)


def rows_or_zeros(params: Any, ids: Tensor, strategy: str = "mod", max_norm: Any = None) -> Tensor:
    """The rows of a table at `ids`, zeros at -1. By a row that is looked up twice, the gradient is one sum."""
    tables = _tables(params)
    if len(tables) == 1:
        return _shortened(present_rows(convert_to_tensor(tables[0]), ids), ids, max_norm)
    return _shortened(_rows_of_parts(tables, ids, strategy, summed=True), ids, max_norm)


def _tables(params: Any) -> list[Any]:
    tables = list(params) if isinstance(params, list | tuple) else [params]
    if not tables or tables[0] is None:
        raise ValueError("Need at least one param")
    return tables


def _number(value: int, like: Tensor) -> Tensor:
    return convert_to_tensor(value, like.dtype)


def _shortened(rows: Tensor, ids: Tensor, max_norm: Any) -> Tensor:
    if max_norm is None:
        return rows
    return clip_by_norm(rows, max_norm, axes=list(range(known_rank(ids), known_rank(rows))))


def _rows_of_parts(tables: list[Any], ids: Tensor, strategy: str, summed: bool) -> Tensor:
    """The rows of all parts: each gives zeros for what the others have."""
    parts = [convert_to_tensor(table) for table in tables]
    if strategy == "mod":
        part, places = _by_remainder(len(parts), ids)
    elif strategy == "div":
        part, places = _by_range(parts, ids)
    else:
        raise ValueError(f"Unrecognized partition strategy: {strategy}")
    nowhere = _number(-1, ids)
    found = [
        present_rows(table, select(equal(part, _number(i, ids)), places, nowhere), summed)
        for i, table in enumerate(parts)
    ]
    return add_n(found)


def _by_remainder(count: int, ids: Tensor) -> tuple[Tensor, Tensor]:
    """The part of each id and its place in it; of -1 and -2, the place is negative as well."""
    places = floordiv(ids, _number(count, ids))
    negative = less(ids, _number(0, ids))
    return mod(ids, _number(count, ids)), select(negative, ids, places)


def _by_range(parts: list[Tensor], ids: Tensor) -> tuple[Tensor, Tensor]:
    """The same for parts that follow each other. What is beyond the last part, that part refuses."""
    sizes = [None if part.dims is None else part.dims[0] for part in parts]
    if any(size is None or isinstance(size, Symbol) for size in sizes):
        raise ValueError("partition_strategy 'div' needs parts whose numbers of rows are known when the graph is built")
    total: int = sum(sizes)  # type: ignore[arg-type]  # they are all known
    each, more = divmod(total, len(parts))
    starts = [0, *accumulate(each + (i < more) for i in range(len(parts) - 1))]
    part = add_n([cast(greater_equal(ids, _number(start, ids)), ids.dtype) for start in starts[1:]])
    start = add_n(
        [select(greater_equal(ids, _number(b, ids)), _number(b - a, ids), _number(0, ids)) for a, b in pairwise(starts)]
    )
    return part, ids - start


def embedding_lookup_sparse(
    params: Any,
    sp_ids: Any,
    sp_weights: Any,
    partition_strategy: str = "mod",
    name: str | None = None,
    combiner: str | None = None,
    max_norm: Any = None,
) -> Tensor:
    """The rows of a table at the ids of each example, combined: [n, row] for the examples up to the last with an id.

    Args:
      params, partition_strategy, max_norm: as for embedding_lookup.
      sp_ids: SparseTensor [examples, any] of ids.
      sp_weights: SparseTensor of the same places, or None for 1 each.
      combiner: `mean` (default), the weighted sum over the sum of the weights; `sqrtn`, over the root of the sum of
        their squares; or `sum`.
    Raises ValueError for another combiner, TypeError for anything but SparseTensors.
    """
    if combiner is None:
        combiner = "mean"
    if combiner not in COMBINERS:
        raise ValueError("combiner must be one of 'mean', 'sqrtn' or 'sum'")
    if not isinstance(sp_ids, SparseTensor):
        raise TypeError("sp_ids must be SparseTensor")
    if sp_weights is not None and not isinstance(sp_weights, SparseTensor):
        raise TypeError("sp_weights must be either None or SparseTensor")
    graph = graph_of(*_tables(params), sp_ids)
    with graph.as_default(), graph.name_scope(name or "embedding_lookup_sparse") as scope:
        examples = cast(sp_ids.indices[:, 0], int32)
        rows = rows_or_zeros(params, sp_ids.values, partition_strategy, max_norm)
        weights = None if sp_weights is None else sp_weights.values
        return identity(_combined(rows, weights, examples, count_up_to_largest(examples), combiner), scope)


def _combined(rows: Tensor, weights: Tensor | None, examples: Tensor, number: Any, combiner: str) -> Tensor:
    """The rows of each example, weighted and combined; without weights, zeros of an example without rows."""
    shares = cast(ones_like(examples) if weights is None else weights, rows.dtype)
    beside = reshape(shares, [-1, *(1 for _ in range(known_rank(rows) - 1))])
    total = unsorted_segment_sum(rows if weights is None else multiply(rows, beside), examples, number)
    if combiner == "sum":
        return total
    norm = unsorted_segment_sum(beside if combiner == "mean" else square(beside), examples, number)
    if weights is None:
        norm = select(greater(norm, 0.0), norm, ones_like(norm))
    return total / (norm if combiner == "mean" else sqrt(norm))


def safe_embedding_lookup_sparse(
    embedding_weights: Any,
    sparse_ids: Any,
    sparse_weights: Any = None,
    combiner: str | None = "mean",
    default_id: int | None = None,
    name: str | None = None,
    partition_strategy: str = "div",
    max_norm: Any = None,
) -> Tensor:
    """embedding_lookup_sparse for ids as they come: negative ones, and those without a positive weight, count for none.

    An example without ids has the row `default_id`, or zeros if that is None. Ids of any rank give [..., row]; a weight
    counts however small it is if the rows are only summed up.
    """
    combiner = combiner or "mean"
    if combiner not in COMBINERS:
        raise ValueError("combiner must be one of 'mean', 'sqrtn' or 'sum'")
    tables = _tables(embedding_weights)
    graph = graph_of(*tables, sparse_ids)
    with graph.as_default(), graph.name_scope(name or "embedding_lookup") as scope:
        ids, shape = sparse_ids.values, sparse_ids.dense_shape
        examples, number, leading = _examples(sparse_ids)
        weights = None if sparse_weights is None else sparse_weights.values
        counts = greater_equal(ids, _number(0, ids))
        if weights is not None and combiner != "sum":
            counts = logical_and(counts, greater(weights, 0.0))
        ids = select(counts, ids, _number(-1, ids))
        empty = equal(unsorted_segment_sum(cast(counts, int32), examples, number), 0)
        # Every example gets one id more, which is none if it has others.
        instead = select(empty, _number(default_id or 0, ids), _number(-1, ids))
        every, owners = concat([ids, instead], 0), concat([examples, range_(number)], 0)
        rows = rows_or_zeros(tables, every, partition_strategy, max_norm)
        shares = cast(counts, rows.dtype)
        if weights is not None:
            shares = select(counts, cast(weights, rows.dtype), zeros_like(shares))
        shares = concat([shares, cast(empty, rows.dtype)], 0)
        result = _combined(rows, shares, owners, number, combiner)
        if default_id is None:
            nothing = reshape(empty, [-1, *(1 for _ in range(known_rank(result) - 1))])
            result = select(nothing, zeros_like(result), result)
        if leading is None:
            return identity(result, scope)
        sizes = [cast(shape[axis], int32) for axis in range(leading)]
        return reshape(result, [*sizes, *(size.value for size in result.shape[1:])], scope)


def _examples(sparse: SparseTensor) -> tuple[Tensor, Tensor, int | None]:
    """Which example each value belongs to, how many there are, and how many axes number them if not one."""
    rank = sparse.shape.ndims
    if rank is None:  # then it is 2: a placeholder that is fed anything else refuses it
        sparse.indices.set_shape([None, 2])
        rank = 2
    examples, number = sparse.indices[:, 0], sparse.dense_shape[0]
    for axis in range(1, rank - 1):
        examples = examples * sparse.dense_shape[axis] + sparse.indices[:, axis]
        number = number * sparse.dense_shape[axis]
    return cast(examples, int32), cast(number, int32), None if rank <= 2 else rank - 1
