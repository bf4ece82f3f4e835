"""tf.linalg."""

from __future__ import annotations

from typing import Any

from estimators.compat.missing import missing
from model_fns.ops.decompositions import qr, svd
from model_fns.ops.decompositions import self_adjoint_eig as eigh
from model_fns.ops.decompositions import self_adjoint_eigvals as eigvalsh
from model_fns.ops.einsum import einsum
from model_fns.ops.linalg import matmul
from model_fns.ops.linear_systems import cholesky
from model_fns.ops.linear_systems import matrix_determinant as det
from model_fns.ops.linear_systems import matrix_inverse as inv
from model_fns.ops.linear_systems import matrix_solve as solve
from model_fns.ops.linear_systems import matrix_triangular_solve as triangular_solve
from model_fns.ops.matrices import diag as tensor_diag
from model_fns.ops.matrices import diag_part as tensor_diag_part
from model_fns.ops.matrices import eye, matrix_transpose, norm, trace
from model_fns.ops.matrices import matrix_band_part as band_part
from model_fns.ops.matrices import matrix_diag as diag
from model_fns.ops.matrices import matrix_diag_part as diag_part
from model_fns.ops.matrices import matrix_set_diag as set_diag
from model_fns.ops.matrices import matrix_transpose as transpose
from model_fns.ops.matrix_functions import adjoint, cholesky_solve, cross, logdet, matvec, slogdet
from model_fns.ops.matrix_functions import matrix_solve_ls as lstsq
from model_fns.ops.norms import global_norm, l2_normalize
from model_fns.ops.tensordot import tensordot

__all__ = [
    "adjoint",
    "band_part",
    "cholesky",
    "cholesky_solve",
    "cross",
    "det",
    "diag",
    "diag_part",
    "eigh",
    "eigvalsh",
    "einsum",
    "eye",
    "global_norm",
    "inv",
    "l2_normalize",
    "logdet",
    "lstsq",
    "matmul",
    "matrix_transpose",
    "matvec",
    "norm",
    "qr",
    "set_diag",
    "slogdet",
    "solve",
    "svd",
    "tensor_diag",
    "tensor_diag_part",
    "tensordot",
    "trace",
    "transpose",
    "triangular_solve",
]


def __getattr__(name: str) -> Any:
    raise missing(__name__, name)
