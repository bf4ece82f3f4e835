"""Graphs as executables, for tests: what a session does, without a session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from estimators.compiler.executable import Executable
from estimators.compiler.pipeline import optimised
from estimators.compiler.program import Program, capture
from model_fns.graph.dimensions import Dims, Symbol, named
from model_fns.graph.tensor import Tensor


def batched(tensor: Tensor) -> Dims:
    """The tensor's sizes, what is unknown being the batch."""
    assert tensor.dims is not None
    return tuple(named("batch") if isinstance(size, Symbol) else size for size in tensor.dims)


def captured(fetches: Sequence[Any], feeds: Sequence[Tensor], extra: dict[Tensor, Dims] | None = None) -> Program:
    return capture(list(fetches), {tensor: batched(tensor) for tensor in feeds} | (extra or {}))


def compiled(fetches: Sequence[Any], feeds: Sequence[Tensor], extra: dict[Tensor, Dims] | None = None) -> Executable:
    """What computes `fetches` from `feeds` (fed in this order, then `extra`), for any batch."""
    return Executable(optimised(captured(fetches, feeds, extra)))
