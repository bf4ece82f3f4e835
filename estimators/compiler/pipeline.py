"""The pipeline: what happens to a program before it becomes code, in this order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from estimators.compiler.passes.fold_constants import fold_constants
from estimators.compiler.passes.fuse_pooling import fuse_pooling
from estimators.compiler.passes.merge_twins import merge_twins
from estimators.compiler.passes.open_control_flow import open_control_flow
from estimators.compiler.passes.prune import prune
from estimators.compiler.passes.simplify import simplify
from estimators.compiler.program import Program, Statement
from estimators.compiler.verify import verify

Pass = Callable[[Program], Program]


def open_bodies(program: Program) -> Program:
    """`program` with its loops and branches open, their bodies optimised."""
    return open_control_flow(program, optimised)


PIPELINE: tuple[Pass, ...] = (
    prune,  # first, so that later passes look at less
    fold_constants,
    simplify,
    fold_constants,  # what simplifying made constant
    merge_twins,
    fuse_pooling,
    prune,  # what the others left unused
    open_bodies,  # last: what is inside goes through all this by itself
)


def optimised(program: Program, trace: list[tuple[str, Any]] | None = None) -> Program:
    """`program` after every pass, verified after each. `trace` collects (name of the pass, program after it)."""
    fitting: set[Statement] = set()  # statements never change: those that were right once need no second look
    verify(program, "capture", fitting)
    for rewrite in PIPELINE:
        program = verify(rewrite(program), rewrite.__name__, fitting)
        if trace is not None:
            trace.append((rewrite.__name__, program))
    return program
