"""Decompositions of matrices along leading axes: QR, singular values, eigenvalues of symmetric ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, final

import numpy as np

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims, may_equal, smaller
from model_fns.graph.dtypes import DType
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import operation
from model_fns.ops.comparison import equal, select
from model_fns.ops.linalg import matmul
from model_fns.ops.linear_systems import matrix_triangular_solve
from model_fns.ops.matrices import matrix_band_part, matrix_diag, matrix_diag_part, matrix_set_diag, matrix_transpose
from model_fns.ops.shaping import expand_dims, zeros_like


def _sizes(dims: Dims) -> tuple[Any, Any, Any]:
    """Rows, columns, and the smaller of the two. ValueError unless these are matrices."""
    if len(dims) < 2:
        raise ValueError(f"Shape must be at least rank 2 but is rank {len(dims)}")
    return dims[-2], dims[-1], smaller(dims[-2], dims[-1])


@final
@dataclass(frozen=True)
class Qr(Op):
    """q with orthonormal columns and an upper triangular r, whose product is x"""

    full_matrices: bool = False

    def output_dtype(self, *inputs: DType) -> tuple[DType, ...]:
        return inputs[0], inputs[0]

    def output_shape(self, *inputs: Dims) -> list[Dims]:
        (rows, columns, least), batch = _sizes(inputs[0]), inputs[0][:-2]
        inner = rows if self.full_matrices else least
        return [(*batch, rows, inner), (*batch, inner, columns)]

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        (q, r), (dq, dr) = output, upstream
        rows, columns = inputs[0].dims[-2:]  # type: ignore[index]  # the rank is known: output_shape saw it
        tall = isinstance(rows, int) and isinstance(columns, int) and rows >= columns
        if not tall or (self.full_matrices and rows != columns):
            raise NotImplementedError("The gradient of tf.qr needs at least as many rows as columns, and thin factors.")
        q_dq, r_dr = matmul(q, dq, transpose_a=True), matmul(r, dr, transpose_b=True)
        lower = matrix_band_part(q_dq - matrix_transpose(q_dq) + r_dr - matrix_transpose(r_dr), -1, 0)
        return (matmul(q, dr + _divided_by(lower, r)) + _divided_by(dq - matmul(q, q_dq), r),)

    def kernel(self, *inputs: Any) -> Any:
        q, r = np.linalg.qr(inputs[0], "complete" if self.full_matrices else "reduced")
        return np.ascontiguousarray(q), np.ascontiguousarray(r)


def _divided_by(x: Tensor, r: Tensor) -> Tensor:
    """x times the inverse of the transpose of the upper triangular r."""
    return matrix_transpose(matrix_triangular_solve(r, matrix_transpose(x), lower=False))


@final
@dataclass(frozen=True)
class Svd(Op):
    """Singular values s, falling, and u and v with orthonormal columns: x = u diag(s) v^T"""

    full_matrices: bool = False

    def output_dtype(self, *inputs: DType) -> tuple[DType, ...]:
        return (inputs[0],) * 3

    def output_shape(self, *inputs: Dims) -> list[Dims]:
        (rows, columns, least), batch = _sizes(inputs[0]), inputs[0][:-2]
        left, right = (rows, columns) if self.full_matrices else (least, least)
        return [(*batch, least), (*batch, rows, left), (*batch, columns, right)]

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        if self.full_matrices:
            raise NotImplementedError("The gradient of tf.svd needs full_matrices=False.")
        (s, u, v), (ds, du, dv) = output, upstream
        row, column = expand_dims(s, -2), expand_dims(s, -1)
        apart = _inverse(row * row - column * column)
        u_du, v_dv = matmul(u, du, transpose_a=True), matmul(v, dv, transpose_a=True)
        inner = (
            apart * (u_du - matrix_transpose(u_du)) * row
            + column * apart * (v_dv - matrix_transpose(v_dv))
            + matrix_diag(ds)
        )
        whole = matmul(matmul(u, inner), v, transpose_b=True)
        rows, columns, least = _sizes(inputs[0].dims)  # type: ignore[arg-type]  # the rank is known
        if rows != least:  # what u does not span; nothing of a square matrix
            whole = whole + matmul((du - matmul(u, u_du)) / row, v, transpose_b=True)
        if columns != least:
            whole = whole + matmul(u, (dv - matmul(v, v_dv)) / row, transpose_b=True)
        return (whole,)

    def kernel(self, *inputs: Any) -> Any:
        u, s, vt = np.linalg.svd(inputs[0], self.full_matrices)
        return s, np.ascontiguousarray(u), np.ascontiguousarray(np.swapaxes(vt, -1, -2))


@final
class SelfAdjointEig(Op):
    """Eigenvalues, rising, and eigenvectors (as columns) of symmetric matrices, of which the lower half is read"""

    type_name: ClassVar[str] = "SelfAdjointEigV2"

    def output_dtype(self, *inputs: DType) -> tuple[DType, ...]:
        return inputs[0], inputs[0]

    def output_shape(self, *inputs: Dims) -> list[Dims]:
        rows, columns, _ = _sizes(inputs[0])
        if not may_equal(rows, columns):
            raise ValueError(f"Dimensions must be equal, but are {rows} and {columns}")
        return [inputs[0][:-1], inputs[0]]

    def gradient(self, upstream: Any, output: Any, *inputs: Tensor) -> tuple[Any, ...]:
        (e, v), (de, dv) = output, upstream
        apart = _inverse(expand_dims(e, -2) - expand_dims(e, -1))
        inner = matrix_diag(de) + apart * matmul(v, dv, transpose_a=True)
        whole = matmul(v, matmul(inner, v, transpose_b=True))
        lower = matrix_band_part(whole + matrix_transpose(whole), -1, 0)  # what stands above is never read
        return (matrix_set_diag(lower, 0.5 * matrix_diag_part(lower)),)

    def kernel(self, *inputs: Any) -> Any:
        values, vectors = np.linalg.eigh(inputs[0])
        return values, np.ascontiguousarray(vectors)


def _inverse(x: Tensor) -> Tensor:
    """1 / x, and 0 where x is 0."""
    zero = equal(x, convert_to_tensor(np.zeros((), x.dtype.as_numpy_dtype)))
    one = convert_to_tensor(np.ones((), x.dtype.as_numpy_dtype))
    return select(zero, zeros_like(x), one / select(zero, one, x))


class QrFactors(NamedTuple):
    """The factors of a matrix."""

    q: Tensor
    r: Tensor


def qr(input: Any, full_matrices: bool = False, name: str | None = None) -> QrFactors:
    """q [..., m, k] with orthonormal columns and upper triangular r [..., k, n]; k is min(m, n), or m if full."""
    return QrFactors(*operation(Qr(bool(full_matrices)), name, None, input=convert_to_tensor(input)).outputs)


def svd(tensor: Any, full_matrices: bool = False, compute_uv: bool = True, name: str | None = None) -> Any:
    """Singular values s and, with `compute_uv`, u and v: tensor = u diag(s) v^T."""
    made = operation(Svd(bool(full_matrices and compute_uv)), name, None, input=convert_to_tensor(tensor)).outputs
    return tuple(made) if compute_uv else made[0]


def self_adjoint_eig(tensor: Any, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Eigenvalues [..., n], rising, and eigenvectors [..., n, n] as columns, of symmetric matrices."""
    values, vectors = operation(SelfAdjointEig(), name, None, input=convert_to_tensor(tensor)).outputs
    return values, vectors


def self_adjoint_eigvals(tensor: Any, name: str | None = None) -> Tensor:
    """The eigenvalues [..., n] of symmetric matrices, rising."""
    return self_adjoint_eig(tensor, name)[0]
