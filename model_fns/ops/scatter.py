"""Rows of a variable replaced, or changed by what is added or subtracted."""

from __future__ import annotations

from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.tensor import Tensor
from model_fns.ops.apply import apply, graph_of
from model_fns.ops.control import identity
from model_fns.ops.row_changes import (
    CheckedBelow,
    ScatterDiv,
    ScatterMax,
    ScatterMin,
    ScatterMul,
    ScatterNdAdd,
    ScatterNdSub,
    ScatterNdUpdate,
    SliceChange,
)
from model_fns.ops.row_updates import RowUpdate, ScatterAddRows, ScatterSubRows, ScatterUpdate
from model_fns.ops.state import AssignAdd, VariableV2
from model_fns.ops.table_rows import are_distinct


def scatter_update(ref: Any, indices: Any, updates: Any, use_locking: bool = True, name: str | None = None) -> Tensor:
    """Replaces the rows of the variable `ref` at `indices`, the last of several for one row; as a tensor, the variable.

    `updates` is [*indices, *row], or a scalar for all. InvalidArgumentError for an index out of range.
    """
    return _scattered(ScatterUpdate, ref, indices, updates, name)


def scatter_add(ref: Any, indices: Any, updates: Any, use_locking: bool = False, name: str | None = None) -> Tensor:
    """Adds `updates` to the rows of the variable `ref` at `indices`, all of several for one row."""
    return _scattered(ScatterAddRows, ref, indices, updates, name)


def scatter_sub(ref: Any, indices: Any, updates: Any, use_locking: bool = False, name: str | None = None) -> Tensor:
    """Subtracts `updates` from the rows of the variable `ref` at `indices`, all of several for one row."""
    return _scattered(ScatterSubRows, ref, indices, updates, name)


def _handle_of(ref: Any) -> Tensor:
    """The tensor of a variable. TypeError for anything else."""
    handle = getattr(ref, "graph_element", ref)
    if not isinstance(handle, Tensor) or not isinstance(handle.op.definition, VariableV2):
        raise TypeError(f"Only rows of variables can be changed, not of {ref}")
    return handle


def _scattered(kind: type[RowUpdate], ref: Any, indices: Any, updates: Any, name: str | None) -> Tensor:
    handle = _handle_of(ref)
    graph = graph_of(handle)
    with graph.as_default(), graph.name_scope(name or kind.type_name or kind.__name__) as scope:
        rows = convert_to_tensor(indices, name="indices")
        values = convert_to_tensor(updates, None if isinstance(updates, Tensor) else handle.dtype, "updates")
        return graph.create(kind(skips=are_distinct(rows)), (handle, rows, values), scope).outputs[0]


def scatter_mul(ref: Any, indices: Any, updates: Any, use_locking: bool = False, name: str | None = None) -> Tensor:
    """Multiplies the rows of the variable `ref` at `indices` by `updates`, by all of several for one row."""
    return _scattered(ScatterMul, ref, indices, updates, name)


def scatter_div(ref: Any, indices: Any, updates: Any, use_locking: bool = False, name: str | None = None) -> Tensor:
    """Divides the rows of the variable `ref` at `indices` by `updates`, by all of several for one row."""
    return _scattered(ScatterDiv, ref, indices, updates, name)


def scatter_min(ref: Any, indices: Any, updates: Any, use_locking: bool = False, name: str | None = None) -> Tensor:
    """Replaces what is larger than `updates` in the rows of the variable `ref` at `indices`."""
    return _scattered(ScatterMin, ref, indices, updates, name)


def scatter_max(ref: Any, indices: Any, updates: Any, use_locking: bool = False, name: str | None = None) -> Tensor:
    """Replaces what is smaller than `updates` in the rows of the variable `ref` at `indices`."""
    return _scattered(ScatterMax, ref, indices, updates, name)


def scatter_nd_update(
    ref: Any, indices: Any, updates: Any, use_locking: bool = True, name: str | None = None
) -> Tensor:
    """Replaces the slices of the variable `ref` at the vectors along the last axis of `indices`."""
    return _changed(ScatterNdUpdate(), ref, indices, updates, name)


def scatter_nd_add(ref: Any, indices: Any, updates: Any, use_locking: bool = False, name: str | None = None) -> Tensor:
    """Adds `updates` to the slices of the variable `ref` at the vectors along the last axis of `indices`."""
    return _changed(ScatterNdAdd(), ref, indices, updates, name)


def scatter_nd_sub(ref: Any, indices: Any, updates: Any, use_locking: bool = False, name: str | None = None) -> Tensor:
    """Subtracts `updates` from the slices of the variable `ref` at the vectors along the last axis of `indices`."""
    return _changed(ScatterNdSub(), ref, indices, updates, name)


def _changed(kind: SliceChange, ref: Any, indices: Any, updates: Any, name: str | None) -> Tensor:
    handle = _handle_of(ref)
    graph = graph_of(handle)
    with graph.as_default(), graph.name_scope(name or kind.type) as scope:
        places = convert_to_tensor(indices, name="indices")
        values = convert_to_tensor(updates, None if isinstance(updates, Tensor) else handle.dtype, "updates")
        return graph.create(kind, (handle, places, values), scope).outputs[0]


def count_up_to(ref: Any, limit: int, name: str | None = None) -> Tensor:
    """Adds 1 to the integer variable `ref`; as a tensor, what it was before. OutOfRangeError if that is `limit`."""
    handle = _handle_of(ref)
    graph = graph_of(handle)
    with graph.as_default(), graph.name_scope(name or "CountUpTo") as scope:
        before = apply(CheckedBelow(int(limit)), ref=handle)
        with graph.control_dependencies([before]):
            after = apply(AssignAdd(), ref=handle, value=convert_to_tensor(1, handle.dtype))
        with graph.control_dependencies([after]):
            return identity(before, scope)
