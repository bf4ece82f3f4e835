"""The attributes of operations as JSON, and back: plain data, checked on the way in, from which no code is ever run.

numbers, strings, None    themselves
tuple                     {"tuple": [...]}
element type              {"dtype": "float32"}
array                     {"array": base64, "dtype": ..., "shape": [...]}
array of one number       {"filled": base64 of it, "dtype": ..., "shape": [...]}
array of strings          {"strings": [...], "shape": [...]}
bytes                     {"bytes": base64}
size of an axis           {"symbol": [atoms, coefficient]}
record of several         {"record": class name, "fields": {...}}
branch or body            {"subgraph": its number}, see saved_graph.py
"""

from __future__ import annotations

import ast
import base64
import dataclasses
import math
import re
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from model_fns.graph.constant import FrozenArray
from model_fns.graph.dimensions import SIZE_FUNCTIONS, Symbol, unknown
from model_fns.graph.dtypes import DType, as_dtype
from model_fns.graph.syntax import parsed

_MOST_ELEMENTS = 2**31  # that one number in a file may stand for

Inner = Callable[[int], Any]  # from the number of a branch or a body to the graph that it is

_SYMBOL_NODES = (
    *(ast.Expression, ast.BinOp, ast.UnaryOp, ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.USub, ast.Load),
    *(ast.Name, ast.Constant, ast.Call),
)


