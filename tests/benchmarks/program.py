"""What every measured program does, whichever framework it shows: one workload, one process, one line of JSON.

    python -m MODULE VARIANT WORKLOAD DIRECTORY [--seconds 2] [--started T] [--only imports|train]

The examples in DIRECTORY come from tests.benchmarks.data. In this order, so that nothing done later is in a figure:

  first_step     seconds from the start of the process (its imports, reading the data, building and compiling the model)
                 until the first call to train is back: one step; for jax_scan a scan of steps; for Estimators their
                 checkpoints too
  train          examples a second in steady state, batching and shuffling included. A slope, a longer call less a
                 shorter one, so that neither start-up nor checkpoints are in it
  peak_memory    MB: the process's most resident memory so far, less the arrays x, y, test_x and test_y, which it holds
                 all the time. The interpreter, the libraries and copies of the data are in it
  evaluate       examples a second over whole calls on 10,000 test examples in batches of 100; the median call
  predict        microseconds from one example in NumPy to its prediction in NumPy; the median call
  hook           microseconds that a foreign hook which does nothing adds to a step, where a framework has hooks and
                 steps are short enough to tell

Runs in the peers' environments: standard library, NumPy and the workloads' descriptions only.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.benchmarks.workloads import WORKLOADS, Workload

_SHORT = 10  # steps of the shorter call
_LONGEST_STEP_WITH_HOOK = 1e-3  # seconds: in longer ones the cost of a hook drowns


@dataclass(frozen=True)
class Task:
    """A workload with its examples: features x [rows, ...] in float32, labels y [rows] int32 (or [rows, 1] float32)."""

    workload: Workload
    x: np.ndarray
    y: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray

    @staticmethod
    def read(name: str, directory: str) -> Task:
        return Task(WORKLOADS[name], *(np.load(Path(directory, f"{n}.npy")) for n in ("x", "y", "test_x", "test_y")))

    @property
    def megabytes(self) -> float:
        return (self.x.nbytes + self.y.nbytes + self.test_x.nbytes + self.test_y.nbytes) / 1e6

    @property
    def full_batch(self) -> bool:
        return self.workload.batch == len(self.x)

    def shuffled(self) -> Iterator[np.ndarray]:
        """The rows of each batch, without end and in a new order every epoch, for loops written by hand."""
        generator, batch = np.random.default_rng(0), self.workload.batch
        while True:
            order = generator.permutation(len(self.x))
            yield from order[: len(order) // batch * batch].reshape(-1, batch)


class Program(ABC):
    """One framework at one task. Every method is back only when its work is done."""

    @abstractmethod
    def train(self, steps: int) -> int:
        """Trains for `steps` steps or somewhat more, and says for how many."""

    @abstractmethod
    def evaluate(self) -> tuple[float, float]:
        """(mean loss, accuracy) over the test examples. NaN for the accuracy of a regression."""

    @abstractmethod
    def predict(self, example: np.ndarray) -> np.ndarray:
        """The network's output for a batch of one."""

    def train_with_hook(self, steps: int) -> int:
        """As `train`, with a foreign hook at every step; 0, and nothing done, where there are no hooks."""
        return 0

    def machine(self) -> dict[str, float]:
        """What the program has to say about the machine."""
        return {}


def main(variants: Mapping[str, Callable[[Task], Program]]) -> None:
    """Measures the variant and the workload named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("variant", choices=variants)
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument("directory", help="where x.npy, y.npy, test_x.npy and test_y.npy are")
    parser.add_argument("--seconds", type=float, default=2.0, help="to train for, at least (default: 2)")
    by_hand = time.monotonic()  # after the imports
    parser.add_argument("--started", type=float, default=by_hand, help="when the process was, by time.monotonic()")
    parser.add_argument("--only", choices=("imports", "train"), help="leave out the rest")
    arguments = parser.parse_args()
    answer, sys.stdout = sys.stdout, sys.stderr  # whatever a framework prints is no part of the answer
    if arguments.only == "imports":
        return
    task = Task.read(arguments.workload, arguments.directory)
    program = variants[arguments.variant](task)
    program.train(1)
    result = {"first_step": time.monotonic() - arguments.started}
    result |= _training(program, task, arguments.seconds)
    if not arguments.only:
        result |= _others(program, task, arguments.seconds, task.workload.batch / result["train"])
    result |= program.machine()
    print(json.dumps(result), file=answer, flush=True)


def _training(program: Program, task: Task, seconds: float) -> dict[str, float]:
    rate = _steps_per_second(program.train, seconds) * task.workload.batch
    return {"train": rate, "peak_memory": _peak_resident() - task.megabytes}


def _others(program: Program, task: Task, seconds: float, step: float) -> dict[str, float]:
    loss, accuracy = program.evaluate()
    result = {"loss": loss} if task.workload.regression else {"loss": loss, "accuracy": accuracy}
    result["evaluate"] = len(task.test_x) / _median(lambda _: program.evaluate(), seconds, least=1)
    program.predict(task.test_x[:1])
    result["predict"] = 1e6 * _median(lambda i: program.predict(task.test_x[i : i + 1]), seconds / 4, least=10)
    if step < _LONGEST_STEP_WITH_HOOK and program.train_with_hook(1):
        result["hook"] = 1e6 * (1 / _steps_per_second(program.train_with_hook, seconds) - step)
    return result


def _steps_per_second(train: Callable[[int], int], seconds: float) -> float:
    """The slope between a call of a few steps and one that takes at least `seconds` more."""

    def timed(steps: int) -> tuple[float, int]:
        start = time.perf_counter()
        done = train(steps)
        return time.perf_counter() - start, done

    timed(_SHORT)
    short, done = min(timed(_SHORT) for _ in range(2))
    steps = 2 * _SHORT
    while True:
        long, more = timed(steps)
        if long - short >= seconds and more > done:
            return (more - done) / (long - short)
        steps = int(steps * min(20, 1.3 * seconds / max(long - short, 0.01 * seconds))) + _SHORT


def _median(call: Callable[[int], object], seconds: float, least: int) -> float:
    """Seconds that the middle one of several calls took; `call` is given its number, up to 999 and again from 0."""
    times: list[float] = []
    while len(times) < least or sum(times) < seconds:
        start = time.perf_counter()
        call(len(times) % 1000)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def _peak_resident() -> float:
    """MB. Linux's VmHWM, because ru_maxrss there is never less than what the starting process held."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e6 / 1024)
