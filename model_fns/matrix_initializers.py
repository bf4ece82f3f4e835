"""Initial values of matrices: the identity, and random ones whose rows or columns are orthogonal."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, final

from model_fns.graph.dtypes import as_dtype, float32
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply
from model_fns.ops.joining import transpose
from model_fns.ops.linear_systems import Orthonormal
from model_fns.ops.matrices import eye
from model_fns.ops.random import random_normal
from model_fns.ops.shaping import reshape


@final
@dataclass(frozen=True)
class Identity:
    """`gain` on the diagonal, zeros elsewhere."""

    gain: float = 1.0
    dtype: Any = float32

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        sizes = [int(size) for size in shape]
        if len(sizes) != 2:
            raise ValueError("Identity matrix initializer can only be used for 2D matrices.")
        matrix = eye(sizes[0], sizes[1], dtype=as_dtype(dtype or self.dtype))
        return matrix if self.gain == 1.0 else matrix * self.gain


@final
@dataclass(frozen=True)
class Orthogonal:
    """`gain` times a random matrix with orthonormal columns, or rows where it is wider than high.

    A tensor of more axes is such a matrix [product of all but the last, last] in another shape (Saxe et al. 2013).
    """

    gain: float = 1.0
    seed: int | None = None
    dtype: Any = float32

    def __call__(self, shape: Any, dtype: Any = None, partition_info: Any = None) -> Tensor:
        sizes = [int(size) for size in shape]
        if len(sizes) < 2:
            raise ValueError("The tensor to initialize must be at least two-dimensional")
        rows, columns = math.prod(sizes[:-1]), sizes[-1]
        high, low = max(rows, columns), min(rows, columns)
        drawn = random_normal([high, low], dtype=dtype or self.dtype, seed=self.seed)
        matrix = apply(Orthonormal(), x=drawn)
        return reshape(transpose(matrix) if rows < columns else matrix, sizes) * self.gain


orthogonal_initializer = Orthogonal
identity_initializer = Identity
