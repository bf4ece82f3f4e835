"""Speed of `estimator.train` as a user gets it: numpy_input_fn with shuffling, default hooks and checkpoints.

    python -m tests.benchmarks.training [--data-dir DIR] [--seconds 2] [WORKLOAD ...]

Steady state is a slope: a longer call less a shorter one, so that start-up and checkpoints drop out. Figures are this
machine's, in this minute; compare only what was measured side by side.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from typing import Any

from estimators.compiler.workers import available_threads
from estimators.estimator import Estimator
from input_fns.numpy_input import numpy_input_fn
from tests.benchmarks.kernels import fma_peak
from tests.benchmarks.workloads import WORKLOADS, Workload

_SHORT = 20  # steps


def seconds_of(estimator: Estimator, input_fn: Any, steps: int) -> float:
    start = time.perf_counter()
    estimator.train(input_fn, steps=steps)
    return time.perf_counter() - start


def measure(workload: Workload, data_dir: str | None, seconds: float) -> tuple[float, float]:
    """(seconds until the first step is done, examples a second)."""
    x, y = workload.load(data_dir)
    with tempfile.TemporaryDirectory() as directory:
        estimator = Estimator(workload.model_fn, directory)
        input_fn = numpy_input_fn({"x": x}, y, workload.batch, None, True)
        first = seconds_of(estimator, input_fn, 1)
        seconds_of(estimator, input_fn, _SHORT)
        steps = 200
        while True:
            slope = seconds_of(estimator, input_fn, steps + _SHORT) - seconds_of(estimator, input_fn, _SHORT)
            if slope > seconds / 2:
                return first, steps * workload.batch / slope
            steps = int(steps * min(20, 1.2 * seconds / max(slope, 0.01)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-dir", help="the four MNIST files; by default the shipped sample is repeated")
    parser.add_argument("--seconds", type=float, default=2, help="to measure each workload for")
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD")
    arguments = parser.parse_args()
    threads = available_threads()
    peak = fma_peak() * threads
    print(f"{threads} threads, FMA peak {peak:.0f} GFLOP/s in float32")
    print(f"{'workload':12} {'batch':>5} {'examples/s':>14} {'GFLOP/s':>9} {'of peak':>8} {'first step':>11}")
    for workload in WORKLOADS:
        if arguments.workloads and workload.name not in arguments.workloads:
            continue
        first, rate = measure(workload, arguments.data_dir, arguments.seconds)
        speed = rate * workload.flops / 1e9
        print(
            f"{workload.name:12} {workload.batch:5} {rate:14,.0f} {speed:9.1f} {speed / peak:8.1%} {first:9.2f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
