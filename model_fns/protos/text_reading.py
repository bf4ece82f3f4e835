"""Messages read from protocol buffers' text format: `name: value` and `name { ... }`."""

from __future__ import annotations

import ast
import re
from typing import Any, TypeVar

from model_fns.protos.message import Message

_Any = TypeVar("_Any", bound=Message)

_TOKEN = re.compile(
    r"""\s+|\#[^\n]*"""  # between tokens
    r"""|(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
    r"""|(?P<word>[-+\w.]+)"""
    r"""|(?P<sign>[:{}<>\[\],;])"""
)
_CLOSING = {"{": "}", "<": ">"}
_TRUTH = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}


class ParseError(ValueError):
    """The text is no message of this kind."""


def merged_from_text(text: str, message: _Any) -> _Any:
    """`message`, with the fields that `text` names. ParseError for what is no field or no value of one."""
    reader = _Reader(_tokens(text))
    reader.fields_into(message, end=None)
    return message


def _tokens(text: str) -> list[str]:
    found, position = [], 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            line = text.count("\n", 0, position) + 1
            raise ParseError(
                f"Line {line}: expected a name, a value or a bracket, got {text[position : position + 20]!r}."
            )
        if match.lastgroup:
            found.append(match[0])
        position = match.end()
    return found


class _Reader:
    """Goes through the tokens of a text once."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens, self._position = tokens, 0

    def fields_into(self, message: Message, end: str | None) -> None:
        """Reads fields until the bracket `end`, or to the end of the text."""
        while self._peek() != end:
            name = self._next()
            field = message._by_name.get(name)
            if field is None:
                names = ", ".join(message._by_name)
                raise ParseError(
                    f'Message type "{type(message).__name__}" has no field named "{name}". It has: {names}.'
                )
            self._skip(":")
            if self._skip("["):
                while not self._skip("]"):
                    self._value_into(message, field)
                    self._skip(",")
            else:
                self._value_into(message, field)
            self._skip(",") or self._skip(";")
        if end is not None:
            self._next()

    def _value_into(self, message: Message, field: Any) -> None:
        if field.is_map:
            self._entry_into(getattr(message, field.name))
        elif field.message:
            held = getattr(message, field.name)
            inside = held.add() if field.repeated else held
            inside.SetInParent()
            self.fields_into(inside, self._opened())
        elif field.repeated:
            getattr(message, field.name).append(self._scalar(field))
        else:
            setattr(message, field.name, self._scalar(field))

    def _entry_into(self, held: Any) -> None:
        """One `{ key: "..." value { ... } }` of a map."""
        end = self._opened()
        for expected in ("key", "value"):
            if self._next() != expected:
                raise ParseError(f"Expected `{expected}` in the entry of a map.")
            self._skip(":")
            if expected == "key":
                key = _string(self._next()).decode()
            else:
                self.fields_into(held[key], self._opened())
        if self._next() != end:
            raise ParseError(f"Expected {end!r} at the end of the entry {key!r}.")

    def _scalar(self, field: Any) -> Any:
        token = self._next()
        if field.kind in ("string", "bytes"):
            content = _string(token)
            while (self._peek() or "").startswith(('"', "'")):  # strings side by side are one
                content += _string(self._next())
            return content.decode() if field.kind == "string" else content
        if field.kind == "bool" and token.lower() in _TRUTH:
            return _TRUTH[token.lower()]
        if field.kind == "enum":
            numbers = {name: number for number, name in (field.names or {}).items()}
            if token in numbers:
                return numbers[token]
        try:
            return float(token) if field.kind in ("float", "double") else int(token, 0)
        except ValueError:
            raise ParseError(f"{token} is no value of {field.name}, a field of kind {field.kind}.") from None

    def _opened(self) -> str:
        token = self._next()
        if token not in _CLOSING:
            raise ParseError(f"Expected an opening bracket, got {token!r}.")
        return _CLOSING[token]

    def _peek(self) -> str | None:
        return self._tokens[self._position] if self._position < len(self._tokens) else None

    def _next(self) -> str:
        token = self._peek()
        if token is None:
            raise ParseError("The text ends inside a message.")
        self._position += 1
        return token

    def _skip(self, sign: str) -> bool:
        """Whether the next token is this one, which then is behind us."""
        there = self._peek() == sign
        self._position += there
        return there


def _string(token: str) -> bytes:
    if not token.startswith(('"', "'")):
        raise ParseError(f"Expected a string in quotes, got {token}.")
    # Python writes the escapes of bytes as protocol buffers do; other characters stand for themselves, in UTF-8.
    plain = "".join(c if c < "\x80" else "".join(f"\\x{byte:02x}" for byte in c.encode()) for c in token)
    return bytes(ast.literal_eval("b" + plain))
