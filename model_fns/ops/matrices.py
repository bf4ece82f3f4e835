"""Matrices made, and taken apart: the identity, diagonals, bands, traces, norms."""

from __future__ import annotations

from typing import Any

import numpy as np

from model_fns.graph import dtypes
from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import graph_of
from model_fns.ops.arithmetic import abs as absolute
from model_fns.ops.arithmetic import cast, minimum, pow, square
from model_fns.ops.comparison import equal, greater_equal, less_equal, logical_and, logical_or, select
from model_fns.ops.control import identity
from model_fns.ops.elementary import sqrt
from model_fns.ops.joining import range_, transpose
from model_fns.ops.reduction import reduce_max, reduce_sum
from model_fns.ops.shaping import broadcast_to, expand_dims, reshape, squeeze
from model_fns.ops.sizes import known_rank, product_of, size_at, sizes_of
from model_fns.ops.slicing import slice_


def eye(
    num_rows: Any,
    num_columns: Any = None,
    batch_shape: Any = None,
    dtype: Any = dtypes.float32,
    name: str | None = None,
) -> Tensor:
    """Ones on the diagonal, zeros elsewhere: [*batch_shape, num_rows, num_columns (default num_rows)]."""
    columns = num_rows if num_columns is None else num_columns
    graph = graph_of(num_rows, columns)
    with graph.as_default(), graph.name_scope(name or "eye"):
        matrix = cast(_on_diagonal(num_rows, columns), dtype)
        if batch_shape is None:
            return matrix
        leading = sizes_in(batch_shape)
        return broadcast_to(matrix, [*leading, num_rows, columns])


def sizes_in(shape: Any) -> list[Any]:
    """A shape as a list of sizes: of a list, of a vector of integers whose length is known."""
    if isinstance(shape, Tensor):
        return [shape[i] for i in range(shape.shape[0].value or 0)]
    return [getattr(size, "value", size) for size in shape]


def _on_diagonal(rows: Any, columns: Any, offset: int = 0) -> Tensor:
    """bool [rows, columns], True where the column is the row plus `offset`."""
    if isinstance(rows, int | np.integer) and isinstance(columns, int | np.integer):
        return convert_to_tensor(np.eye(int(rows), int(columns), offset, dtype=bool))
    return equal(expand_dims(range_(rows) + offset, 1), expand_dims(range_(columns), 0))


def _zero(x: Tensor) -> Tensor:
    return convert_to_tensor(np.zeros((), x.dtype.as_numpy_dtype))


def _check_main(function: str, main: bool) -> None:
    if not main:
        raise NotImplementedError(f"tf.{function}: only the main diagonal, and zeros beside it, are available.")


def matrix_diag(
    diagonal: Any, name: str = "diag", k: Any = 0, num_rows: int = -1, num_cols: int = -1, padding_value: Any = 0
) -> Tensor:
    """Matrices with the vectors along the last axis of `diagonal` on their diagonals: [..., n] to [..., n, n]."""
    _check_main("matrix_diag", (k, num_rows, num_cols, padding_value) == (0, -1, -1, 0))
    diagonal = convert_to_tensor(diagonal)
    with diagonal.graph.as_default(), diagonal.graph.name_scope(name) as scope:
        size = size_at(diagonal, -1)
        return select(_on_diagonal(size, size), expand_dims(diagonal, -1), _zero(diagonal), scope)


def matrix_diag_part(input: Any, name: str = "diag_part", k: Any = 0, padding_value: Any = 0) -> Tensor:
    """The diagonals of matrices: [..., m, n] to [..., min(m, n)]."""
    _check_main("matrix_diag_part", (k, padding_value) == (0, 0))
    x = convert_to_tensor(input)
    with x.graph.as_default(), x.graph.name_scope(name) as scope:
        rows, columns = size_at(x, -2), size_at(x, -1)
        kept = reduce_sum(select(_on_diagonal(rows, columns), x, _zero(x)), -1)
        certainly_wide = isinstance(rows, int) and isinstance(columns, int) and rows <= columns
        if certainly_wide or x.dims[-2] == x.dims[-1]:  # type: ignore[index]  # the rank is known
            return identity(kept, scope)
        shorter = min(rows, columns) if isinstance(rows, int) and isinstance(columns, int) else minimum(rows, columns)
        leading = known_rank(x) - 2
        return slice_(kept, [0] * (leading + 1), [*sizes_of(x)[:leading], shorter], scope)


def matrix_set_diag(input: Any, diagonal: Any, name: str = "set_diag", k: Any = 0) -> Tensor:
    """Matrices with other diagonals: [..., m, n] and [..., min(m, n)]."""
    _check_main("matrix_set_diag", k == 0)
    x = convert_to_tensor(input)
    with x.graph.as_default(), x.graph.name_scope(name) as scope:
        diagonal = convert_to_tensor(diagonal, None if isinstance(diagonal, Tensor) else x.dtype)
        rows, columns = size_at(x, -2), size_at(x, -1)
        if not (isinstance(rows, int) and isinstance(columns, int)):
            raise NotImplementedError("tf.matrix_set_diag: the last two sizes must be known when the graph is built.")
        axis = -1 if rows <= columns else -2  # along which the shorter diagonal is repeated
        return select(_on_diagonal(rows, columns), expand_dims(diagonal, axis), x, scope)


