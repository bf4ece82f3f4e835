"""Where the time of a step goes, statement by statement.

    python -m tests.benchmarks.profile WORKLOAD [--evaluate] [--threads N] [--steps N] [--top N]

With --evaluate it is a step of an evaluation, whose number of steps the examples decide.

Between the statements of the emitted source, lines are put that read the processor's clock. What a worker waits at a
barrier is counted to the statement that the barrier stands before.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable

import numpy as np

from estimators.available_threads import THREADS_VARIABLE
from estimators.compiler import executable, load
from tests.benchmarks.data import examples
from tests.benchmarks.ours import Ours
from tests.benchmarks.program import Task
from tests.benchmarks.workloads import EVALUATION_BATCH, WORKLOADS

Statements = list[tuple[str, np.ndarray]]  # title, ticks by worker


def instrumented(source: str, workers: int) -> tuple[str, Statements]:
    """The source with a clock between statements, and where each of them notes its ticks."""
    lines, statements = [], []
    for line in source.splitlines():
        if line.startswith("        # "):
            number = len(statements)
            ticks = np.zeros(8 * workers, np.int64)
            if statements:
                lines.append(f"        t{number - 1}[worker * 8] = t{number - 1}[worker * 8] + (clock() - now)")
            else:
                lines.append("        now = clock()")
            lines.append("        now = clock()")
            statements.append((line.strip(" #"), ticks))
        lines.append(line)
    last = len(statements) - 1
    end = next(i for i in range(len(lines) - 1, 0, -1) if lines[i].startswith("        if table["))
    lines.insert(end, f"        t{last}[worker * 8] = t{last}[worker * 8] + (clock() - now)")
    start = next(i for i, line in enumerate(lines) if line.startswith("    for step in"))
    arrays = [
        f"    t{i} = array_at({ticks.__array_interface__['data'][0]}, {8 * workers}, np.int64)"
        for i, (_, ticks) in enumerate(statements)
    ]
    lines[start:start] = arrays
    return "\n".join(lines) + "\n", statements


def profiled(run: Callable[[int], object], steps: int, workers: int) -> Statements:
    """The statements of the step that `run` runs, with what they took in `steps` steps."""
    found: list[Statements] = []

    def load_instrumented(source: str) -> load.Run:
        text, statements = instrumented(source, workers)
        found.append(statements)
        return load.load(text)

    plain, executable.load = executable.load, load_instrumented
    try:
        run(20)
    finally:
        executable.load = plain
    longest = max(found, key=len)
    for _, ticks in longest:
        ticks[:] = 0
    run(steps)
    return longest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument("--evaluate", action="store_true")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--top", type=int, default=25)
    arguments = parser.parse_args()
    os.environ[THREADS_VARIABLE] = str(arguments.threads)
    x, y = examples(WORKLOADS[arguments.workload])
    program = Ours(Task(WORKLOADS[arguments.workload], x, y, x, y))
    run, steps = program.train, arguments.steps
    if arguments.evaluate:
        program.train(1)
        run, steps = lambda _: program.evaluate(), -(-len(x) // EVALUATION_BATCH)
    statements = profiled(run, steps, arguments.threads)
    total = sum(int(ticks[0]) for _, ticks in statements)
    print(f"{total / steps:,.0f} ticks a step")
    for title, ticks in sorted(statements, key=lambda each: -each[1][0])[: arguments.top]:
        print(f"{ticks[0] / total:7.2%}  {title[:130]}")


if __name__ == "__main__":
    main()
