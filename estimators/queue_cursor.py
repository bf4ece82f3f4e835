"""QueueCursor: what an operation that takes from a queue or a reader yields, in one session."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any, final

import numpy as np

from estimators.compiler.reference import evaluate
from estimators.host_stage import HostStage
from estimators.session_resources import SessionResources
from estimators.state import State
from model_fns.errors import InvalidArgumentError, OutOfRangeError
from model_fns.graph.needed import needed_operations
from model_fns.graph.tensor import Operation, Tensor


@final
class _Ahead(threading.local):
    """What this thread has taken and not passed yet."""

    values: tuple[Any, ...] | None = None


@final
class QueueCursor:
    """Takes once in a run, before its compiled part. Each thread has a place of its own.

    Args:
      operation: that takes.
      state, resources: the session's.
    """

    source: Any = None
    endless = False  # whoever fills the queue may stop

    def __init__(self, operation: Operation, state: State, resources: SessionResources) -> None:
        self._operation, self._state, self._resources = operation, state, resources
        self._ahead = _Ahead()

    def can_gather(self, tensors: Sequence[Tensor], ahead: HostStage | None) -> bool:
        return False

    def take(self, given: Mapping[Tensor, Any]) -> tuple[Any, ...]:
        """The values of the operation's outputs; waits for them. OutOfRangeError if there will be none.

        `given`: values that it may depend on.
        """
        if self._ahead.values is None:
            operation, state = self._operation, self._state
            known = {**given, **self._resources.handles(needed_operations([operation], given))}
            values = evaluate(operation.outputs, known, state.arrays, state.seed, state.draws)
            self._ahead.values = tuple(
                np.asarray(value, output.dtype.as_numpy_dtype)
                for output, value in zip(operation.outputs, values, strict=True)
            )
        return self._ahead.values

    def gather(self, ahead: int = 0) -> tuple[Any, ...]:
        return self.take({})

    def alike(self) -> int:
        """How many of the next elements are known to be of one size: 1, or 0 at the end."""
        try:
            self.take({})
        except OutOfRangeError:
            return 0
        except InvalidArgumentError:  # it takes something that is fed, as the run itself will find
            return 1
        return 1

    def advance(self, elements: int) -> None:
        """Passes on. What a run that failed has taken is gone, as in TensorFlow."""
        self._ahead.values = None

    def place(self, until: int | None) -> None:
        """Nothing to save: queues begin empty."""
