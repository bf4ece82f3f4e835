"""What the compiler made of a step, for a person to read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any


def explained(trace: Iterable[tuple[str, Any]], notes: Sequence[str]) -> str:
    """The program after each pass that changed it, and what the step is made of.

    Args:
      trace: pairs of the name of a pass and the program after it.
      notes: what was chosen for some of the statements, and why.
    """
    parts, before = [], ""
    for name, program in trace:
        text = str(program)
        parts.append(
            f"== {name}: " + (f"{len(program.statements)} statements\n{text}" if text != before else "no change")
        )
        before = text
    return "\n\n".join([*parts, *(["\n".join(["== kernels", *notes])] if notes else [])])
