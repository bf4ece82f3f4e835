"""tensorflow.python.framework.sparse_tensor."""

from __future__ import annotations

from typing import Any

from model_fns.sparse_tensor import SparseTensor, SparseTensorValue


def is_sparse(x: Any) -> bool:
    """Whether it is a SparseTensor, or what a run made of one."""
    return isinstance(x, SparseTensor | SparseTensorValue)
