"""tf.app.flags: command-line flags declared where they are used, `--name=value`, read as `FLAGS.name`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, final


class Error(Exception):
    """Something is wrong with a flag."""


class DuplicateFlagError(Error):
    """Two flags have one name."""


class IllegalFlagValueError(Error):
    """A flag has a value that it cannot have."""


class UnrecognizedFlagError(Error):
    """There is no flag of that name."""


@final
@dataclass
class Flag:
    """A declared flag: how its text is read, its default, and its value, None until it is given."""

    name: str
    default: Any
    help: str
    parse: Callable[[Any], Any]
    is_switch: bool = False
    required: bool = False
    repeated: bool = False
    value: Any = None
    present: int = 0

    def take(self, text: Any) -> None:
        """Takes the value given on the command line."""
        try:
            value = self.parse(text)
        except (TypeError, ValueError) as error:
            raise IllegalFlagValueError(f"flag --{self.name}={text}: {error}") from None
        self.value = [*(self.value if self.present else []), value] if self.repeated else value
        self.present += 1


@final
class FlagValues:
    """All flags of the program. Reading one parses the command line first, if that was not done."""

    def __init__(self) -> None:
        self.__dict__["_flags"] = {}
        self.__dict__["_parsed"] = False

    _flags: dict[str, Flag]
    _parsed: bool

    def __call__(self, argv: Sequence[str], known_only: bool = False) -> list[str]:
        """Takes the flags out of `argv` (the program's name first) and returns the rest.

        Raises UnrecognizedFlagError unless `known_only`, and IllegalFlagValueError.
        """
        self.__dict__["_parsed"] = True
        rest, waiting = list(argv[:1]), iter(argv[1:])
        for argument in waiting:
            if argument == "--":
                rest += waiting
            elif not argument.startswith("-") or argument == "-" or not self._take(argument, waiting):
                if argument.startswith("-") and len(argument) > 1 and not known_only:
                    raise UnrecognizedFlagError(f"Unknown command line flag '{argument.lstrip('-').split('=')[0]}'")
                rest.append(argument)
        missing = [flag.name for flag in self._flags.values() if flag.required and flag.value is None]
        if missing:
            name = missing[0]
            raise IllegalFlagValueError(f"flag --{name}=None: Flag --{name} must have a value other than None.")
        return rest

    def _take(self, argument: str, waiting: Iterator[str]) -> bool:
        """Takes one flag with its value; False if there is none of that name."""
        name, equals, text = argument.lstrip("-").partition("=")
        flag = self._flags.get(name)
        if flag is None:
            opposite = self._flags.get(name.removeprefix("no"))
            if equals or opposite is None or not opposite.is_switch or not name.startswith("no"):
                return False
            opposite.take(False)
        elif flag.is_switch:
            flag.take(text if equals else True)
        elif equals:
            flag.take(text)
        else:
            given = next(waiting, None)
            if given is None:
                raise Error(f"Missing value for flag --{name}")
            flag.take(given)
        return True

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name not in self._flags:
            known = ", ".join(sorted(self._flags)) or "none"
            raise AttributeError(f"Unknown command line flag '{name}'. Known: {known}.")
        if not self._parsed:
            self(sys.argv, known_only=True)
        return self._flags[name].value

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self._flags:
            raise AttributeError(f"Unknown command line flag '{name}'.")
        self._flags[name].value = value

    def __contains__(self, name: str) -> bool:
        return name in self._flags

    def __iter__(self) -> Iterator[str]:
        return iter(self._flags)

    def __getitem__(self, name: str) -> Flag:
        return self._flags[name]

    def __dir__(self) -> list[str]:
        return sorted(self._flags)

    def add(self, flag: Flag) -> None:
        """Declares a flag. DuplicateFlagError if there is another of that name."""
        known = self._flags.get(flag.name)
        if known is not None and (known.help, known.default) != (flag.help, flag.default):
            raise DuplicateFlagError(f"The flag '{flag.name}' is defined twice.")
        self._flags[flag.name] = flag

    def flag_values_dict(self) -> dict[str, Any]:
        """All flags' values by name."""
        return {name: getattr(self, name) for name in self._flags}

    def is_parsed(self) -> bool:
        return self._parsed

    def mark_as_parsed(self) -> None:
        """From now on values are read without looking at the command line."""
        self.__dict__["_parsed"] = True

    def unparse_flags(self) -> None:
        """Every flag has its default again until the command line is parsed anew."""
        self.__dict__["_parsed"] = False
        for flag in self._flags.values():
            flag.value, flag.present = flag.default, 0

    def help_text(self, program: str) -> str:
        """What `--help` prints."""
        lines = [f"USAGE: {program} [flags]"]
        for flag in sorted(self._flags.values(), key=lambda flag: flag.name):
            lines.append(f"  --{'[no]' if flag.is_switch else ''}{flag.name}: {flag.help} (default: {flag.default!r})")
        return "\n".join(lines)


FLAGS = FlagValues()


def _boolean(text: Any) -> bool:
    if isinstance(text, str):
        if text.lower() in ("true", "t", "1"):
            return True
        if text.lower() in ("false", "f", "0"):
            return False
    elif isinstance(text, int) and text in (0, 1):
        return bool(text)
    raise ValueError("Non-boolean argument to boolean flag")


def _integer(text: Any) -> int:
    return int(text, 0) if isinstance(text, str) else int(text)


def _items(text: Any) -> list[str]:
    return [part.strip() for part in text.split(",")] if isinstance(text, str) and text else list(text or [])


def _define(name: str, default: Any, help: str, parse: Callable[[Any], Any], **more: Any) -> None:
    """Declares a flag whose default is read like a given value, unless it is None."""
    flag = Flag(name, default, help, parse, **more)
    if default is not None:
        given = default if flag.repeated and isinstance(default, list | tuple) else [default]
        for text in given:
            flag.take(text)
        flag.default, flag.present = flag.value, 0
    FLAGS.add(flag)


def DEFINE_string(name: str, default: Any, help: str, required: bool = False) -> None:
    _define(name, default, help, str, required=required)


def DEFINE_integer(name: str, default: Any, help: str, lower_bound: Any = None, upper_bound: Any = None) -> None:
    _define(name, default, help, _bounded(_integer, lower_bound, upper_bound))


def DEFINE_float(name: str, default: Any, help: str, lower_bound: Any = None, upper_bound: Any = None) -> None:
    _define(name, default, help, _bounded(float, lower_bound, upper_bound))


def DEFINE_boolean(name: str, default: Any, help: str) -> None:
    """A switch: `--name`, `--noname`, `--name=true`."""
    _define(name, default, help, _boolean, is_switch=True)


DEFINE_bool = DEFINE_boolean


def DEFINE_list(name: str, default: Any, help: str) -> None:
    """Strings between commas."""
    _define(name, default, help, _items)


def DEFINE_multi_string(name: str, default: Any, help: str) -> None:
    """A flag that may be given several times: the list of what was given."""
    _define(name, default, help, str, repeated=True)


def DEFINE_multi_integer(name: str, default: Any, help: str) -> None:
    """A flag that may be given several times: the list of what was given."""
    _define(name, default, help, int, repeated=True)


def DEFINE_enum(name: str, default: Any, enum_values: Iterable[str], help: str) -> None:
    """One of the strings `enum_values`."""
    allowed = list(enum_values)

    def parse(text: Any) -> str:
        if text not in allowed:
            raise ValueError(f"value should be one of <{'|'.join(allowed)}>")
        return str(text)

    _define(name, default, help, parse)


def _bounded(parse: Callable[[Any], Any], lower: Any, upper: Any) -> Callable[[Any], Any]:
    def bounded(text: Any) -> Any:
        value = parse(text)
        if (lower is not None and value < lower) or (upper is not None and value > upper):
            raise ValueError(f"{value} is not in the range [{lower}, {upper}]")
        return value

    return bounded


def mark_flag_as_required(flag_name: str) -> None:
    """The program does not start without this flag."""
    FLAGS[flag_name].required = True


def mark_flags_as_required(flag_names: Iterable[str]) -> None:
    for name in flag_names:
        mark_flag_as_required(name)
