"""HParams: hyperparameters by name, each of one type, changed by text such as `learning_rate=0.1,layers=[64,32]`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from numbers import Integral, Number
from typing import Any, final

# name = value or name = [values], and the comma before the next
_ASSIGNMENT = re.compile(r"\s*(?P<name>[a-zA-Z][\w.]*)\s*=\s*(?:\[(?P<list>[^\]]*)\]|(?P<single>[^,\[]*))\s*(?:,|$)")
_TRUTH = {"true": True, "True": True, "false": False, "False": False}


@final
class HParams:
    """A set of hyperparameters, which are its attributes; their types are those of their first values.

    Raises ValueError for a name that HParams itself uses and for an empty list.
    """

    def __init__(self, hparam_def: Any = None, model_structure: Any = None, **kwargs: Any) -> None:
        if hparam_def is not None:
            raise NotImplementedError(
                "HParams: hparam_def, a protocol buffer, is not available. Give the values by name."
            )
        self._hparam_types: dict[str, tuple[type, bool]] = {}  # the type of a value, or of the elements of a list
        self._model_structure = model_structure
        for name, value in kwargs.items():
            self.add_hparam(name, value)

    def add_hparam(self, name: str, value: Any) -> None:
        """A new hyperparameter."""
        if getattr(self, name, None) is not None:
            raise ValueError(f"Hyperparameter name is reserved: {name}")
        several = isinstance(value, list | tuple)
        if several and not value:
            raise ValueError(f"Multi-valued hyperparameters cannot be empty: {name}")
        self._hparam_types[name] = (type(value[0] if several else value), several)
        setattr(self, name, value)

    def set_hparam(self, name: str, value: Any) -> None:
        """Changes a value. KeyError for a name that is not there, ValueError for a value of another type."""
        kind, several = self._hparam_types[name]
        if isinstance(value, list) and not several:
            raise ValueError(f"Must not pass a list for single-valued parameter: {name}")
        if several and not isinstance(value, list):
            raise ValueError(f"Must pass a list for multi-valued parameter: {name}.")
        setattr(self, name, [_cast(name, kind, item) for item in value] if several else _cast(name, kind, value))

    def del_hparam(self, name: str) -> None:
        """Removes a hyperparameter, if it is there."""
        if hasattr(self, name):
            delattr(self, name)
            del self._hparam_types[name]

    def parse(self, values: str) -> HParams:
        """Changes the values named in text like `a=1,b=[0.5,2]`. ValueError for text of another form."""
        return self.override_from_dict(parsed(values, {name: kind for name, (kind, _) in self._hparam_types.items()}))

    def override_from_dict(self, values_dict: Mapping[str, Any]) -> HParams:
        """Changes several values."""
        for name, value in values_dict.items():
            self.set_hparam(name, value)
        return self

    set_from_map = override_from_dict

    def set_model_structure(self, model_structure: Any) -> None:
        self._model_structure = model_structure

    def get_model_structure(self) -> Any:
        return self._model_structure

    def to_json(self, indent: Any = None, separators: Any = None, sort_keys: bool = False) -> str:
        return json.dumps(self.values(), indent=indent, separators=separators, sort_keys=sort_keys)

    def parse_json(self, values_json: str) -> HParams:
        """Changes the values named in a JSON object."""
        return self.override_from_dict(json.loads(values_json))

    def values(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self._hparam_types}

    def get(self, key: str, default: Any = None) -> Any:
        """The value, or `default` if there is none. ValueError for a default of another type than the value's."""
        if key not in self._hparam_types:
            return default
        kind, several = self._hparam_types[key]
        if default is not None:
            if several != isinstance(default, list):
                described = f"list<{kind}>" if several else str(kind)
                raise ValueError(f"Hparam '{key}' of type '{described}' is incompatible with default={default}")
            for item in default if several else [default]:
                _cast(key, kind, item)
        return getattr(self, key)

    def __contains__(self, key: str) -> bool:
        return key in self._hparam_types

    def __str__(self) -> str:
        return ",".join(f"{name}={value}" for name, value in self.values().items())

    def __repr__(self) -> str:
        return f"HParams({sorted(self.values().items())})"


def parsed(values: str, types: Mapping[str, type]) -> dict[str, Any]:
    """The assignments in `values` as a dict. ValueError for an unknown name, or one that comes twice."""
    found: dict[str, Any] = {}
    position = 0
    while position < len(values):
        match = _ASSIGNMENT.match(values, position)
        if match is None:
            raise ValueError(f"Malformed hyperparameter value: {values[position:]}")
        position, name, several = match.end(), match["name"], match["list"]
        if name not in types:
            raise ValueError(f"Unknown hyperparameter type for {name}")
        if name in found:
            raise ValueError(f"Multiple assignments to variable '{name}' in {values}")
        if several is not None:
            found[name] = [_read(name, types[name], text, values) for text in several.split(",") if text.strip()]
        else:
            found[name] = _read(name, types[name], match["single"], values)
    return found


def _read(name: str, kind: type, text: str, values: str) -> Any:
    """The value that `text` stands for."""
    text = text.strip()
    try:
        if kind is bool:
            return _TRUTH[text] if text in _TRUTH else bool(int(text))
        return kind(text)
    except ValueError:
        raise ValueError(
            f"Could not parse hparam '{name}' of type '{kind.__name__}' with value '{text}' in {values}"
        ) from None


def _cast(name: str, kind: type, value: Any) -> Any:
    """`value` as a `kind`. ValueError unless it is one already, or an integer where a float is wanted."""
    if kind is type(None) or type(value) is kind:
        return value
    wrong = (
        (issubclass(kind, str) and not isinstance(value, str))
        or issubclass(kind, bool) != isinstance(value, bool)
        or (issubclass(kind, Integral) and not isinstance(value, Integral))
        or (issubclass(kind, Number) and not isinstance(value, Number))
    )
    if wrong:
        raise ValueError(f"Could not cast hparam '{name}' of type '{kind}' from value {value!r}")
    return kind(value)
