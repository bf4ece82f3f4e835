"""InMemoryEvaluatorHook: evaluates within a training, with the weights as they are, without checkpoints."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from estimators.hooks.second_or_step_timer import SecondOrStepTimer
from estimators.hooks.session_run_hook import (
    SessionRunContext,
    SessionRunHook,
    SessionRunValues,
    runs_of,
)


class InMemoryEvaluatorHook(SessionRunHook):
    """Evaluates after the first step, every `every_n_iter` steps after it, and at the end.

    Args:
      estimator: the Estimator that trains.
      input_fn, steps, hooks, name: as of Estimator.evaluate.
    The results are logged and written as summaries. Raises ValueError unless every_n_iter is positive.
    """

    def __init__(
        self,
        estimator: Any,
        input_fn: Callable[..., Any],
        steps: int | None = None,
        hooks: Iterable[SessionRunHook] | None = None,
        name: str | None = None,
        every_n_iter: int = 100,
    ) -> None:
        if every_n_iter is None or every_n_iter <= 0:
            raise ValueError(f"invalid every_n_iter={every_n_iter}.")
        self._estimator, self._input_fn, self._steps, self._name = estimator, input_fn, steps, name
        self._hooks = list(hooks or [])
        self._timer = SecondOrStepTimer(every_steps=every_n_iter)

    def begin(self) -> None:
        self._timer.reset()
        self._iter_count = 0

    def before_run(self, run_context: SessionRunContext) -> None:
        return None

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        self._iter_count += runs_of(run_context)
        if self._timer.should_trigger_for_step(self._iter_count):
            self._evaluate(run_context.session)

    def next_run(self) -> int | None:
        due = self._timer.next_triggered_step()
        return 1 if due is None else max(1, due - self._iter_count)

    def end(self, session: Any) -> None:
        self._evaluate(session)

    def _evaluate(self, session: Any) -> None:
        self._timer.update_last_triggered_step(self._iter_count)
        self._estimator.evaluate_session(session, self._input_fn, self._steps, self._hooks, self._name)
