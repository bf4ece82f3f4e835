"""The part of protocol buffers' text format that a `checkpoint` state file uses: strings and numbers by field name.

    file   = { field }
    field  = name ":" ( value | "[" value { "," value } "]" ) [ "," | ";" ]
    value  = string { string } | number        (adjacent strings are one)

Comments run from # to the end of the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, final

_TOKEN = re.compile(
    r"""[ \t\r\n\f\v]+ | \#[^\n]*
      | (?P<string> "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' )
      | (?P<number> [-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?[fF]? | [-+](?:inf|nan)\b )
      | (?P<name> [A-Za-z_][A-Za-z0-9_]* )
      | (?P<mark> [:\[\],;] )""",
    re.VERBOSE,
)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|[xX][0-9a-fA-F]{1,2}|.)", re.DOTALL)
_LETTERS = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_WRITTEN = {"\n": r"\n", "\r": r"\r", "\t": r"\t", '"': r"\"", "'": r"\'", "\\": r"\\"}
_END = ("end", "the end of the file", 0)


class ParseError(ValueError):
    """The text is not in the text format, or not of the fields expected."""


@final
class _Tokens:
    """The tokens of a text, with one that has not been taken yet to look at: (kind, text, line)."""

    def __init__(self, text: str) -> None:
        self._rest = _tokens(text)
        self.next = next(self._rest, _END)

    def take(self, kind: str, text: str = "") -> str:
        """The next token's text. ParseError if it is of another kind, or not `text`."""
        found, value, line = self.next
        if found != kind or (text and value != text):
            raise ParseError(f"{line}: Expected {text or kind} but found {value}.")
        self.next = next(self._rest, _END)
        return value

    def takes(self, *texts: str) -> bool:
        """Takes the next token if it is one of these marks."""
        if self.next[0] != "mark" or self.next[1] not in texts:
            return False
        self.take("mark")
        return True


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    position, line = 0, 1
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            quote = "String missing ending quote" if text[position] in "\"'" else "Unexpected character"
            raise ParseError(f"{line}: {quote}: {text[position : position + 40].splitlines()[0]!r}")
        if match.lastgroup:
            yield match.lastgroup, match[0], line
        line += match[0].count("\n")
        position = match.end()


def parse(text: str, fields: dict[str, type]) -> dict[str, list[Any]]:
    """The values of each field, in order; `fields` says which there are, and whether str or float. ParseError else."""
    values: dict[str, list[Any]] = {name: [] for name in fields}
    tokens = _Tokens(text)
    while tokens.next is not _END:
        line = tokens.next[2]
        name = tokens.take("name")
        if name not in fields:
            raise ParseError(f"{line}: There is no field named {name!r}, only {', '.join(fields)}.")
        tokens.take("mark", ":")
        read = _string if fields[name] is str else _number
        if tokens.takes("["):
            while not tokens.takes("]"):
                values[name].append(read(tokens))
                if tokens.next[1] != "]":
                    tokens.take("mark", ",")
        else:
            values[name].append(read(tokens))
        tokens.takes(",", ";")
    return values


def _string(tokens: _Tokens) -> str:
    content = _unescaped(tokens.take("string"))
    while tokens.next[0] == "string":
        content += _unescaped(tokens.take("string"))
    # File names on disk are bytes; those that are not UTF-8 come back as Python itself spells them.
    return content.decode("utf-8", "surrogateescape")


def _unescaped(quoted: str) -> bytes:
    return _ESCAPE.sub(_escaped_byte, quoted[1:-1].encode("utf-8", "surrogateescape"))


def _escaped_byte(match: re.Match[bytes]) -> bytes:
    code = match[1]
    if code[:1].isdigit():
        return bytes([int(code, 8) & 0xFF])
    if code[:1] in b"xX" and len(code) > 1:
        return bytes([int(code[1:], 16)])
    return _LETTERS.get(code, code)


def _number(tokens: _Tokens) -> float:
    if tokens.next[0] == "name" and tokens.next[1].lower() in ("inf", "infinity", "nan"):
        return float(tokens.take("name"))
    return float(tokens.take("number").rstrip("fF"))


def quoted(value: str) -> str:
    """`value` as a string of the text format."""
    content = value.encode("utf-8", "surrogateescape").decode("latin-1")
    plain = (_WRITTEN.get(c) or (c if " " <= c <= "~" else f"\\{ord(c):03o}") for c in content)
    return f'"{"".join(plain)}"'
