"""`make_template`: a function whose variables are made by the first call, and shared by all later ones."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, final

from model_fns.graph.graph import get_default_graph
from model_fns.graph.keys import GraphKeys
from model_fns.variable_scope import VariableScope, variable_scope


def make_template(
    name_: str,
    func_: Callable[..., Any],
    create_scope_now_: bool = False,
    unique_name_: str | None = None,
    custom_getter_: Any = None,
    **kwargs: Any,
) -> Any:
    """`func_` with `kwargs`, in a variable scope of its own that later calls reuse.

    Args:
      name_: the scope's name, made unique: `name_`, `name__1`, ...
      create_scope_now_: choose that name now, not at the first call.
      unique_name_: the scope's name as it is, which other templates may share.
      custom_getter_: see `variable_scope`.
    A later call that makes a trainable variable raises ValueError.
    """
    function = functools.partial(func_, **kwargs) if kwargs else func_
    return Template(name_, function, create_scope_now_, unique_name_, custom_getter_)


@final
class Template:
    """What `make_template` returns."""

    def __init__(
        self,
        name: str,
        func: Callable[..., Any],
        create_scope_now: bool = False,
        unique_name: str | None = None,
        custom_getter: Any = None,
    ) -> None:
        if not name:
            raise ValueError("name cannot be None.")
        self._name, self._func, self._unique_name, self._getter = name, func, unique_name, custom_getter
        self._called = False
        self._scope: VariableScope | None = self._new_scope() if create_scope_now else None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the function returns."""
        if self._scope is None:
            with variable_scope(self._unique_name, self._name, custom_getter=self._getter) as self._scope:
                return self._result(args, kwargs)
        with variable_scope(self._scope, reuse=self._called or None):
            return self._result(args, kwargs)

    def _result(self, args: Any, kwargs: Any) -> Any:
        trained = get_default_graph().get_collection_ref(GraphKeys.TRAINABLE_VARIABLES)
        before = len(trained)
        result = self._func(*args, **kwargs)
        if self._called and len(trained) > before:
            raise ValueError(
                "Trainable variable created when calling a template after the first time, perhaps you used "
                f"tf.Variable when you meant tf.get_variable: {trained[before:]}"
            )
        self._called = True
        return result

    @property
    def name(self) -> str:
        """The name that was given."""
        return self._name

    @property
    def func(self) -> Callable[..., Any]:
        """The function."""
        return self._func

    @property
    def variable_scope(self) -> Any:
        """The scope; None before there is one."""
        return self._scope

    @property
    def variable_scope_name(self) -> str | None:
        """The scope's name, with a slash at its end; None before there is one."""
        return f"{self._scope.name}/" if self._scope else None

    @property
    def variables(self) -> list[Any]:
        """The variables in the scope."""
        return self.global_variables + self.local_variables

    @property
    def trainable_variables(self) -> list[Any]:
        """Those that are trained."""
        return self._collected(GraphKeys.TRAINABLE_VARIABLES)

    @property
    def global_variables(self) -> list[Any]:
        """Those that are saved."""
        return self._collected(GraphKeys.GLOBAL_VARIABLES)

    @property
    def local_variables(self) -> list[Any]:
        """Those that are not saved."""
        return self._collected(GraphKeys.LOCAL_VARIABLES)

    def _collected(self, key: str) -> list[Any]:
        return list(get_default_graph().get_collection(key, f"{self._scope.name}/")) if self._scope else []

    def _new_scope(self) -> VariableScope:
        with variable_scope(self._unique_name, self._name, custom_getter=self._getter) as scope:
            return scope
