"""Meetings: codes one after the other, workers waiting for each other where one needs what another made."""

from __future__ import annotations

from collections.abc import Collection
from typing import final

from estimators.compiler.code import SINGLE, WHOLE, Code
from estimators.compiler.names import Names, Typed, array_type
from estimators.compiler.program import Program, Value
from model_fns.graph.dtypes import int64


@final
class Meetings:
    """The lines of codes placed one by one.

    Args:
      program: the whole program.
      updated: the variables that change; before the first does, the step ends if something failed.
      alone: worker 0 runs it all by itself, nobody meets.
    """

    def __init__(self, program: Program, names: Names, updated: Collection[Value] = (), alone: bool = False) -> None:
        self.program, self.names, self.updated, self.alone = program, names, updated, alone
        self.lines: list[str] = []
        self.work: list[str] = []
        self.barriers: list[str] = []  # how often workers meet, as expressions over the sizes
        self.unchecked = False  # something since the last look at the status may have failed
        self.can_fail = False
        self._met_since_check = False
        self._committed = False
        self._placed: list[Code] = []
        self._writes: dict[Value, str] = {}  # since the last barrier: root -> label
        self._reads: dict[Value, set[str]] = {}

    def place(self, code: Code) -> None:
        """Adds the code's lines, after a barrier if it needs one."""
        self.can_fail |= code.can_fail
        if self.alone:
            self.write(f"# {code.title}", *code.lines)
            return
        if code.single:
            code.reads = {root: SINGLE for root in code.reads}
            code.writes = {root: SINGLE for root in code.writes}
        if not self._committed and any(root in self.updated for root in code.writes):
            self._commit()
        if code.on_host or self._conflicts(code) or (code.can_fail and not self._met_since_check):
            self.meet()
        self.write(f"# {code.title}", *(["if worker == 0:"] if code.single else []))
        self.write(*(("    " if code.single else "") + line for line in code.lines))
        self._placed.append(code)
        self.work += code.work
        self.barriers += code.barriers
        self.unchecked |= code.can_fail
        for root, label in code.writes.items():
            self._writes[root] = label if self._writes.get(root, label) == label else WHOLE
        for root, label in code.reads.items():
            self._reads.setdefault(root, set()).add(label)

    def repeats_freely(self) -> bool:
        """Whether all this can be done again and again without that anyone waits for another."""
        return not self.barriers and not any(map(self._conflicts, self._placed))

    def _conflicts(self, code: Code) -> bool:
        for root, label in code.reads.items():
            written = self._writes.get(root)
            if written is not None and (written != label or label == WHOLE):
                return True
        for root, label in code.writes.items():
            others = self._reads.get(root, set()) | ({self._writes[root]} if root in self._writes else set())
            if any(other != label or other == WHOLE for other in others):
                return True
        return False

    def _commit(self) -> None:
        """Before the first variable changes: a step that failed leaves everything as it was."""
        self._committed = True
        self.check()

    def check(self) -> None:
        """Ends the step if something failed since the last check."""
        if self.unchecked and not self.alone:
            self.meet()
            self.write(f"if table[{self.names.slot('status')}] != 0:", "    return step")
            self._met_since_check = False
        self.unchecked = False

    def meet(self) -> None:
        """All workers wait for each other."""
        if self.alone:
            return
        self.write("if workers > 1:", f"    {meeting(self.program, self.names)}")
        self._writes, self._reads = {}, {}
        self._met_since_check = True
        self.barriers.append("1")

    def write(self, *lines: str) -> None:
        self.lines += lines


def meeting(program: Program, names: Names) -> str:
    """The call in which a worker waits for all others."""
    barrier = Typed("barrier", array_type(int64))
    return Code(program, names, "").expression("barrier", "meet", [barrier, "workers"])
