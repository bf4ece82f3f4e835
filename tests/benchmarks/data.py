"""The examples of a workload, written to a directory once: every program reads the same arrays in the same way.

    python -m tests.benchmarks.data WORKLOAD DIRECTORY [--data-dir DIR]

writes them to run one program by hand, as in `python -m tests.benchmarks.ours ours WORKLOAD DIRECTORY`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from input_fns.datasets import load_digits, load_mnist, load_mnist_sample
from tests.benchmarks.workloads import EVALUATION_ROWS, WORKLOADS, Workload


def examples(workload: Workload, data_dir: str | None = None, test: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Features and labels to train on, or 10,000 of them to evaluate on; what is too small is repeated.

    `data_dir` holds the four MNIST files; without it the shipped sample stands in, on which speed is the same.
    """
    rows = EVALUATION_ROWS if test else workload.rows
    if workload.regression:
        x = np.linspace(-1, 1, rows, dtype=np.float32).reshape(-1, 1)
        return x, 3 * x + 10
    if workload.data == "digits":
        dataset = load_digits()
    else:
        dataset = load_mnist(data_dir) if data_dir else load_mnist_sample()
    part = dataset.test if test else dataset.train
    chosen = np.arange(rows) % len(part.labels)
    return part.features[chosen].reshape(-1, *workload.example_shape), part.labels[chosen]


def write_examples(workload: Workload, data_dir: str | None, directory: Path) -> None:
    """Makes x.npy, y.npy, test_x.npy and test_y.npy."""
    for prefix, test in (("", False), ("test_", True)):
        x, y = examples(workload, data_dir, test)
        np.save(directory / f"{prefix}x.npy", x)
        np.save(directory / f"{prefix}y.npy", y)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--data-dir", help="the four MNIST files; by default the shipped sample is repeated")
    arguments = parser.parse_args()
    arguments.directory.mkdir(parents=True, exist_ok=True)
    write_examples(WORKLOADS[arguments.workload], arguments.data_dir, arguments.directory)


if __name__ == "__main__":
    main()
