"""Names: the identifiers of an emitted step, and the table of integers through which it reaches the world.

Slots of the table are handed out as they are asked for; `Slot` says what Python has to put there before a run.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple, final

import numpy as np

from estimators.compiler.program import Statement, Value
from model_fns.graph.dimensions import SIZE_FUNCTIONS, Dim, Symbol
from model_fns.graph.dtypes import DType

HEADER = (
    "status",
    "steps",
    "draws",
    "seed",
    "position",
    "shuffled",
    "rows_in_source",
    "stream",
    "barrier",
    "callback",
    "step",
    "notes",
    "next_note",
    "note_at",
)
_ATOM = re.compile(r"[A-Za-z_]\w*")
# What the emitted function calls its own: a tensor of that name gets another one.
_OWN = {
    "i",
    "np",
    "float",
    "range",
    "run",
    "table",
    "array_at",
    "share",
    "call_back",
    "kernel",
    "worker",
    "workers",
    "step",
    "done",
    "first",
    "last",
    "rows",
    "barrier",
    "order",
    "epoch_of_order",
    "note",
    "note_at",
}
_OWN_LOCALS = re.compile(r"[ivx]\d+|at\d+_\d+|(start|stop|source|notes)_\d+|scratch_\w+")


@final
@dataclass(frozen=True)
class Slot:
    """One place of the table: what kind of thing it holds (`size`, `array`, `scratch`, `source`, ...) and which."""

    kind: str
    key: Any


class Typed(str):
    """A piece of emitted source with its type in numba, such as `float32[::1]`; a plain string is an int64."""

    __slots__ = ("type",)
    type: str

    def __new__(cls, text: str, type: str) -> Typed:
        made = super().__new__(cls, text)
        made.type = type
        return made


def array_type(dtype: DType) -> str:
    """numba's name of a flat contiguous array."""
    return f"{'boolean' if dtype.name == 'bool' else dtype.name}[::1]"


class Part(NamedTuple):
    """A worker's share of range(count): the names of its bounds in the emitted code."""

    label: str
    start: str
    stop: str


@final
class Names:
    """Identifiers, table slots, imports and typed literals of one emitted step."""

    def __init__(self, sizes: Iterable[str] = ()) -> None:
        """`sizes` are the names of unknown sizes, which stand in expressions as they are."""
        self.slots: list[Slot] = [Slot("header", name) for name in HEADER]
        self.functions: dict[str, str] = {}  # scalar function -> its name here
        self.literals: dict[str, str] = {}  # np.float32(0.5) -> its name here
        self.kernels: dict[tuple[str, str, str], tuple[str, int]] = {}  # (module, name, types) -> (name here, slot)
        self.parts: dict[tuple[str, int], str] = {}
        self.scratches: dict[DType, list[str]] = {}
        self.failures: list[Statement] = []
        self.notes: list[str] = []  # what was chosen for a statement, and why
        self.rows: dict[Value, tuple[Value, int]] = {}  # in a loop: of which array, and the slot that tells which row
        self.tapes: dict[Value, int] = {}  # what a while loop keeps of every iteration -> the slot of its memory
        self._arrays: dict[Value, str] = {}
        self._taken: set[str] = {*_OWN, *SIZE_FUNCTIONS, *sizes}

    def identifier(self, wish: str) -> str:
        """A Python identifier near `wish`, not used before."""
        base = re.sub(r"\W+", "_", wish.removesuffix(":0")).strip("_") or "value"
        if base[0].isdigit() or keyword.iskeyword(base):
            base = f"v_{base}"
        name, number = base, 1
        while name in self._taken or _OWN_LOCALS.fullmatch(name):
            number += 1
            name = f"{base}_{number}"
        self._taken.add(name)
        return name

    def slot(self, header: str) -> int:
        return HEADER.index(header)

    def add_slot(self, kind: str, key: Any) -> int:
        self.slots.append(Slot(kind, key))
        return len(self.slots) - 1

    def kernel(self, module: str, name: str, types: str) -> tuple[str, int]:
        """The identifier of a kernel compiled for `types`, such as `none(float32[::1], int64)`, and its table slot."""
        key = (module, name, types)
        if key not in self.kernels:
            self.kernels[key] = self.identifier(name), self.add_slot("kernel", key)
        return self.kernels[key]

    def array(self, root: Value) -> str:
        """The identifier of the array that holds `root`."""
        if root not in self._arrays:
            self._arrays[root] = self.identifier(root.name)
            self.add_slot("array", root)
        return self._arrays[root]

    def row(self, value: Value, whole: Value, slot: int) -> str:
        """The identifier of the array that holds `value`, which is a row of `whole`; the slot tells which."""
        self.rows[value] = whole, slot
        self._arrays[value] = self.identifier(f"{value.name}_row")
        return self._arrays[value]

    def arrays(self) -> dict[Value, str]:
        return dict(self._arrays)

    def part(self, count: Dim, multiple: int) -> Part:
        """This worker's share of `count` rows; inner bounds are at multiples of `multiple`."""
        key = (str(count), multiple)
        name = self.parts.setdefault(key, f"{len(self.parts)}")
        return Part(f"{count} by {multiple}", f"start_{name}", f"stop_{name}")

    def function(self, name: str) -> str:
        """What a scalar function is called here: its name, unless a tensor has it."""
        if name not in self.functions:
            self.functions[name] = self.identifier(name)
        return self.functions[name]

    def literal(self, number: Any, dtype: DType) -> str:
        """A constant of the type `dtype`, defined once at the top of the file."""
        if isinstance(number, bool | np.bool_):
            return Typed(str(bool(number)), "boolean")
        text = repr(float(number)) if dtype.is_floating else repr(int(number))
        text = {"inf": "float('inf')", "-inf": "-float('inf')", "nan": "float('nan')"}.get(text, text)
        key = f"np.{dtype.name}({text})"
        if key not in self.literals:
            self.literals[key] = self.identifier(f"{dtype.name}_{text}")
        return Typed(self.literals[key], dtype.name)

    def scratch(self, dtype: DType, size: str) -> str:
        if dtype not in self.scratches:
            self.scratches[dtype] = []
            self.add_slot("scratch", dtype)
            self.add_slot("scratch size", dtype)
        self.scratches[dtype].append(size)
        return Typed(f"scratch_{dtype.name}", array_type(dtype))

    def failure(self, statement: Statement) -> int:
        """The status that says that `statement` met a value it cannot take."""
        self.failures.append(statement)
        return FIRST_FAILURE + len(self.failures) - 1


FIRST_FAILURE = 10
NAN_LOSS = 1


def symbols_in(dims: tuple[Dim, ...]) -> set[str]:
    """The names of unknown sizes in a shape."""
    return {
        name for dim in dims if isinstance(dim, Symbol) for atom in dim.atoms for name in _ATOM.findall(atom)
    } - SIZE_FUNCTIONS.keys()
