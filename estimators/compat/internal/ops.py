"""tensorflow.python.framework.ops: what deals with graphs and names."""

from __future__ import annotations

from typing import Any

from model_fns.graph.constant import convert_to_tensor
from model_fns.graph.tensor import Tensor
from model_fns.sparse_tensor import SparseTensor, SparseTensorValue


def name_from_scope_name(name: str) -> str:
    """The name of an operation for a scope's name, which ends in a `/`."""
    return name.removesuffix("/")


def strip_name_scope(name: str, export_scope: str | None) -> str:
    """`name` without the scope `export_scope` at its start, also behind the `^` or `loc:@` of a reference."""
    if not export_scope:
        return name
    mark = next((mark for mark in ("^", "loc:@") if name.startswith(mark)), "")
    return mark + name[len(mark) :].removeprefix(f"{export_scope.removesuffix('/')}/")


def prepend_name_scope(name: str, import_scope: str | None) -> str:
    """`name` inside the scope `import_scope`, also behind the `^` or `loc:@` of a reference."""
    if not import_scope:
        return name
    mark = next((mark for mark in ("^", "loc:@") if name.startswith(mark)), "")
    return f"{mark}{import_scope.removesuffix('/')}/{name[len(mark) :]}"


def convert_n_to_tensor(values: Any, dtype: Any = None, name: str | None = None) -> list[Tensor]:
    """A tensor of each of the values."""
    if not isinstance(values, list | tuple):
        raise TypeError("values must be a sequence.")
    names = [None if name is None else f"{name}_{number}" for number in range(len(values))]
    return [convert_to_tensor(value, dtype, own) for value, own in zip(values, names, strict=True)]


def convert_to_tensor_or_sparse_tensor(value: Any, dtype: Any = None, name: str | None = None) -> Any:
    """A SparseTensor for one or for what a run made of one, else a Tensor."""
    if isinstance(value, SparseTensorValue):
        value = SparseTensor.from_value(value)
    if not isinstance(value, SparseTensor):
        return convert_to_tensor(value, dtype, name)
    if dtype is not None and value.dtype != dtype:
        raise RuntimeError(f"Sparse dtype: requested = {dtype}, actual = {value.dtype}")
    return value
