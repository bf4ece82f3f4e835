"""The element of a graph that something stands for: a tensor, an operation, a variable, or a name of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from model_fns.graph.tensor import Operation, Tensor

_FORM = 'Tensor names must be of the form "<op_name>:<output_index>".'


def element(
    graph: Any, by_name: Mapping[str, Operation], obj: Any, allow_tensor: bool = True, allow_operation: bool = True
) -> Any:
    """The tensor or operation of `graph` that `obj` is, names, or stands for (a variable).

    Raises KeyError for a name that is not there, ValueError for one of the other kind and for an element of another
    graph, TypeError for what stands for nothing.
    """
    if allow_tensor and isinstance(obj, Tensor) and obj.graph is graph:  # most are
        return obj
    kinds = " or ".join(["Tensor"] * allow_tensor + ["Operation"] * allow_operation)
    if isinstance(obj, bytes):
        obj = obj.decode()
    if isinstance(obj, str):
        if ":" not in obj:
            return _operation(by_name, obj, kinds, allow_operation)
        if not allow_tensor:
            raise ValueError(f"Name {obj!r} appears to refer to a Tensor, not a {kinds}.")
        return _tensor(by_name, obj)
    found: Any = getattr(obj, "graph_element", obj)
    fits = (allow_tensor and isinstance(found, Tensor)) or (allow_operation and isinstance(found, Operation))
    if not fits:
        raise TypeError(f"Can not convert a {type(obj).__name__} into a {kinds}.")
    if found.graph is not graph:
        raise ValueError(f"{type(found).__name__} {found} is not an element of this graph.")
    return found


def _operation(by_name: Mapping[str, Operation], name: str, kinds: str, allowed: bool) -> Operation:
    if allowed:
        if name not in by_name:
            raise KeyError(f"The name {name!r} refers to an Operation not in the graph.")
        return by_name[name]
    if name not in by_name:
        raise ValueError(f"The name {name!r} looks like an (invalid) Operation name, not a {kinds}. {_FORM}")
    meant = f" Did you mean '{name}:0'?" if by_name[name].outputs else ""
    raise ValueError(f"The name {name!r} refers to an Operation, not a {kinds}. {_FORM}{meant}")


def _tensor(by_name: Mapping[str, Operation], name: str) -> Tensor:
    base, _, number = name.partition(":")
    if not number.isdigit():
        raise ValueError(f"The name {name!r} looks a like a Tensor name, but is not a valid one. {_FORM}")
    what = f"The name {name!r} refers to a Tensor which does not exist. The operation, {base!r},"
    if base not in by_name:
        raise KeyError(f"{what} does not exist in the graph.")
    outputs = by_name[base].outputs
    if int(number) >= len(outputs):
        raise KeyError(f"{what} exists but only has {len(outputs)} outputs.")
    return outputs[int(number)]
