"""What a model and its input functions are given: the module's params, changed by the options of the command."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from estimators.command.user_module import CommandError


def merged_params(defaults: Mapping[str, Any], assignments: Iterable[str], **options: Any) -> dict[str, Any]:
    """`defaults` with each `name=value` of `assignments`, and each option that was given, in place.

    Raises CommandError for an assignment that is none, or to a name that is not among the defaults.
    """
    params = {**defaults, **{name: value for name, value in options.items() if value is not None}}
    for assignment in assignments:
        name, sign, text = assignment.partition("=")
        if not sign:
            raise CommandError(f"-p {assignment}: expected name=value, like -p learning_rate=0.01.")
        if defaults and name not in params:
            raise CommandError(f"-p {assignment}: there is no parameter {name!r}. {_known(name, params)}")
        params[name] = _value(name, text, defaults.get(name))
    return params


def _known(name: str, params: Mapping[str, Any]) -> str:
    close = difflib.get_close_matches(name, params, n=1)
    meant = f"Did you mean {close[0]}? " if close else ""
    return f"{meant}The module's params are {', '.join(f'{key}={value}' for key, value in params.items())}."


def _value(name: str, text: str, default: Any) -> Any:
    """`text` as the Python literal it is, else as a string; of the kind of the default, if there is one."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        value = text
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(default, int) and isinstance(value, float):
        raise CommandError(f"-p {name}={text}: expected a value like {default!r}, of type int.")
    numeric = isinstance(default, int | float)
    if default is not None and (isinstance(value, bool) != isinstance(default, bool) or numeric != _is_number(value)):
        raise CommandError(f"-p {name}={text}: expected a value like {default!r}, of type {type(default).__name__}.")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)
