"""Our side: the program of TensorFlow 1 with the import changed."""

from __future__ import annotations

import estimators.compat.v1 as tf
from tests.benchmarks.estimator_program import EstimatorProgram
from tests.benchmarks.program import Task, main


class Ours(EstimatorProgram):
    def __init__(self, task: Task) -> None:
        super().__init__(tf, task)

    def machine(self) -> dict[str, float]:
        from tests.benchmarks.kernels import fma_peak  # not before: no first step pays for it

        return {"fma_peak": fma_peak()}


if __name__ == "__main__":
    main({"ours": Ours})
