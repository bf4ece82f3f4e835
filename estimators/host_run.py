"""HostRun: a run that uses queues otherwise than by taking from them first, gone through operation by operation.

It stands in for a `Prepared`. Putting elements into queues is what such runs are about; what they compute before is
reading and preparing single examples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, final

import numpy as np

from estimators.compiler.reference import evaluate
from estimators.state import State
from estimators.step_inputs import StepInputs
from model_fns.graph.dimensions import Dims
from model_fns.graph.tensor import Tensor


@final
class HostRun:
    """For a set of fetches and feeds.

    Args:
      fetches: tensors and operations.
      inputs: what every run is fed with.
      dims: the sizes of what it is fed with.
      watched: a loss whose NaN ends a run of several steps.
    """

    noted: Mapping[Tensor, Any] = {}  # no notes can be taken: every step returns to Python
    is_steady = False

    def __init__(
        self,
        fetches: Sequence[Any],
        inputs: StepInputs,
        dims: dict[Tensor, Dims],
        watched: Tensor | None = None,
    ) -> None:
        self.fetches, self.inputs, self.dims, self._watched = tuple(fetches), inputs, dims, watched
        self.targets = (*fetches, *([watched] if watched is not None else []))
        self._last: dict[Tensor, Any] = {}

    def run(
        self, given: Mapping[Tensor, Any], state: State, workers: int, fetch: bool = True
    ) -> tuple[dict[Tensor, Any], bool]:
        """Runs once: the values of the tensors fetched, and whether the watched loss is NaN.

        `given` has the resources in place of the handles, too.
        """
        results = evaluate(self.targets, given, state.arrays, state.seed, state.draws)
        pairs = zip(self.targets, results, strict=True)
        self._last = {item: value for item, value in pairs if isinstance(item, Tensor)}
        return self._last, self._watched is not None and bool(np.isnan(self._last[self._watched]))

    def packed(self, values: Mapping[Tensor, Any]) -> list[Any]:
        """The values of the fetches, None for an operation."""
        return [values[item] if isinstance(item, Tensor) else None for item in self.fetches]

    def current(self, tensors: Sequence[Tensor]) -> list[Any]:
        """What the tensors were in the last run."""
        return [self._last[tensor] for tensor in tensors]

    @property
    def source(self) -> str:
        return ""

    def explanation(self) -> str:
        """That nothing of it is compiled, and why."""
        return "== the host goes through this run operation by operation, as it puts elements into queues"
