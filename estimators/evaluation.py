"""Evaluation: metrics accumulated over the batches of an input, read once at the end."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, final

import numpy as np

from estimators import logging
from estimators.built_graph import BuiltGraph
from estimators.fetching import Fetches
from estimators.hooks.session_run_hook import SessionRunHook
from estimators.local_values import give_first_values
from estimators.run_loop import RunLoop
from estimators.session import Session
from model_fns.global_step import get_global_step
from model_fns.graph.keys import GraphKeys
from model_fns.graph.needed import needed_operations
from model_fns.graph.tensor import Tensor
from model_fns.host_program import HostProgram
from model_fns.metrics.mean import mean
from model_fns.ops.control import group
from model_fns.ops.state import VariableV2
from model_fns.variables import local_variables_initializer


@final
@dataclass(frozen=True)
class EvaluationOps:
    """What evaluation adds to a graph: one operation that updates all metrics, and the tensors of their values.

    The values include global_step.
    """

    update: Any
    values: dict[str, Any]  # tensors, or nested tuples of them
    initializer: Any

    def read(self, session: Session) -> dict[str, Any]:
        """The values, as they are now."""
        wanted, program, variables = self._reader
        values = program([session.variable(tensor.op.name) for tensor in variables])
        return dict(zip(self.values, wanted.packed([np.array(value)[()] for value in values]), strict=True))

    @cached_property
    def _reader(self) -> tuple[Fetches, HostProgram, list[Tensor]]:
        """What computes the values from those of variables."""
        wanted = Fetches(self.update.graph, list(self.values.values()))
        tensors = [item for item in wanted.elements if isinstance(item, Tensor)]  # as all values are
        needed = needed_operations(tensors)
        variables = [operation.outputs[0] for operation in needed if isinstance(operation.definition, VariableV2)]
        return wanted, HostProgram(tensors, variables, variables=variables), variables


def add_evaluation_ops(built: BuiltGraph) -> EvaluationOps:
    """Adds the mean of the loss and groups the updates. ValueError for a metric named `loss` or `global_step`."""
    metrics = dict(built.spec.eval_metric_ops or {})
    if "loss" in metrics:
        raise ValueError(
            'Metric with name "loss" is not allowed, because Estimator already defines a default metric '
            "with the same name."
        )
    if GraphKeys.GLOBAL_STEP in metrics:
        raise ValueError(
            "Metric with name `global_step` is not allowed, because Estimator already defines a default metric "
            "with the same name."
        )
    metrics["loss"] = mean(built.spec.loss)
    pairs = {name: _value_and_update(metric) for name, metric in sorted(metrics.items())}
    update = group(*(pair[1] for pair in pairs.values()), name="eval_update")
    values = {name: pair[0] for name, pair in pairs.items()}
    values[GraphKeys.GLOBAL_STEP] = get_global_step(built.graph).graph_element  # type: ignore[union-attr]
    return EvaluationOps(update, values, local_variables_initializer())


def _value_and_update(metric: Any) -> tuple[Any, Any]:
    return metric if isinstance(metric, tuple) else (metric.result(), metric.updates)


@final
class _StopAfterEvals(SessionRunHook):
    """Stops after so many evaluation steps; logs `Evaluation [k/N]`, every step of few, else ten times."""

    def __init__(self, steps: int) -> None:
        self._steps, self._done = steps, 0
        self._every = 1 if steps < 20 else steps // 10

    def begin(self) -> None:
        self._done = 0

    def before_run(self, run_context: Any) -> None:
        return None

    def after_run(self, run_context: Any, run_values: Any) -> None:
        self._done += run_context.runs
        if self._done % self._every == 0 or self._done >= self._steps:
            logging.info("Evaluation [%d/%d]", self._done, self._steps)
        if self._done >= self._steps:
            run_context.request_stop()

    def next_run(self) -> int:
        return max(1, min(self._every - self._done % self._every, self._steps - self._done))


def evaluation_hooks(built: BuiltGraph, steps: int | None, hooks: Iterable[SessionRunHook]) -> list[SessionRunHook]:
    """All hooks of an evaluation of `steps` batches (None: all there are), in TensorFlow's order."""
    stop = [] if steps is None else [_StopAfterEvals(steps)]
    return [*hooks, *stop, *built.spec.evaluation_hooks]


def evaluate(session: Session, built: BuiltGraph, hooks: Sequence[SessionRunHook]) -> dict[str, Any]:
    """The metrics over the input's batches until a hook stops, with loss and global_step."""
    ops: EvaluationOps = built.extras
    endless = [operation.name for operation, cursor in session.cursors.items() if cursor.endless]
    if endless and not hooks:  # a hook may stop it
        raise ValueError(
            f"The input {endless[0]} never ends (num_epochs=None, or repeat()): "
            "say how many batches to evaluate with steps=."
        )
    give_first_values(session, ops.initializer)
    loop = RunLoop(session, [ops.update], hooks, title="Evaluation.")
    with built.graph.as_default():  # hooks ask it for global_step
        loop.start()
        while not loop.should_stop:
            loop.advance()
            if not built.graph.sources and not hooks:  # constants: there is one batch of them
                break
        loop.end()
    result = ops.read(session)
    logging.info("Finished evaluation at %s", time.strftime("%Y-%m-%d-%H:%M:%S", time.localtime()))
    shown = ", ".join(f"{name} = {value!s}" for name, value in sorted(result.items()))
    logging.info("Saving dict for global step %d: %s", result[GraphKeys.GLOBAL_STEP], shown)
    return result
