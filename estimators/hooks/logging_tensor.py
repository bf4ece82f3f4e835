"""LoggingTensorHook: prints tensors every N runs, every N seconds, or at the end."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Any

import numpy as np

from estimators import logging
from estimators.hooks.second_or_step_timer import HookTimer, NeverTriggerTimer, SecondOrStepTimer
from estimators.hooks.session_run_hook import (
    Noted,
    Noting,
    SessionRunArgs,
    SessionRunContext,
    SessionRunHook,
    SessionRunValues,
    runs_of,
)
from model_fns.graph.graph import get_default_graph


class LoggingTensorHook(SessionRunHook):
    """Logs values at level INFO: `loss = 1.715927, step = 101 (0.091 sec)`, the seconds since the line before.

    Args:
      tensors: dict from tag to tensor (or its name, with or without `:0`), logged in the order of the tags; or an
        iterable of them, logged in its order.
      every_n_iter: log at the first run and at every N-th after it.
      every_n_secs: log at the first run and then every N seconds.
      at_end: log at the end, too; alone, log only there.
      formatter: function from the dict of values to the line.
    Raises ValueError unless exactly one of every_n_iter and every_n_secs, or only at_end is given. A name the graph
    does not have raises KeyError in `begin`.
    """

    def __init__(
        self,
        tensors: Any,
        every_n_iter: int | None = None,
        every_n_secs: float | None = None,
        at_end: bool = False,
        formatter: Callable[[Any], str] | None = None,
    ) -> None:
        only_log_at_end = at_end and every_n_iter is None and every_n_secs is None
        if not only_log_at_end and (every_n_iter is None) == (every_n_secs is None):
            raise ValueError("either at_end and/or exactly one of every_n_iter and every_n_secs must be provided.")
        if every_n_iter is not None and every_n_iter <= 0:
            raise ValueError(f"invalid every_n_iter={every_n_iter}.")
        tagged = tensors if isinstance(tensors, dict) else {item: item for item in tensors}
        self._tag_order = sorted(tagged) if isinstance(tensors, dict) else list(tagged)
        self._tensors = tagged
        self._formatter = formatter
        self._timer: HookTimer = (
            NeverTriggerTimer()
            if only_log_at_end
            else SecondOrStepTimer(every_secs=every_n_secs, every_steps=every_n_iter)
        )
        self._log_at_end = at_end
        self._iter_count = 0

    def begin(self) -> None:
        self._timer.reset()
        self._iter_count = 0
        self._current_tensors = {tag: _graph_element(tensor) for tag, tensor in self._tensors.items()}

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs | None:
        self._should_trigger = self._timer.should_trigger_for_step(self._iter_count + runs_of(run_context) - 1)
        return SessionRunArgs(self._current_tensors) if self._should_trigger else None

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        self._iter_count += runs_of(run_context) - 1
        if self._should_trigger:
            self._log_tensors(run_values.results)
        self._iter_count += 1

    def next_run(self) -> int | None:
        if isinstance(self._timer, NeverTriggerTimer):
            return None
        step = self._timer.next_triggered_step()
        return 0 if step is None else max(1, step - self._iter_count + 1)

    def noting(self) -> Noting | None:
        every = self._timer.every_steps if isinstance(self._timer, SecondOrStepTimer) else None
        if type(self) is not LoggingTensorHook or every is None or self._formatter is not None:
            return None
        return Noting(every, tuple(self._current_tensors.values()))

    def after_noted(self, noted: Noted) -> list[tuple[int, str]]:
        assert isinstance(self._timer, SecondOrStepTimer)
        first, lines = self._iter_count - 1, []
        shown = logging.shows(logging.INFO)
        columns = {tag: noted.values[tensor] for tag, tensor in self._current_tensors.items()}
        for place, (run, at) in enumerate(zip(noted.runs.tolist(), noted.times.tolist(), strict=True)):
            seconds, _ = self._timer.triggered(first + run, at)
            if shown:
                lines.append((place, self._line({tag: column[place] for tag, column in columns.items()}, seconds)))
        self._iter_count = first + run + 1
        return lines

    def end(self, session: Any) -> None:
        if self._log_at_end:
            self._log_tensors(session.run(self._current_tensors))

    def _log_tensors(self, tensor_values: Any) -> None:
        elapsed_secs, _ = self._timer.update_last_triggered_step(self._iter_count)
        if self._formatter:
            with np.printoptions(suppress=True):
                logging.info(self._formatter(tensor_values))
        else:
            logging.info("%s", self._line(tensor_values, elapsed_secs))

    def _line(self, values: Any, elapsed_secs: float | None) -> str:
        with np.printoptions(suppress=True):
            # !s: formatted without it, a float32 shows the digits of a float64.
            stats = ", ".join(f"{tag!s} = {values[tag]!s}" for tag in self._tag_order)
        return stats if elapsed_secs is None else f"{stats} ({elapsed_secs:.3f} sec)"


def _graph_element(obj: Any) -> Any:
    """The tensor that `obj` is or names, in the default graph."""
    graph = get_default_graph()
    if not isinstance(obj, str):
        if getattr(obj, "graph", None) is not graph:
            raise ValueError(f"Passed {obj} should have graph attribute that is equal to current graph {graph}.")
        return obj
    try:
        element = graph.as_graph_element(obj if ":" in obj else f"{obj}:0")
    except KeyError as error:
        raise KeyError(error.args[0] + _similar_names(obj)) from None
    if ":" not in obj and len(element.op.outputs) > 1:
        raise ValueError(f"Name {obj} is ambiguous, as this `Operation` has multiple outputs (at least 2).")
    return element


def _similar_names(name: str) -> str:
    names = [operation.name for operation in get_default_graph().get_operations() if operation.outputs]
    similar = difflib.get_close_matches(name.partition(":")[0], names)
    return f" Did you mean {' or '.join(map(repr, similar))}?" if similar else ""
