"""Emission: a schedule as Python source, which a person can read and `translate.py` makes machine code of.

    def run(table, worker, workers): ...

runs `table[steps]` training steps, or whatever the program does, without returning to Python. All workers run it side
by side; they meet at a barrier where one needs what another made. It returns the number of steps done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

from estimators.compiler.code import SINGLE, Code, count, times
from estimators.compiler.meetings import Meetings, meeting
from estimators.compiler.names import NAN_LOSS, Names, Typed, array_type, symbols_in
from estimators.compiler.nests import Place, codes_of
from estimators.compiler.notes import MOST_NOTES
from estimators.compiler.program import Program, Value
from model_fns.graph.dtypes import DType, int64


@final
@dataclass(frozen=True)
class Emitted:
    """A function's source, the names and table slots it was written with, and what its sizes need."""

    source: str
    names: Names
    work: str  # operations a step takes, as an expression over the sizes
    symbols: tuple[str, ...]
    barriers: str  # where workers wait for each other in one step, as an expression over the sizes


def emit(
    program: Program,
    source_feeds: Mapping[Value, int] | None = None,
    watched: Value | None = None,
    title: str = "",
    noted: Sequence[Value] = (),
) -> Emitted:
    """The source of `program`.

    Args:
      source_feeds: feeds that the step itself gathers from the input's arrays: value -> number of the array.
      watched: a scalar; the run ends after a step in which it is NaN.
      title: a sentence for the head of the file.
      noted: scalars whose values after chosen steps are kept (notes.py).
    """
    return _Emitter(program, dict(source_feeds or {}), watched, title, tuple(noted)).emit()