def encoded(value: Any) -> Any:
    """An attribute as JSON. TypeError for a value that is not data, such as a function."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, DType):
        return {"dtype": value.name}
    if isinstance(value, FrozenArray):
        return _encoded_array(value.array)
    if isinstance(value, Symbol):
        return {"symbol": [list(value.atoms), value.coefficient]}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: encoded(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"record": type(value).__name__, "fields": fields}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {"record": type(value).__name__, "fields": dict(zip(value._fields, map(encoded, value), strict=True))}
    if isinstance(value, tuple):
        return {"tuple": [encoded(item) for item in value]}
    raise TypeError(f"{value!r}, a {type(value).__name__}, is not data that can be saved")


def _encoded_array(array: np.ndarray) -> dict[str, Any]:
    if array.dtype == object:
        return {"strings": [encoded(item) for item in array.reshape(-1)], "shape": list(array.shape)}
    kind = "filled" if _is_one_number(array) else "array"
    content = np.ascontiguousarray(array.reshape(-1)[:1] if kind == "filled" else array)
    content = content.astype(array.dtype.newbyteorder("<"), copy=False)
    return {kind: base64.b64encode(content.tobytes()).decode(), "dtype": array.dtype.name, "shape": list(array.shape)}


def _is_one_number(array: np.ndarray) -> bool:
    """Whether all elements are the same to the bit: what variables begin with often is, and would be large."""
    if array.size < 2 or array.itemsize > 8:
        return False
    bits = array.reshape(-1).view(f"u{array.itemsize}")
    return bool(bits[0] == bits[-1] and (bits == bits[0]).all())


def decoded(value: Any, records: Mapping[str, type], renamed: dict[str, str], inner: Inner | None = None) -> Any:
    """What JSON says.

    Args:
      records: the classes there are.
      renamed: gives unknown sizes names of this process.
      inner: finds a branch or a body by its number, where there may be some.
    Raises ValueError for what is no such data.
    """
    if not isinstance(value, dict):
        if isinstance(value, list):
            raise ValueError("a list stands where a value should")
        return value
    if "tuple" in value:
        return tuple(decoded(item, records, renamed) for item in value["tuple"])
    if "dtype" in value and len(value) == 1:
        return as_dtype(value["dtype"])
    if "bytes" in value:
        return base64.b64decode(value["bytes"], validate=True)
    if "symbol" in value:
        return _symbol(value["symbol"], renamed)
    if "strings" in value:
        array = np.empty(len(value["strings"]), object)
        array[:] = [decoded(item, records, renamed) for item in value["strings"]]
        return FrozenArray(array.reshape(value["shape"]))
    if "array" in value:
        dtype = as_dtype(value["dtype"]).as_numpy_dtype
        content = np.frombuffer(base64.b64decode(value["array"], validate=True), dtype)
        return FrozenArray(content.reshape(value["shape"]).copy())
    if "filled" in value:
        return _filled(value)
    if "record" in value:
        return record(value, records, renamed)
    if "subgraph" in value and inner is not None:
        return inner(value["subgraph"])
    raise ValueError(f"there is no kind of value with {', '.join(map(repr, value))}")


def _filled(value: Mapping[str, Any]) -> FrozenArray:
    shape = tuple(value["shape"])
    number = np.frombuffer(base64.b64decode(value["filled"], validate=True), as_dtype(value["dtype"]).as_numpy_dtype)
    if number.size != 1 or math.prod(shape) > _MOST_ELEMENTS:
        raise ValueError(f"{number.size} numbers do not fill an array of shape {shape}")
    return FrozenArray(np.full(shape, number[0]))


def record(
    value: Mapping[str, Any], records: Mapping[str, type], renamed: dict[str, str], inner: Inner | None = None
) -> Any:
    """An instance of one of the classes, its fields of the types that the class says."""
    kind = records.get(value["record"])
    if kind is None:
        raise ValueError(f"there is no {value['record']!r}")
    fields = {name: decoded(item, records, renamed, inner) for name, item in value["fields"].items()}
    hints = typing.get_type_hints(kind, localns={"Symbol": Symbol})
    names = [field.name for field in dataclasses.fields(kind)] if dataclasses.is_dataclass(kind) else list(hints)
    for name, item in fields.items():
        if name not in names:
            raise ValueError(f"{kind.__name__} has no {name!r}")
        if not conforms(item, hints[name]):
            raise ValueError(f"{kind.__name__}.{name} cannot be {item!r}")
    return kind(**fields)


def conforms(value: Any, hint: Any) -> bool:
    """Whether a value is of the type that a hint says. What is pasted into code must be what its class says."""
    if hint is Any:
        return False
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return any(conforms(value, option) for option in typing.get_args(hint))
    if origin is tuple:
        options = typing.get_args(hint)
        if not isinstance(value, tuple):
            return False
        if len(options) == 2 and options[1] is Ellipsis:
            return all(conforms(item, options[0]) for item in value)
        return len(value) == len(options) and all(map(conforms, value, options))
    if hint is None or hint is type(None):
        return value is None
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(hint, type) and isinstance(value, hint)


def _symbol(value: Any, renamed: dict[str, str]) -> Symbol:
    atoms, coefficient = value
    if not isinstance(coefficient, int) or not atoms:
        raise ValueError(f"{value!r} is no size")
    return Symbol(tuple(_renamed(_checked_atom(atom), renamed) for atom in atoms), coefficient)


def _checked_atom(atom: str) -> str:
    """A size's name, or arithmetic on such: it will be pasted into code."""
    try:
        tree = parsed(atom, "eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise ValueError(f"{atom!r} is no size") from None
    for node in ast.walk(tree):
        if not isinstance(node, _SYMBOL_NODES) or not _is_harmless(node):
            raise ValueError(f"{atom!r} is no size")
    return atom


def _is_harmless(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return type(node.value) is int
    if isinstance(node, ast.Name):
        return re.fullmatch(r"[a-z][a-z0-9_]*", node.id) is not None
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in SIZE_FUNCTIONS and not node.keywords
    return True


def _renamed(atom: str, renamed: dict[str, str]) -> str:
    def name(match: re.Match[str]) -> str:
        if match[0] not in renamed:
            renamed[match[0]] = unknown().atoms[0]
        return renamed[match[0]]

    return re.sub(r"\bunknown_\d+\b", name, atom)
