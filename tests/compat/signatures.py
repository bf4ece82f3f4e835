"""What can be called with what: lists of (argument, default), from TF 1.15's texts and from our objects."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType
from typing import Any

import estimators.compat.v1 as tf

ROOT = tf.__name__
UNKNOWN = "(*args, **kwargs)"  # what introspection of TensorFlow says of protocol buffers and decorated functions
Arguments = list[list[Any]]  # [name, default as text, or None without one] each


def facade_modules() -> dict[str, ModuleType]:
    """The facade's modules by their names in TensorFlow: tf, tf.layers, ..., also those not imported before."""
    names = [ROOT, *(module.name for module in walk_packages(tf.__path__, f"{ROOT}."))]
    return {"tf" + name.removeprefix(ROOT): import_module(name) for name in sorted(names)}


def facade_names() -> dict[str, Any]:
    """Everything the facade offers, by its full name in TensorFlow; no modules."""
    return {
        f"{namespace}.{name}": getattr(module, name)
        for namespace, module in facade_modules().items()
        for name in module.__all__
        if not isinstance(getattr(module, name), ModuleType)
    }


def of_text(text: str) -> Arguments | None:
    """The arguments in a text like `(x, y=3)`; None if it does not name them."""
    if re.fullmatch(r"\(((self|cls|type), )?\*args, \*\*kw\w+\)", text):
        return None
    arguments = [_argument(part) for part in _parts(text[1:-1])]
    bound = bool(arguments) and arguments[0][0] in ("self", "cls", "_cls")
    return arguments[1:] if bound else arguments


def of_object(value: Any) -> Arguments:
    """The arguments of one of our functions or classes."""
    found = [_of_parameter(parameter) for parameter in inspect.signature(value).parameters.values()]
    return found[1:] if found and found[0][0] in ("self", "cls") else found


def _of_parameter(parameter: inspect.Parameter) -> list[Any]:
    stars = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
    default = None if parameter.default is parameter.empty else _plain(_of_default(parameter.default))
    return [stars + parameter.name, default]


def _of_default(value: Any) -> str:
    """A function, such as an activation, is shown by its name."""
    return value.__name__ if inspect.isfunction(value) else repr(value)


def _plain(text: str) -> str:
    """A default as text that can be compared: an object without a readable form is just an object."""
    if re.fullmatch(r"\([^()]*\)", text):  # ours are tuples, which nobody changes by accident
        text = f"[{text[1:-1].rstrip(',')}]"
    return "<object>" if text.startswith("<") or " object at 0x" in text or "(" in text else text


def _argument(part: str) -> list[Any]:
    name, equals, default = part.partition("=")
    return [name, _plain(default) if equals else None]


def _parts(text: str) -> Iterator[str]:
    """The text cut at the commas that are not inside brackets or quotes."""
    depth, quoted, start = 0, "", 0
    for position, character in enumerate(text):
        if quoted:
            quoted = "" if character == quoted else quoted
        elif character in "'\"":
            quoted = character
        elif character in "([{<":
            depth += 1
        elif character in ")]}>":
            depth -= 1
        elif character == "," and not depth:
            yield text[start:position].strip()
            start = position + 1
    if text[start:].strip():
        yield text[start:].strip()