class _Emitter:
    def __init__(
        self,
        program: Program,
        source_feeds: dict[Value, int],
        watched: Value | None,
        title: str,
        noted: tuple[Value, ...],
    ) -> None:
        self.program, self.source_feeds, self.watched, self.title = program, source_feeds, watched, title
        self.noted = noted
        self.symbols = tuple(sorted(symbols_in(tuple(size for value in self._values() for size in value.dims))))
        self.names = Names(self.symbols)
        self.step = Meetings(program, self.names, program.written)

    def emit(self) -> Emitted:
        items = self._checks_first(self._item_codes())
        codes = [*self._input_codes(), *items, *self._watch_codes(), *self._note_codes()]
        for name in self.symbols:
            self.names.add_slot("size", name)
        for code in codes:
            self.step.place(code)
        work, barriers = (" + ".join(terms) or "0" for terms in (self.step.work, self.step.barriers))
        return Emitted(self._source(), self.names, work, self.symbols, barriers)

    def _values(self) -> list[Value]:
        return [*self.program.feeds, *(value for s in self.program.all_statements for value in (*s.inputs, *s.outputs))]

    # -- what is to be done ---------------------------------------------------------------------------------------

    def _input_codes(self) -> list[Code]:
        """The next batch's rows, then each array's rows gathered."""
        if not self.source_feeds:
            return []
        names, slot = self.names, self.names.slot
        first = next(iter(self.source_feeds))
        batch = first.dims[0]
        rows = Value("rows of the source", int64, (batch,))
        for kind in ("order", "epoch of order"):
            names.add_slot(kind, None)
        choose = Code(self.program, names, "the rows of this batch")
        choose.alone()
        position = f"table[{slot('position')}] + step * {times(batch)}"
        total, seed, stream = (f"table[{slot(name)}]" for name in ("rows_in_source", "seed", "stream"))
        choose.call(
            "input",
            "next_rows",
            choose.write(rows, SINGLE),
            batch,
            Typed("order", array_type(int64)),
            total,
            position,
            f"table[{slot('shuffled')}]",
            seed,
            stream,
            Typed("epoch_of_order", array_type(int64)),
        )
        codes = [choose]
        for value, number in self.source_feeds.items():
            names.add_slot("source", (number, value))
            code = Code(self.program, names, f"{value.name} : {value}")
            part = code.rows(value)
            width = times(*value.dims[1:])
            code.call(
                "movement",
                "gather_rows",
                Typed(f"source_{number}", array_type(value.dtype)),
                code.read(rows),
                code.write(value, part.label),
                width,
                part.start,
                part.stop,
            )
            code.work.append(count(value))
            codes.append(code)
        return codes

    def _item_codes(self) -> list[Code]:
        fetched = (*self.program.fetches, *([self.watched] if self.watched else []), *self.noted)
        return codes_of(self.program, Place(self.program, self.names), fetched)

    def _checks_first(self, codes: list[Code]) -> list[Code]:
        """The codes with what may fail before what changes variables, unless it needs the changed ones."""
        last = max((number for number, code in enumerate(codes) if code.can_fail), default=-1)
        early: list[Code] = []
        late: list[Code] = []
        touched: set[Value] = set()
        for code in codes[: last + 1]:
            if self.program.written & code.writes.keys() or touched & (code.reads.keys() | code.writes.keys()):
                late.append(code)
                touched |= code.writes.keys()
            else:
                early.append(code)
        return [*early, *late, *codes[last + 1 :]]

    def _watch_codes(self) -> list[Code]:
        if self.watched is None:
            return []
        code = Code(self.program, self.names, f"stop if {self.watched.name} is not a number")
        code.alone()
        code.can_fail = True
        name = code.read(self.watched, SINGLE)
        code.line(f"if {self.names.function('is_nan')}({name}[0]):")
        code.line(f"    table[{self.names.slot('status')}] = {NAN_LOSS}")
        return [code]

    def _note_codes(self) -> list[Code]:
        """What is looked at after some of the steps is put aside there, so that no step has to end in Python for it."""
        if not self.noted:
            return []
        code = Code(self.program, self.names, "keep what is looked at, if it is after this step")
        code.alone()
        notes, following = (f"table[{self.names.slot(name)}]" for name in ("notes", "next_note"))
        code.line(f"if step == {following}:")
        code.line(f"    note = {notes}")
        for number, value in enumerate(self.noted):
            self.names.add_slot("notes", (number, value))
            code.line(f"    notes_{number}[note] = {code.read(value, SINGLE)}[0]")
        code.line(f"    {notes} = note + 1")
        code.line(f"    {following} = note_at[note + 1]")
        return [code]

    # -- the file -------------------------------------------------------------------------------------------------

    def _source(self) -> str:
        names = self.names
        body = self._body()
        head = [f'"""{self.title or "A compiled step."} Written by the compiler."""', ""]
        head += [
            f'{local} = kernel("{module}.{name}", "{types}")'
            for (module, name, types), (local, _) in names.kernels.items()
        ]
        head += [f"{local} = {name}" for name, local in names.functions.items() if local != name]
        head += [f"{name} = {text}" for text, name in names.literals.items()]
        return "\n".join([*head, "", "", *body, ""])

    def _body(self) -> list[str]:
        """The function `run`."""
        names = self.names
        steps = f"table[{names.slot('steps')}]"
        ending = ["if workers > 1:", f"    {meeting(self.program, names)}"]
        ending += [f"if table[{names.slot('status')}] != 0:", "    return step + 1"]
        lines = [*self._definitions(), f"for step in range({steps}):"]
        lines += [f"    {line}" for line in (*self.step.lines, *ending)]
        return ["def run(table, worker, workers):", *(f"    {line}" for line in (*lines, f"return {steps}"))]

    def _definitions(self) -> list[str]:
        """What the step's code refers to: sizes, arrays from the table, this worker's shares."""
        names = self.names
        sizes: list[str] = []
        arrays: list[str] = []

        def array(name: str, at: str, length: str, dtype: DType, remark: str = "") -> None:
            arrays.append(f"{name} = array_at({at}, {length}, np.{dtype.name}){remark}")

        rows_in_source = f"table[{names.slot('rows_in_source')}]"
        array("barrier", f"table[{names.slot('barrier')}]", "32", int64)
        if self.noted:
            array("note_at", f"table[{names.slot('note_at')}]", f"{MOST_NOTES + 1}", int64)
        for number, slot in enumerate(names.slots):
            at = f"table[{number}]"
            if slot.kind == "size":
                sizes.append(f"{slot.key} = {at}")
            elif slot.kind == "array":
                array(names.arrays()[slot.key], at, count(slot.key), slot.key.dtype, f"  # {slot.key}")
            elif slot.kind == "source":
                key, value = slot.key
                array(f"source_{key}", at, f"{rows_in_source} * {times(*value.dims[1:])}", value.dtype)
            elif slot.kind == "notes":
                key, value = slot.key
                array(f"notes_{key}", at, f"{MOST_NOTES}", value.dtype)
            elif slot.kind == "order":
                array("order", at, rows_in_source, int64)
            elif slot.kind == "epoch of order":
                array("epoch_of_order", at, "1", int64)
            elif slot.kind == "scratch":
                own = f"{at} + worker * table[{number + 1}] * {slot.key.size}"
                array(f"scratch_{slot.key.name}", own, f"table[{number + 1}]", slot.key)
        shares = [
            f"start_{label}, stop_{label} = share({rows}, worker, workers, {multiple})"
            for (rows, multiple), label in names.parts.items()
        ]
        return [*sizes, *arrays, *shares]
