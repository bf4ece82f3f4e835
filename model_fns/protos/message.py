"""Message: a record of typed fields with protocol buffers' Python interface, read and written without their library.

A class lists its fields; the rest - attributes with defaults, `add`, `HasField`, `SerializeToString`, `str` - follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, TypeVar

from model_fns.protos.field import Field
from model_fns.protos.text import lines_of
from model_fns.protos.wire import BYTES, delimited, fields, tag

_Any = TypeVar("_Any", bound="Message")


class Message:
    """Base of all messages. Arguments: values of fields, by name; a mapping or message for a message inside."""

    FIELDS: ClassVar[tuple[Field, ...]] = ()
    _by_name: ClassVar[dict[str, Field]] = {}
    _by_number: ClassVar[dict[int, Field]] = {}

    def __init_subclass__(cls) -> None:
        cls._by_name = {field.name: field for field in cls.FIELDS}
        cls._by_number = {field.number: field for field in cls.FIELDS}

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(_values={}, _unknown=b"", _is_set=False)
        for name, value in values.items():
            if value is not None:
                self._put(self._field(name), value)

    @classmethod
    def _field(cls, name: str) -> Field:
        found = cls._by_name.get(name)
        if found is not None:
            return found
        names = ", ".join(field.name for field in cls.FIELDS)
        raise ValueError(f'Protocol message {cls.__name__} has no "{name}" field. It has: {names}.')

    # -- attributes --------------------------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            field = self._field(name)
        except ValueError as error:
            raise AttributeError(str(error)) from None
        if name in self._values:
            return self._values[name]
        if not (field.repeated or field.message):
            return field.default
        value = _empty(field)
        self._values[name] = value
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        try:
            field = self._field(name)
        except ValueError as error:
            raise AttributeError(f"Assignment not allowed: {error}") from None
        if field.repeated or field.message:
            kind = "repeated" if field.repeated else "message"
            raise AttributeError(f'Assignment not allowed to {kind} field "{name}" in protocol message object.')
        self._leave_others(field)
        self._values[name] = field.checked(value)

    def _put(self, field: Field, value: Any) -> None:
        """Assigns any kind of field, as a constructor's argument does."""
        if field.is_map:
            for key, item in value.items():
                getattr(self, field.name)[key].MergeFrom(item)
        elif field.repeated:
            held = getattr(self, field.name)
            for item in value:
                held.add(**item) if field.message and isinstance(item, dict) else held.append(item)
        elif field.message:
            self._leave_others(field)
            if isinstance(value, dict):
                self.hold(field.name, field.message(**value))
            else:
                getattr(self, field.name).CopyFrom(value)
        else:
            setattr(self, field.name, value)

    def hold(self, name: str, message: Message) -> None:
        """Takes `message` itself, and no copy, as the message inside called `name`."""
        message.SetInParent()
        self._values[name] = message

    def _leave_others(self, field: Field) -> None:
        """Of fields of which there is one at most, the others go."""
        for other in self.FIELDS if field.oneof else ():
            if other.oneof == field.oneof and other is not field:
                self._values.pop(other.name, None)

    # -- what is set -------------------------------------------------------------------------------------------------

    def _holds(self, field: Field) -> bool:
        if field.name not in self._values:
            return False
        value = self._values[field.name]
        if field.repeated or field.is_map:
            return len(value) > 0
        if field.message:
            return value._is_set or bool(value.ListFields())
        return field.oneof is not None or value != field.default

    def HasField(self, field_name: str) -> bool:
        """Whether a message inside, or a field of which there is one at most, is set."""
        field = self._field(field_name)
        if field.repeated or not (field.message or field.oneof):
            raise ValueError(f"Protocol message {type(self).__name__} cannot tell whether {field_name!r} is set.")
        return self._holds(field)

    def WhichOneof(self, oneof_group: str) -> str | None:
        """Which of the group's fields is set."""
        group = [field for field in self.FIELDS if field.oneof == oneof_group]
        if not group:
            raise ValueError(f'Protocol message has no oneof "{oneof_group}" field.')
        return next((field.name for field in reversed(group) if self._holds(field)), None)

    def ListFields(self) -> list[tuple[Field, Any]]:
        """(field, value) of all that is set, by number."""
        held = [field for field in self.FIELDS if self._holds(field)]
        return [(field, self._values[field.name]) for field in sorted(held, key=lambda field: field.number)]

    def SetInParent(self) -> None:
        """Makes this message inside another one set, even if it is empty."""
        self.__dict__["_is_set"] = True

    def ClearField(self, field_name: str) -> None:
        self._values.pop(self._field(field_name).name, None)

    def Clear(self) -> None:
        self.__dict__.update(_values={}, _unknown=b"", _is_set=False)

    def IsInitialized(self) -> bool:
        return True

    # -- bytes -------------------------------------------------------------------------------------------------------

    def SerializeToString(self, deterministic: bool | None = None) -> bytes:
        """The message in protocol buffers' wire format."""
        return b"".join(_encoded(field, value) for field, value in self.ListFields()) + self._unknown

    def ByteSize(self) -> int:
        return len(self.SerializeToString())

    def ParseFromString(self, serialized: bytes) -> int:
        """Becomes what the bytes say; returns how many there were. DecodeError if they are no message."""
        self.Clear()
        return self.MergeFromString(serialized)

    def MergeFromString(self, serialized: bytes) -> int:
        """Takes over the fields that the bytes hold; repeated ones are appended."""
        content, by_number = bytes(serialized), self._by_number
        for number, wire_type, value, whole in fields(content):
            field = by_number.get(number)
            if field is None or not field.takes(wire_type):
                self.__dict__["_unknown"] += whole
            else:
                self._read(field, wire_type, value)
        self.SetInParent()
        return len(content)

    def _read(self, field: Field, wire_type: int, value: Any) -> None:
        if field.is_map:
            entry = {number: content for number, _, content, _ in fields(value)}
            getattr(self, field.name)[entry.get(1, b"").decode("utf-8", "replace")].MergeFromString(entry.get(2, b""))
        elif field.message:
            self._leave_others(field)
            inside = getattr(self, field.name)
            (inside.add() if field.repeated else inside).MergeFromString(value)
        elif field.repeated:
            getattr(self, field.name).extend(field.several(wire_type, value))
        else:
            setattr(self, field.name, field.read(value))

    @classmethod
    def FromString(cls: type[_Any], s: bytes) -> _Any:
        """The message that the bytes hold. DecodeError if they are none."""
        message = cls()
        message.ParseFromString(s)
        return message

    # -- whole messages ----------------------------------------------------------------------------------------------

    def CopyFrom(self, other_msg: Message) -> None:
        """Becomes a copy of a message of the same type."""
        content = self._same_type(other_msg).SerializeToString()
        self.ParseFromString(content)

    def MergeFrom(self, other_msg: Message) -> None:
        """Takes over what is set in a message of the same type."""
        self.MergeFromString(self._same_type(other_msg).SerializeToString())

    def _same_type(self, other: Message) -> Message:
        if type(other) is not type(self):
            wanted, got = type(self).__name__, type(other).__name__
            raise TypeError(f"Parameter must be instance of same class: expected {wanted} got {got}.")
        return other

    def __deepcopy__(self: _Any, memo: Any) -> _Any:
        return type(self).FromString(self.SerializeToString())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, type(self)):
            return NotImplemented
        return self.SerializeToString() == other.SerializeToString()

    __hash__ = None  # type: ignore[assignment]  # it can change

    def __str__(self) -> str:
        return "".join(f"{line}\n" for line in lines_of(self))

    __repr__ = __str__


