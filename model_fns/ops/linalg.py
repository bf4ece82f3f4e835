"""Matrix products."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.dimensions import Dims, broadcast, may_equal
from model_fns.graph.op import Op
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply, dtype_of
from model_fns.ops.shaping import sum_to


def _swapped(dims: Dims, transposed: bool) -> Dims:
    return (*dims[:-2], dims[-1], dims[-2]) if transposed else dims


def _transposed(x: Any, transposed: bool) -> Any:
    return np.swapaxes(x, -1, -2) if transposed else x


@dataclass(frozen=True)
class Product(Op):
    """a @ b, either of which may be transposed first"""

    transpose_a: bool = False
    transpose_b: bool = False

    def output_shape(self, *inputs: Dims) -> Dims:
        self.check_ranks(*inputs)
        a, b = _swapped(inputs[0], self.transpose_a), _swapped(inputs[1], self.transpose_b)
        if not may_equal(a[-1], b[-2]):
            raise ValueError(f"Dimensions must be equal, but are {a[-1]} and {b[-2]}")
        return (*broadcast(a[:-2], b[:-2]), a[-2], b[-1])

    def check_ranks(self, *inputs: Dims) -> None:
        """ValueError unless the product takes tensors of these ranks."""

    def gradient(self, upstream: Tensor, output: Tensor, *inputs: Tensor) -> tuple[Any, ...]:
        a, b = inputs
        kind = type(self)

        def product(left: Tensor, right: Tensor, transpose_left: bool, transpose_right: bool) -> Tensor:
            return apply(kind(transpose_left, transpose_right), a=left, b=right)

        if not self.transpose_a:
            by_a = product(upstream, b, False, not self.transpose_b)
        else:
            by_a = product(b, upstream, self.transpose_b, True)
        if not self.transpose_b:
            by_b = product(a, upstream, not self.transpose_a, False)
        else:
            by_b = product(upstream, a, True, self.transpose_a)
        return sum_to(by_a, a), sum_to(by_b, b)  # leading axes may have been broadcast

    def kernel(self, *inputs: Any) -> Any:
        return np.ascontiguousarray(
            np.matmul(_transposed(inputs[0], self.transpose_a), _transposed(inputs[1], self.transpose_b))
        )


@final
class MatMul(Product):
    """The product of two matrices: sum over k of a[i, k] * b[k, j]"""

    def check_ranks(self, *inputs: Dims) -> None:
        for dims in inputs:
            if len(dims) != 2:
                raise ValueError(f"Shape must be rank 2 but is rank {len(dims)}")


@final
class BatchMatMul(Product):
    """Products of matrices along leading axes, which broadcast"""

    type_name: ClassVar[str] = "BatchMatMulV2"

    def check_ranks(self, *inputs: Dims) -> None:
        for dims in inputs:
            if len(dims) < 2:
                raise ValueError(f"Shape must be at least rank 2 but is rank {len(dims)}")


def matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Tensor:
    """The matrix product a @ b of the last two axes, either operand transposed on request."""
    dtype = dtype_of(a, b)
    a = convert_to_tensor(a, None if isinstance(a, Tensor) else dtype, "a")
    b = convert_to_tensor(b, None if isinstance(b, Tensor) else a.dtype, "b")
    ranks = [None if t.dims is None else len(t.dims) for t in (a, b)]
    kind = BatchMatMul if any(rank is None or rank > 2 for rank in ranks) else MatMul
    return apply(kind(bool(transpose_a or adjoint_a), bool(transpose_b or adjoint_b)), name or "MatMul", a=a, b=b)
