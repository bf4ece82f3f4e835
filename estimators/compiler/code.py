"""Code: the lines that one call or loop becomes, with what they read and write and how workers share them.

Every worker runs every line. A kernel is told which part of its output is this worker's; the part has a label, and two
pieces of work with the same label give the same worker the same rows. So a worker that reads only rows it wrote itself
need not wait for the others: the emitter puts a barrier only where labels differ.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, final

from estimators.compiler.names import Names, Part, Typed, array_type
from estimators.compiler.program import Program, Statement, Value
from model_fns.graph.dimensions import Dim, Symbol, product

WHOLE = "the whole"  # equals no label, not even itself: someone else may have written, or be reading, any of it
SINGLE = "worker 0"


@final
@dataclass
class Code:
    """What the emitter needs to know about one item of the schedule."""

    program: Program
    names: Names
    title: str
    lines: list[str] = field(default_factory=list)
    reads: dict[Value, str] = field(default_factory=dict)  # root -> label
    writes: dict[Value, str] = field(default_factory=dict)
    work: list[str] = field(default_factory=list)  # operations, as expressions over the sizes
    can_fail: bool = False
    on_host: bool = False
    single: bool = False
    solo: bool = False  # inside something that worker 0 does by itself
    run: str | None = None  # inside a loop or branch: in place of the number of the run, for random operations
    barriers: list[str] = field(default_factory=list)  # inside these lines, as expressions over the sizes

    def read(self, value: Value, label: str = WHOLE) -> str:
        """The name of the array that holds `value`, of which `label` is read."""
        root = self.program.root(value)
        known = self.reads.get(root)
        self.reads[root] = label if known in (None, label) else WHOLE
        return Typed(self.names.array(root), array_type(value.dtype))

    def write(self, value: Value, label: str) -> str:
        """The name of the array that `value` is written to."""
        root = self.program.root(value)
        self.writes[root] = label
        return Typed(self.names.array(root), array_type(value.dtype))

    def part(self, count: Dim, multiple: int = 1) -> Part:
        """This worker's share of `count` rows."""
        return Part(SINGLE, "0", times(count)) if self.solo else self.names.part(count, multiple)

    def rows(self, value: Value) -> Part:
        """This worker's share of the first axis."""
        return self.part(value.dims[0])

    def scratch(self, value: Value, size: str) -> str:
        """A worker's own memory, of the type of `value`, of at least `size` (an expression over the sizes) elements."""
        return self.names.scratch(value.dtype, size)

    def line(self, text: str) -> None:
        self.lines.append(text)

    def call(self, module: str, name: str, *arguments: Any) -> None:
        """A line that calls a kernel."""
        self.line(self.expression(module, name, arguments))

    def expression(self, module: str, name: str, arguments: Iterable[Any], result: str = "none") -> str:
        """A call of a kernel, by its address. Arguments are names from `read` and the like, or sizes."""
        given = list(arguments)
        types = [item.type if isinstance(item, Typed) else "int64" for item in given]
        kernel, slot = self.names.kernel(module, name, f"{result}({', '.join(types)})")
        return Typed(f"{kernel}({', '.join([f'table[{slot}]', *map(str, given)])})", result)

    def tuple(self, items: list[Any]) -> str:
        """Several sizes as one argument."""
        return Typed(f"({', '.join(map(str, items))})", f"UniTuple(int64, {len(items)})")

    def checked_call(self, statement: Statement, module: str, name: str, *arguments: Any) -> None:
        """A call of a kernel that returns the first bad position, or -1; a bad one ends the step."""
        self.can_fail = True
        status = f"table[{self.names.slot('status')}]"
        call = self.expression(module, name, arguments, "int64")
        self.line(f"if {call} >= 0 and {status} == 0:")
        self.line(f"    {status} = {self.names.failure(statement)}")

    def alone(self) -> None:
        """Worker 0 does this by itself."""
        self.single = True


def times(*dims: Dim) -> str:
    """A product of sizes, as Python source that can stand as a factor."""
    total = product(tuple(dims))
    text = str(total)
    return f"({text})" if isinstance(total, Symbol) and (" " in text) else text


def count(value: Value) -> str:
    """How many elements a value has, as Python source."""
    return times(*value.dims)
