"""What a branch or a body returns, a leaf at a time."""

from __future__ import annotations

from typing import Any

from model_fns.graph.tensor import Tensor


def tensor_of(leaf: Any) -> Any:
    """What carries a leaf's value: for a TensorArray its flow."""
    return getattr(leaf, "flow", leaf)


def leaf_like(leaf: Any, tensor: Tensor) -> Any:
    """`tensor` as a leaf of the same kind: a TensorArray with that flow in place of a TensorArray."""
    return leaf.with_flow(tensor) if hasattr(leaf, "with_flow") else tensor
