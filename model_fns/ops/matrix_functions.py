"""Functions of matrices made of products, factors and decompositions: log-determinants, least squares, and more."""

from __future__ import annotations

from typing import Any, NamedTuple, final

import numpy as np

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims, Symbol, may_equal
from model_fns.graph.dtypes import DType
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import operation
from model_fns.ops.elementary import log
from model_fns.ops.joining import stack, unstack
from model_fns.ops.linalg import matmul
from model_fns.ops.linear_systems import cholesky, matrix_inverse, matrix_solve, matrix_triangular_solve
from model_fns.ops.matrices import eye, matrix_diag_part, matrix_transpose
from model_fns.ops.reduction import reduce_sum
from model_fns.ops.shaping import expand_dims, squeeze
from model_fns.ops.sizes import size_at


class SignedLog(NamedTuple):
    """The sign of a determinant, and the logarithm of its absolute value."""

    sign: Tensor
    log_abs_determinant: Tensor


@final
class LogMatrixDeterminant(Op):
    """The sign of each matrix's determinant, and the logarithm of its absolute value"""

    def output_dtype(self, *inputs: DType) -> tuple[DType, ...]:
        return inputs[0], inputs[0]

    def output_shape(self, *inputs: Dims) -> list[Dims]:
        dims = inputs[0]
        if len(dims) < 2:
            raise ValueError(f"Shape must be at least rank 2 but is rank {len(dims)}")
        if not may_equal(dims[-1], dims[-2]):
            raise ValueError(f"Dimensions must be equal, but are {dims[-2]} and {dims[-1]}")
        return [dims[:-2], dims[:-2]]

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        factor = expand_dims(expand_dims(upstream[1], -1), -1)
        return (factor * matrix_inverse(inputs[0], adjoint=True),)

    def kernel(self, *inputs: Any) -> Any:
        sign, logarithm = np.linalg.slogdet(inputs[0])
        return np.asarray(sign, inputs[0].dtype), np.asarray(logarithm, inputs[0].dtype)


def slogdet(input: Any, name: str | None = None) -> SignedLog:
    """The sign [...] of the determinants of matrices [..., n, n], and the logarithm [...] of their absolute value."""
    made = operation(LogMatrixDeterminant(), name, None, input=convert_to_tensor(input))
    return SignedLog(*made.outputs)


def logdet(matrix: Any, name: str | None = None) -> Tensor:
    """The logarithm of the determinant of symmetric positive definite matrices: [..., n, n] to [...]."""
    x = convert_to_tensor(matrix)
    with x.graph.as_default(), x.graph.name_scope(name or "logdet"):
        return 2.0 * reduce_sum(log(matrix_diag_part(cholesky(x))), -1)


def matvec(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    adjoint_a: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Tensor:
    """The product of matrices [..., m, n] with vectors [..., n]: [..., m]."""
    left = convert_to_tensor(a)
    right = b if isinstance(b, Tensor) else convert_to_tensor(b, left.dtype)
    with left.graph.as_default(), left.graph.name_scope(name or "matvec"):
        made = matmul(left, expand_dims(right, -1), transpose_a=transpose_a, adjoint_a=adjoint_a)
        return squeeze(made, -1)


def adjoint(matrix: Any, name: str | None = None) -> Tensor:
    """Matrices with rows and columns exchanged; their numbers are real."""
    return matrix_transpose(matrix, name or "adjoint")


def cholesky_solve(chol: Any, rhs: Any, name: str | None = None) -> Tensor:
    """x with L @ transpose(L) @ x = rhs, given the Cholesky factors L [..., n, n] and rhs [..., n, k]."""
    factor = convert_to_tensor(chol)
    with factor.graph.as_default(), factor.graph.name_scope(name or "cholesky_solve"):
        return matrix_triangular_solve(factor, matrix_triangular_solve(factor, rhs), adjoint=True)


def matrix_solve_ls(
    matrix: Any, rhs: Any, l2_regularizer: Any = 0.0, fast: bool = True, name: str | None = None
) -> Tensor:
    """x of the least squares of matrix [..., m, n] @ x - rhs [..., m, k], plus `l2_regularizer` times those of x.

    The shortest such x if there are fewer rows than columns. By the normal equations, whether `fast` or not.
    """
    a = convert_to_tensor(matrix)
    b = rhs if isinstance(rhs, Tensor) else convert_to_tensor(rhs, a.dtype)
    with a.graph.as_default(), a.graph.name_scope(name or "matrix_solve_ls"):
        rows, columns = size_at(a, -2), size_at(a, -1)
        if not (isinstance(rows, int) and isinstance(columns, int)):
            raise ValueError("matrix_solve_ls: the last two sizes of matrix must be known when the graph is built.")
        tall = rows >= columns
        gram = matmul(a, a, transpose_a=tall, transpose_b=not tall)
        gram = gram + l2_regularizer * eye(min(rows, columns), dtype=a.dtype)
        if tall:
            return matrix_solve(gram, matmul(a, b, transpose_a=True))
        return matmul(a, matrix_solve(gram, b), transpose_a=True)


def cross(a: Any, b: Any, name: str | None = None) -> Tensor:
    """The cross products of the vectors along the last axis, which has 3 elements."""
    x = convert_to_tensor(a)
    y = b if isinstance(b, Tensor) else convert_to_tensor(b, x.dtype)
    for tensor in (x, y):
        size = tensor.dims[-1] if tensor.dims else 3
        if not isinstance(size, Symbol) and size != 3:
            raise ValueError(f"Dimension must be 3 but is {size}: cross takes vectors of 3 numbers")
    with x.graph.as_default(), x.graph.name_scope(name or "Cross") as scope:
        (x0, x1, x2), (y0, y1, y2) = unstack(x, 3, -1), unstack(y, 3, -1)
        return stack([x1 * y2 - x2 * y1, x2 * y0 - x0 * y2, x0 * y1 - x1 * y0], -1, scope)