class Repeated(list):
    """The values of a repeated field; `add` appends a message made of its arguments."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self._field = field

    def add(self, **values: Any) -> Any:
        """Appends a new message with these fields, and returns it."""
        message = self._field.message(**values)
        list.append(self, message)
        return message

    def hold(self, message: Any) -> None:
        """Appends `message` itself, and no copy."""
        list.append(self, message)

    def append(self, value: Any) -> None:
        if self._field.message is None:
            list.append(self, self._field.checked(value))
        else:
            self.add().MergeFrom(value)

    def extend(self, values: Iterable[Any]) -> None:
        for value in values:
            self.append(value)


class Map(dict):
    """A map field from strings to messages; asking for a key that is not there makes its message."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self._field = field

    def __missing__(self, key: str) -> Any:
        self[key] = self._field.message()
        return self[key]

    def hold(self, key: str, message: Any) -> None:
        """Takes `message` itself, and no copy."""
        self[key] = message

    def get_or_create(self, key: str) -> Any:
        return self[key]

    def entries(self) -> Iterator[tuple[str, Any]]:
        return iter(sorted(self.items()))


def _empty(field: Field) -> Any:
    if field.is_map:
        return Map(field)
    if field.repeated:
        return Repeated(field)
    return field.message()


def _encoded(field: Field, value: Any) -> bytes:
    opening = tag(field.number, BYTES)
    if isinstance(value, Map):
        entries = (
            field.key(key) + tag(2, BYTES) + delimited(item.SerializeToString()) for key, item in value.entries()
        )
        return b"".join(opening + delimited(entry) for entry in entries)
    if field.message:
        items = value if field.repeated else [value]
        return b"".join(opening + delimited(item.SerializeToString()) for item in items)
    return field.encoded(value)
