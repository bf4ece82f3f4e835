"""Inverses, determinants, solutions of linear systems and Cholesky factors, of matrices along leading axes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np

from model_fns.errors import InvalidArgumentError
from model_fns.graph.dimensions import Dims, may_equal
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.linalg import matmul
from model_fns.ops.matrices import matrix_band_part, matrix_diag, matrix_diag_part, matrix_transpose
from model_fns.ops.shaping import expand_dims


def _square(dims: Dims) -> Dims:
    """ValueError unless these are square matrices."""
    if len(dims) < 2:
        raise ValueError(f"Shape must be at least rank 2 but is rank {len(dims)}")
    if not may_equal(dims[-1], dims[-2]):
        raise ValueError(f"Dimensions must be equal, but are {dims[-2]} and {dims[-1]}")
    return dims


def _transposed(x: Any, do: bool) -> Any:
    return np.swapaxes(x, -1, -2) if do else x


@final
@dataclass(frozen=True)
class MatrixInverse(Op):
    """The inverse of each matrix, or of its transpose"""

    adjoint: bool = False

    def output_shape(self, *inputs: Dims) -> Dims:
        return _square(inputs[0])

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        by_plain = -matmul(matmul(output, upstream, transpose_a=True), output, transpose_b=True)
        return (matrix_transpose(by_plain) if self.adjoint else by_plain,)

    def kernel(self, *inputs: Any) -> Any:
        try:
            return np.linalg.inv(_transposed(inputs[0], self.adjoint)).astype(inputs[0].dtype)
        except np.linalg.LinAlgError:
            raise InvalidArgumentError(message="Input is not invertible.") from None


@final
class MatrixDeterminant(Op):
    """The determinant of each matrix"""

    def output_shape(self, *inputs: Dims) -> Dims:
        return _square(inputs[0])[:-2]

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        factor = expand_dims(expand_dims(upstream * output, -1), -1)
        return (factor * apply(MatrixInverse(True), input=inputs[0]),)

    def kernel(self, *inputs: Any) -> Any:
        return np.asarray(np.linalg.det(inputs[0]), inputs[0].dtype)


@final
@dataclass(frozen=True)
class MatrixSolve(Op):
    """x such that a @ x = b, or with the transpose of a"""

    adjoint: bool = False

    def output_shape(self, *inputs: Dims) -> Dims:
        matrix, right = inputs
        _square(matrix)
        if len(right) != len(matrix) or not may_equal(matrix[-1], right[-2]):
            raise ValueError(f"Dimensions must be equal, but are {matrix[-1]} and {right[-2:][0]}")
        return right

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        by_right = apply(MatrixSolve(not self.adjoint), matrix=inputs[0], rhs=upstream)
        left, other = (output, by_right) if self.adjoint else (by_right, output)
        return -matmul(left, other, transpose_b=True), by_right

    def kernel(self, *inputs: Any) -> Any:
        try:
            return np.linalg.solve(_transposed(inputs[0], self.adjoint), inputs[1]).astype(inputs[0].dtype)
        except np.linalg.LinAlgError:
            raise InvalidArgumentError(message="Input matrix is not invertible.") from None


@final
@dataclass(frozen=True)
class MatrixTriangularSolve(Op):
    """x such that a @ x = b, where of a only the lower (or upper) triangle counts, or its transpose"""

    lower: bool = True
    adjoint: bool = False

    def output_shape(self, *inputs: Dims) -> Dims:
        return MatrixSolve().output_shape(*inputs)

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        by_right = apply(MatrixTriangularSolve(self.lower, not self.adjoint), matrix=inputs[0], rhs=upstream)
        left, other = (output, by_right) if self.adjoint else (by_right, output)
        by_matrix = -matmul(left, other, transpose_b=True)
        return matrix_band_part(by_matrix, *((-1, 0) if self.lower else (0, -1))), by_right

    def kernel(self, *inputs: Any) -> Any:
        triangle = (np.tril if self.lower else np.triu)(inputs[0])
        try:
            return np.linalg.solve(_transposed(triangle, self.adjoint), inputs[1]).astype(inputs[0].dtype)
        except np.linalg.LinAlgError:
            raise InvalidArgumentError(message="Input matrix is not invertible.") from None


@final
class Cholesky(Op):
    """The lower triangular L with L @ transpose(L) = x, for symmetric positive definite x: its lower half"""

    def output_shape(self, *inputs: Dims) -> Dims:
        return _square(inputs[0])

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        """Murray, "Differentiation of the Cholesky decomposition", 2016; shared out evenly over both triangles."""
        inverse = apply(MatrixInverse(), input=output)
        middle = matmul(output, matrix_band_part(upstream, -1, 0), transpose_a=True)
        middle = matrix_band_part(middle, -1, 0)
        middle = middle - 0.5 * matrix_diag(matrix_diag_part(middle))
        whole = matmul(matmul(inverse, middle, transpose_a=True), inverse)
        return (0.5 * (whole + matrix_transpose(whole)),)

    def kernel(self, *inputs: Any) -> Any:
        try:
            return np.linalg.cholesky(inputs[0]).astype(inputs[0].dtype)
        except np.linalg.LinAlgError:
            raise InvalidArgumentError(
                message="Cholesky decomposition was not successful. The input might not be valid."
            ) from None


@final
class Orthonormal(Op):
    """Q of x = Q @ R, orthonormal columns times a triangle with a positive diagonal; x has as many rows at least"""

    def output_shape(self, *inputs: Dims) -> Dims:
        return inputs[0]

    def kernel(self, *inputs: Any) -> Any:
        q, r = np.linalg.qr(np.asarray(inputs[0], np.float64))
        signs = np.where(np.diagonal(r) < 0, -1.0, 1.0)  # which makes every basis as likely (Mezzadri 2007)
        return (q * signs).astype(inputs[0].dtype)


def matrix_inverse(input: Any, adjoint: bool = False, name: str | None = None) -> Tensor:
    """The inverse of each matrix [..., n, n]; with `adjoint`, of its transpose. InvalidArgumentError without one."""
    return apply(MatrixInverse(bool(adjoint)), name, input=input)


def matrix_determinant(input: Any, name: str | None = None) -> Tensor:
    """The determinant of each matrix: [..., n, n] to [...]."""
    return apply(MatrixDeterminant(), name, input=input)


def matrix_solve(matrix: Any, rhs: Any, adjoint: bool = False, name: str | None = None) -> Tensor:
    """x with matrix @ x = rhs: [..., n, n] and [..., n, k]. InvalidArgumentError if there is no one such x."""
    return apply(MatrixSolve(bool(adjoint)), name, matrix=matrix, rhs=rhs)


def matrix_triangular_solve(
    matrix: Any, rhs: Any, lower: bool = True, adjoint: bool = False, name: str | None = None
) -> Tensor:
    """x with triangle of matrix @ x = rhs. InvalidArgumentError if a number on the diagonal is 0."""
    return apply(MatrixTriangularSolve(bool(lower), bool(adjoint)), name, matrix=matrix, rhs=rhs)


def cholesky(input: Any, name: str | None = None) -> Tensor:
    """The Cholesky factor of each symmetric positive definite matrix. InvalidArgumentError for another matrix."""
    return apply(Cholesky(), name, input=input)
