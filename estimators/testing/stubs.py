"""StubOutForTesting: puts something else in the place of a module's or an object's attributes, and takes it back."""

from __future__ import annotations

import inspect
from typing import Any


class StubOutForTesting:
    """Replaces attributes for the length of a test. A context too, at whose end all of it is taken back."""

    def __init__(self) -> None:
        self._set: list[tuple[Any, str, Any]] = []
        self._smart: list[tuple[Any, str, Any]] = []

    def __enter__(self) -> StubOutForTesting:
        return self

    def __exit__(self, *exception: Any) -> None:
        self.CleanUp()

    def CleanUp(self) -> None:
        """Takes back all replacements, of both kinds."""
        self.SmartUnsetAll()
        self.UnsetAll()

    def Set(self, parent: Any, child_name: str, new_child: Any) -> None:
        """Replaces an attribute that is there. AttributeError if it is not."""
        self._set.append((parent, child_name, _held(parent, child_name)))
        setattr(parent, child_name, new_child)

    def SmartSet(self, obj: Any, attr_name: str, new_attr: Any) -> None:
        """Replaces an attribute where it is defined: in the object, or else in a class it comes from."""
        owner = obj
        if not inspect.ismodule(obj) and attr_name not in vars(obj):
            kind = obj if inspect.isclass(obj) else type(obj)
            owner = next((base for base in inspect.getmro(kind) if attr_name in vars(base)), None)
        if owner is None or attr_name not in vars(owner):
            raise AttributeError(f"{obj!r} has no attribute {attr_name!r} to replace.")
        self._smart.append((owner, attr_name, vars(owner)[attr_name]))
        setattr(owner, attr_name, new_attr)

    def UnsetAll(self) -> None:
        """Takes back what Set replaced, the last first."""
        _take_back(self._set)

    def SmartUnsetAll(self) -> None:
        """Takes back what SmartSet replaced, the last first."""
        _take_back(self._smart)


def _held(parent: Any, name: str) -> Any:
    """An attribute as its owner keeps it: a static method stays one."""
    value = getattr(parent, name)
    kept = vars(parent).get(name) if hasattr(parent, "__dict__") else None
    return kept if isinstance(kept, staticmethod | classmethod) else value


def _take_back(replaced: list[tuple[Any, str, Any]]) -> None:
    while replaced:
        owner, name, value = replaced.pop()
        setattr(owner, name, value)
