"""name_scope: a prefix for the names of operations, in TensorFlow 1's form for functions that make operations."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any, final

from model_fns.ops.apply import graph_of


@final
class name_scope:
    """A context that puts `name`, else `default_name`, before the names of the operations made inside.

    Works in the graph that `values` belong to, else the default one. The context yields the full prefix with a `/` at
    its end, which, given as a name, enters the very same scope again. Raises ValueError on entering with values but
    without a name.
    """

    def __init__(self, name: str | None, default_name: str | None = None, values: Any = None) -> None:
        if not (default_name is None or isinstance(default_name, str)):
            raise TypeError(
                f"`default_name` type ({type(default_name)}) is not a string type. You likely meant to pass this into "
                "the `values` kwarg."
            )
        self._name = default_name if name is None else name
        self._given, self._default_name, self._values = name, default_name, values
        self._stack = ExitStack()

    @property
    def name(self) -> str | None:
        return self._name

    def __enter__(self) -> str:
        if self._name is None and self._values is not None:
            raise ValueError(
                f"At least one of name ({self._given}) and default_name ({self._default_name}) must be provided."
            )
        graph = graph_of(*(self._values or ()))
        with ExitStack() as stack:
            stack.enter_context(graph.as_default())
            scope = stack.enter_context(graph.name_scope(self._name))
            self._stack = stack.pop_all()
        return scope

    def __exit__(self, *exception: Any) -> None:
        self._stack.close()