def matrix_band_part(input: Any, num_lower: Any, num_upper: Any, name: str | None = None) -> Tensor:
    """Matrices with zeros further than num_lower below and num_upper above the diagonal; a negative number: nowhere."""
    x = convert_to_tensor(input)
    with x.graph.as_default(), x.graph.name_scope(name or "MatrixBandPart") as scope:
        below = expand_dims(range_(size_at(x, -2)), 1) - expand_dims(range_(size_at(x, -1)), 0)
        lower, upper = (
            convert_to_tensor(number, None if isinstance(number, Tensor) else "int32")
            for number in (num_lower, num_upper)
        )
        lower, upper = cast(lower, "int32"), cast(upper, "int32")
        inside = logical_and(
            logical_or(lower < 0, less_equal(below, lower)), logical_or(upper < 0, greater_equal(below, -upper))
        )
        return select(inside, x, _zero(x), scope)


def diag(diagonal: Any, name: str | None = None) -> Tensor:
    """A tensor of twice the rank with `diagonal` on its diagonal: [n, m] to [n, m, n, m]."""
    diagonal = convert_to_tensor(diagonal)
    with diagonal.graph.as_default(), diagonal.graph.name_scope(name or "Diag") as scope:
        sizes = sizes_of(diagonal)
        matrix = matrix_diag(reshape(diagonal, [-1]))
        return identity(matrix, scope) if len(sizes) == 1 else reshape(matrix, sizes + sizes, scope)


def diag_part(input: Any, name: str | None = None) -> Tensor:
    """The diagonal of a tensor whose shape is one shape twice: [n, m, n, m] to [n, m]."""
    x = convert_to_tensor(input)
    with x.graph.as_default(), x.graph.name_scope(name or "DiagPart") as scope:
        if known_rank(x) % 2 or not x.shape[: known_rank(x) // 2].is_compatible_with(x.shape[known_rank(x) // 2 :]):
            raise ValueError(f"Invalid shape, shape[:mid] {x.shape} and shape[mid:] do not match: {x.name}")
        sizes = sizes_of(x)[: known_rank(x) // 2]
        total = product_of(sizes)
        part = matrix_diag_part(reshape(x, [total, total]))
        return identity(part, scope) if len(sizes) == 1 else reshape(part, sizes, scope)


def trace(x: Any, name: str | None = None) -> Tensor:
    """The sum of each matrix's diagonal: [..., m, n] to [...]."""
    x = convert_to_tensor(x)
    with x.graph.as_default(), x.graph.name_scope(name or "Trace") as scope:
        return reduce_sum(matrix_diag_part(x), [-1], name=scope)


def matrix_transpose(a: Any, name: str = "matrix_transpose", conjugate: bool = False) -> Tensor:
    """`a` with its last two axes exchanged. ValueError for a rank below 2."""
    a = convert_to_tensor(a)
    rank = known_rank(a)
    if rank < 2:
        raise ValueError(f"Argument 'a' should be a (batch) matrix, with rank >= 2.  Found: {a.shape}")
    with a.graph.as_default(), a.graph.name_scope(name):
        return transpose(a, [*range(rank - 2), rank - 1, rank - 2])


def norm(
    tensor: Any,
    ord: Any = "euclidean",
    axis: Any = None,
    keepdims: Any = None,
    name: str | None = None,
    keep_dims: Any = None,
) -> Tensor:
    """The length of vectors: ord "euclidean" (or 2 of a vector), 1, infinity, or any positive number p.

    `axis` is one axis, or two for matrices: "euclidean" and "fro" (root of the sum of squares), 1 (largest column sum),
    infinity (largest row sum). None takes the tensor for one vector. Raises ValueError for another `ord`.
    """
    kept = bool(keep_dims if keepdims is None else keepdims)
    is_matrix = isinstance(axis, list | tuple) and len(axis) == 2
    if isinstance(axis, list | tuple) and len(axis) not in (1, 2):
        raise ValueError("'axis' must be None, an integer, or a tuple of 2 unique integers")
    allowed = ["euclidean", "fro", 1, np.inf] if is_matrix else ["euclidean", 1, 2, np.inf]
    if ord not in allowed and (is_matrix or isinstance(ord, str) or not ord > 0):
        raise ValueError(
            f"'ord' must be a supported {'matrix' if is_matrix else 'vector'} norm in {allowed}, got {ord}"
        )
    x = convert_to_tensor(tensor)
    with x.graph.as_default(), x.graph.name_scope(name or "norm"):
        if is_matrix and ord in (1, np.inf):
            rows, columns = (item % known_rank(x) for item in axis)
            first, second = (rows, columns) if ord == 1 else (columns, rows)
            axes = [rows, columns]
            result = reduce_max(reduce_sum(absolute(x), first, True), second, True)
        else:
            return _vector_norm(x, ord, None if axis is None else [int(i) for i in np.ravel(axis)], kept)
        return result if kept else squeeze(result, axes)


def _vector_norm(x: Tensor, ord: Any, axes: list[int] | None, kept: bool) -> Tensor:
    """The length along axes, by default all, which keep the size 1 if they are `kept`."""
    if ord in ("euclidean", "fro", 2):
        return sqrt(reduce_sum(square(x), axes, kept))
    if ord == np.inf:
        return reduce_max(absolute(x), axes, kept)
    if ord == 1:
        return reduce_sum(absolute(x), axes, kept)
    return pow(reduce_sum(pow(absolute(x), ord), axes, kept), 1.0 / ord)
