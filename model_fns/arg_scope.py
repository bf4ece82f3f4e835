"""Default arguments for many calls: `with arg_scope([conv2d, fully_connected], trainable=False):`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])
Scope = dict[Callable[..., Any], dict[str, Any]]  # the arguments by function, the function being the undecorated one

_scope: ContextVar[Scope] = ContextVar("arg_scope")  # of this thread; nothing in it is ever changed


def add_arg_scope(func: Function) -> Function:
    """The decorator of a function whose arguments `arg_scope` may set."""

    @functools.wraps(func)
    def scoped(*args: Any, **kwargs: Any) -> Any:
        return func(*args, **{**current_arg_scope().get(func, {}), **kwargs})

    scoped._arg_scope_key = func  # type: ignore[attr-defined]
    return scoped  # type: ignore[return-value]


@contextmanager
def arg_scope(list_ops_or_scope: Any, **kwargs: Any) -> Iterator[Scope]:
    """Inside, the functions get these arguments unless a call gives them.

    Args:
      list_ops_or_scope: a list of functions decorated with `add_arg_scope`; or what an `arg_scope` gave with `as`, to
        be inside of it again, and then there must be no `kwargs`.
    Raises TypeError if it is neither, ValueError for a function that is not decorated.
    """
    if isinstance(list_ops_or_scope, Mapping):
        if kwargs:
            raise ValueError("When attempting to re-use a scope by suppling a dictionary, kwargs must be empty.")
        scope = dict(list_ops_or_scope)
    elif isinstance(list_ops_or_scope, list | tuple):
        scope = dict(current_arg_scope())
        for function in list_ops_or_scope:
            key = _key(function)
            scope[key] = {**scope.get(key, {}), **kwargs}
    else:
        raise TypeError(
            "list_ops_or_scope must either be a list/tuple or reused scope (i.e. dict), "
            f"got {type(list_ops_or_scope).__name__}"
        )
    token = _scope.set(scope)
    try:
        yield scope
    finally:
        _scope.reset(token)


def current_arg_scope() -> Scope:
    """The arguments that are set here, by function."""
    return _scope.get({})


def has_arg_scope(func: Any) -> bool:
    """Whether `func` is decorated with `add_arg_scope`."""
    return hasattr(func, "_arg_scope_key")


def arg_scoped_arguments(func: Any) -> tuple[str, ...]:
    """The names of the arguments that have a default, which are those that `arg_scope` may set."""
    parameters = inspect.signature(_key(func)).parameters.values()
    return tuple(parameter.name for parameter in parameters if parameter.default is not parameter.empty)


def _key(function: Any) -> Any:
    if not has_arg_scope(function):
        name = getattr(function, "__module__", ""), getattr(function, "__name__", repr(function))
        raise ValueError(f"{name} is not decorated with @add_arg_scope")
    return function._arg_scope_key
