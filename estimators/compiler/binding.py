"""Binding: the memory that a compiled program works in for one set of sizes, and the table that tells where it is.

What a run costs besides the machine code is spent here: nothing is looked up, evaluated or allocated again that the run
before left in place.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, final

import numpy as np

from estimators.compiler.emit import Emitted
from estimators.compiler.names import FIRST_FAILURE, HEADER, Slot
from estimators.compiler.notes import NoteBook, Notes
from estimators.compiler.program import Program, Statement, Value
from estimators.compiler.reference import uninitialized
from estimators.kernels import scratch, winograd_scratch
from estimators.kernels.calling import address_of
from model_fns.errors import InternalError, InvalidArgumentError
from model_fns.graph.dimensions import SIZE_FUNCTIONS, Dim, Symbol
from model_fns.kernel_call import outputs_of

_FIRST_ITERATIONS = 32  # of a while loop, for which there is memory at first
_ALIGNMENT = 64  # bytes: a cache line, and the widest vector
_STATUS, _STEPS, _DRAWS, _SEED, _POSITION, _STEP = (
    HEADER.index(name) for name in ("status", "steps", "draws", "seed", "position", "step")
)
_ROWS_IN_SOURCE, _SHUFFLED, _STREAM = (HEADER.index(name) for name in ("rows_in_source", "shuffled", "stream"))

_CallbackType = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64)


_NO_ORDER = np.zeros(1, np.int64)  # never looked at


@final
@dataclass
class Source:
    """Arrays that the step gathers its batches from, and the place it has reached in them."""

    arrays: tuple[np.ndarray, ...]
    rows: int
    shuffled: bool
    stream: int
    order: np.ndarray = field(init=False)
    epoch_of_order: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.order = np.zeros(max(self.rows, 1), np.int64) if self.shuffled else _NO_ORDER
        self.epoch_of_order = np.full(1, -1, np.int64) if self.shuffled else _NO_ORDER


def number_of(dim: Dim, sizes: Mapping[str, int]) -> int:
    """A size as a number."""
    if not isinstance(dim, Symbol):
        return int(dim)
    text = str(dim)
    if text in sizes:  # most are one size and no sum or product of sizes
        return sizes[text]
    return int(eval(_code(text), {"__builtins__": {}, **SIZE_FUNCTIONS}, dict(sizes)))


@cache
def _code(expression: str) -> Any:
    return compile(expression, "<size>", "eval")


def known_value(value: Value, sizes: Mapping[str, int]) -> Any:
    """What is known of a value that is made of sizes, as an array; None if nothing is."""
    if value.known is None:
        return None
    items = [number_of(item, sizes) for item in np.ravel(value.known).tolist()]
    return np.array(items, value.dtype.as_numpy_dtype).reshape(np.shape(value.known))


def aligned(count: int, dtype: Any) -> np.ndarray:
    """An uninitialised flat array that begins on a cache line; empty strings, which machine code does not touch."""
    if np.dtype(dtype) == object:
        return np.full(count, b"", object)
    item = np.dtype(dtype).itemsize
    raw = np.empty(count * item + _ALIGNMENT, np.uint8)
    offset = -address(raw) % _ALIGNMENT
    return raw[offset : offset + count * item].view(dtype)


def address(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]


@final
class Binding:
    """Memory for one set of sizes.

    Arrays that the program makes are its own and stay where they are. Those of variables, feeds and the source are
    the caller's: `point` writes their addresses.
    """

    def __init__(self, program: Program, emitted: Emitted, sizes: Mapping[str, int], given: Sequence[Value]) -> None:
        """`given` are the feeds that `point` will be handed arrays for."""
        self.program, self.emitted, self.sizes = program, emitted, dict(sizes)
        table = np.zeros(len(emitted.names.slots), np.int64)
        self.table = address(table)
        self._entries = memoryview(table)  # type: ignore[arg-type]  # the quickest way from Python to an integer in memory
        self.work, self.barriers = self._evaluate(emitted.work), self._evaluate(emitted.barriers)
        self._places = {slot.key: number for number, slot in enumerate(emitted.names.slots) if slot.kind == "array"}
        self._variables = [
            (value, value.name.removesuffix(":0"), self._places.get(value)) for value in program.variables
        ]
        self._given = [(value, self._places.get(value)) for value in given]
        self._shapes = {value: self.shape(value) for value in program.fetches}
        self._arrays: dict[Value, np.ndarray] = {}
        self._own: set[Value] = set()  # of these the arrays stay where they are
        self._views: dict[Value, np.ndarray] = {}  # of those, as they are looked at
        self._objects: dict[Value, Any] = {}
        self._tapes: dict[Value, np.ndarray] = {}
        self._keep: list[Any] = [table]
        self._workers = 0
        self._error: BaseException | None = None
        self._source: Source | None = None
        self._pointed: Mapping[str, np.ndarray] | None = None  # the variables pointed at, and their state's count
        self._changes: int | None = None
        self._slots_of_source = [
            (number, slot)
            for number, slot in enumerate(emitted.names.slots)
            if slot.kind in ("source", "order", "epoch of order")
        ]
        foreign = {*program.variables, *given}
        for number, slot in enumerate(emitted.names.slots):
            self._fill(number, slot, foreign)
        barrier = aligned(32, np.int64)
        barrier[:] = 0
        self._callback = _CallbackType(self._call_back)
        self._keep += [barrier]
        header = {name: emitted.names.slot(name) for name in ("notes", "next_note", "note_at")}
        noted = [(number, slot.key[1]) for number, slot in enumerate(emitted.names.slots) if slot.kind == "notes"]
        self._notes = NoteBook(self._entries, header, noted) if noted else None
        self._entries[emitted.names.slot("barrier")] = address(barrier)
        self._entries[emitted.names.slot("callback")] = ctypes.cast(self._callback, ctypes.c_void_p).value or 0

    def _evaluate(self, expression: str) -> int:
        scope = {"__builtins__": {}, **SIZE_FUNCTIONS, "scratch": scratch, "winograd_scratch": winograd_scratch}
        return int(eval(expression, scope, dict(self.sizes)))

    def _fill(self, number: int, slot: Slot, foreign: set[Value]) -> None:
        """Puts into the table what stays there: sizes, kernels, and the arrays that are this binding's own."""
        if slot.kind == "size":
            self._entries[number] = self.sizes[slot.key]
        elif slot.kind == "kernel":
            self._entries[number] = address_of(*slot.key)
        elif slot.kind == "array" and slot.key not in foreign:
            constant = self.program.constant(slot.key)
            array = self._room(slot.key) if constant is None else np.array(constant).ravel()
            self._arrays[slot.key] = array
            self._entries[number] = address(array)
            if array.dtype != object:  # what is made of text is an array of its own each time
                self._own.add(slot.key)

    def _room(self, value: Value) -> np.ndarray:
        return aligned(max(int(np.prod(self.shape(value), initial=1)), 1), value.dtype.as_numpy_dtype)

    def shape(self, value: Value) -> tuple[int, ...]:
        return tuple(number_of(dim, self.sizes) for dim in value.dims)

    # -- before a run ---------------------------------------------------------------------------------------------

    def point(self, variables: Mapping[str, np.ndarray], feeds: Sequence[np.ndarray], source: Source | None) -> None:
        """Puts the addresses of what the caller owns into the table, and keeps it alive until the next run."""
        arrays, entries = self._arrays, self._entries
        changes = getattr(variables, "changes", None)
        if changes is None or changes != self._changes or variables is not self._pointed:
            self._point_at_variables(variables)
            self._pointed, self._changes = variables, changes
        for (value, number), array in zip(self._given, feeds, strict=True):
            contiguous = array if array.flags.c_contiguous else np.ascontiguousarray(array)
            arrays[value] = contiguous  # also one that the code does not read: it may be fetched
            if number is not None:
                entries[number] = address(contiguous)
        if source is not None and source is not self._source:
            self._point_at(source)

    def _point_at_variables(self, variables: Mapping[str, np.ndarray]) -> None:
        arrays, entries = self._arrays, self._entries
        for value, name, number in self._variables:
            try:
                array = variables[name]
            except KeyError:
                raise uninitialized(name) from None
            if arrays.get(value) is not array:
                arrays[value] = array
                if number is not None:
                    entries[number] = address(array)

    def _point_at(self, source: Source) -> None:
        entries = self._entries
        for number, slot in self._slots_of_source:
            if slot.kind == "source":
                entries[number] = address(source.arrays[slot.key[0]])
            elif source.shuffled:  # else nobody looks there
                entries[number] = address(source.order if slot.kind == "order" else source.epoch_of_order)
        entries[_ROWS_IN_SOURCE], entries[_SHUFFLED], entries[_STREAM] = source.rows, source.shuffled, source.stream
        self._source = source

    def header(self, steps: int, draws: int, seed: int, position: int, notes: Notes | None = None) -> None:
        if self._notes is not None:
            self._notes.open(notes)
        entries = self._entries
        entries[_STATUS] = 0
        entries[_STEPS], entries[_DRAWS], entries[_SEED], entries[_POSITION] = steps, draws, seed, position

    def room_for(self, workers: int) -> int:
        """Makes scratch memory for so many workers; returns how many."""
        if workers > self._workers:
            self._workers = workers
            for number, slot in enumerate(self.emitted.names.slots):
                if slot.kind == "scratch":
                    need = max(self._evaluate(size) for size in self.emitted.names.scratches[slot.key])
                    need += -need % (_ALIGNMENT // slot.key.size)
                    memory = aligned(max(need * workers, 1), slot.key.as_numpy_dtype)
                    self._keep.append(memory)
                    self._entries[number], self._entries[number + 1] = address(memory), need
        return workers

    # -- after a run ----------------------------------------------------------------------------------------------

    def take(self, notes: Notes) -> None:
        """Fills in what the last run kept."""
        assert self._notes is not None, "nothing is noted by this program"
        self._notes.close(notes)

    def status(self) -> int:
        return int(self._entries[_STATUS])

    def view(self, value: Value) -> Any:
        """What `value` holds now, without a copy."""
        kept = self._views.get(value)
        if kept is not None:
            return kept
        if value in self._objects:
            return self._objects[value]
        root = self.program.root(value)
        shape = self._shapes.get(value)
        if shape is None:
            shape = self._shapes[value] = self.shape(value)
        array = self._arrays.get(root)
        if root in self.emitted.names.rows:
            array = self._row(*self.emitted.names.rows[root])
        elif root in self._objects:  # text, under another shape
            array = self._objects[root]
        elif array is None:
            array = self.program.constant(root)
            assert array is not None
        if array.shape == shape:
            return array
        flat = array.reshape(-1)
        count = 1
        for size in shape:
            count *= size
        view = (flat if len(flat) == count else flat[:count]).reshape(shape)
        if root in self._own and root not in self.emitted.names.rows:
            self._views[value] = view
        return view

    def _row(self, whole: Value, slot: int) -> Any:
        """The row that the slot tells of an array, or of what a while loop keeps."""
        number = self._entries[slot]
        if whole not in self._tapes:
            return self.view(whole)[number]
        size = math.prod(self.shape(whole))
        return self._tapes[whole][number * size : (number + 1) * size]

    def copy(self, value: Value) -> Any:
        view = self.view(value)
        return np.array(view) if view.shape else view[()]  # a scalar is no array of rank 0, as in TensorFlow

    def failure(self) -> BaseException | None:
        """What went wrong in the last run, if anything did."""
        error, status = self._error, self._entries[_STATUS]
        if error is None and status < FIRST_FAILURE:
            return None
        self._error = None
        if error is not None:
            return error
        statement = self.emitted.names.failures[status - FIRST_FAILURE]
        try:
            self._interpret(statement)  # the reference kernel knows the sentence
        except InvalidArgumentError as failure:
            return type(failure)(message=f"{failure.message}  [operation {statement.name}]")
        return InternalError(message=f"{statement.name} failed, but its reference kernel does not. Please report this.")

    # -- the host's part ------------------------------------------------------------------------------------------

    def _call_back(self, number: int) -> int:
        """Runs the reference kernel of the statement at slot `number`; 1 if it raised."""
        try:
            if self._error is not None:
                return 1  # what failed first is what is told
            if self.emitted.names.slots[number].kind == "room":
                self._make_room(number)
                return 0
            statement: Statement = self.emitted.names.slots[number].key
            results = self._interpret(statement)
            for value, result in zip(statement.outputs, results, strict=True):
                kept = self.program.root(value) in self._arrays or value in self.emitted.names.rows
                text_made = value.dtype.name == "string" and not statement.op.writes
                if text_made or not kept:
                    self._objects[value] = result
                else:
                    self.view(value)[...] = result
            return 0
        except BaseException as error:  # it must not cross machine code: raised again when the step has ended
            self._error = self._error or error
            return 1

    def _make_room(self, number: int) -> None:
        """Twice the memory for what a while loop keeps of its iterations; slot `number` tells for how many there is."""
        names, before = self.emitted.names, self._entries[number]
        rows = max(2 * before, _FIRST_ITERATIONS)
        for tape in names.slots[number].key:
            size = math.prod(self.shape(tape))
            memory = aligned(max(rows * size, 1), tape.dtype.as_numpy_dtype)
            if tape in self._tapes:
                memory[: before * size] = self._tapes[tape][: before * size]
            self._tapes[tape] = memory
            self._entries[names.tapes[tape]] = address(memory)
        self._entries[number] = rows

    def _interpret(self, statement: Statement) -> tuple[Any, ...]:
        op, inputs = statement.op, []
        for value in statement.inputs:
            if value in statement.data_inputs:
                inputs.append(self.view(value))
            elif value.known is not None:
                inputs.append(known_value(value, self.sizes))
            else:
                inputs.append(np.broadcast_to(np.zeros((), value.dtype.as_numpy_dtype), self.shape(value)))
        entries = self._entries
        with np.errstate(all="ignore"):
            return outputs_of(op, inputs, entries[_SEED], entries[_DRAWS] + entries[_STEP])
