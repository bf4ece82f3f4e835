"""train_and_evaluate: one training, evaluated after its checkpoints. TrainSpec and EvalSpec tell it how."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, final

from estimators import logging
from estimators.cluster_role import TaskType
from estimators.estimator import Estimator
from estimators.hooks.checkpoint_saver import CheckpointSaverListener
from estimators.hooks.global_step_pace import GlobalStepPace, required_global_step
from estimators.hooks.second_or_step_timer import SecondOrStepTimer
from estimators.hooks.session_run_hook import (
    SessionRunArgs,
    SessionRunContext,
    SessionRunHook,
    SessionRunValues,
    runs_of,
)
from model_fns.graph.keys import GraphKeys


class _TrainFields(NamedTuple):
    input_fn: Callable[..., Any]
    max_steps: int | None
    hooks: tuple[SessionRunHook, ...]


class TrainSpec(_TrainFields):
    """How to train.

    Args:
      input_fn: the input function of the training.
      max_steps: the global step at which it ends; None: where its input ends.
      hooks: session run hooks for the training.
    Raises TypeError or ValueError for what is none of these.
    """

    __slots__ = ()

    def __new__(
        cls,
        input_fn: Callable[..., Any],
        max_steps: int | None = None,
        hooks: Iterable[SessionRunHook] | None = None,
    ) -> TrainSpec:
        _check_input_fn(input_fn)
        if max_steps is not None and max_steps <= 0:
            raise ValueError(f"Must specify max_steps > 0, given: {max_steps}")
        return super().__new__(cls, input_fn, max_steps, _checked_hooks(hooks))


class _EvalFields(NamedTuple):
    input_fn: Callable[..., Any]
    steps: int | None
    name: str | None
    hooks: tuple[SessionRunHook, ...]
    exporters: tuple[Any, ...]
    start_delay_secs: float
    throttle_secs: float
    eval_every_steps: int | None


class EvalSpec(_EvalFields):
    """How to evaluate.

    Args:
      input_fn: the input function of each evaluation.
      steps: how many batches of it; None: all.
      name: what the evaluation is called, if there are several.
      hooks: session run hooks for each evaluation.
      exporters: an Exporter or several, called after each evaluation.
      start_delay_secs: without effect, as in TensorFlow where training and evaluation share a process.
      throttle_secs: no evaluation begins sooner than so many seconds after the one before, the last one excepted.
      eval_every_steps: evaluate whenever global_step is a multiple of it, and at the end: in memory, without a
        checkpoint, and instead of after each one. Exporters are then called once, after the last evaluation, with the
        last checkpoint. Not in TensorFlow.
    Raises TypeError or ValueError for what is none of these.
    """

    __slots__ = ()

    def __new__(
        cls,
        input_fn: Callable[..., Any],
        steps: int | None = 100,
        name: str | None = None,
        hooks: Iterable[SessionRunHook] | None = None,
        exporters: Any = None,
        start_delay_secs: float = 120,
        throttle_secs: float = 600,
        eval_every_steps: int | None = None,
    ) -> EvalSpec:
        # The order of the checks is the order in which TensorFlow finds fault.
        _check_input_fn(input_fn)
        if steps is not None and steps <= 0:
            raise ValueError(f"Must specify steps > 0, given: {steps}")
        if name is not None and not isinstance(name, str):
            raise TypeError(f"`name` must be string, given: {name}")
        hooks = _checked_hooks(hooks)
        exporters = _checked_exporters(exporters)
        if start_delay_secs < 0:
            raise ValueError(f"Must specify start_delay_secs >= 0, given: {start_delay_secs}")
        if throttle_secs < 0:
            raise ValueError(f"Must specify throttle_secs >= 0, given: {throttle_secs}")
        if eval_every_steps is not None and eval_every_steps <= 0:
            raise ValueError(f"Must specify eval_every_steps > 0, given: {eval_every_steps}")
        return super().__new__(
            cls, input_fn, steps, name, hooks, exporters, start_delay_secs, throttle_secs, eval_every_steps
        )


def train_and_evaluate(
    estimator: Estimator, train_spec: TrainSpec, eval_spec: EvalSpec
) -> tuple[dict[str, Any] | None, list[Any] | None]:
    """Trains, and evaluates after each checkpoint: how often is the RunConfig's and eval_spec.throttle_secs' to say.

    The checkpoint with which a training begins is not evaluated; the one with which it ends always is. Interrupted and
    run again, it goes on where it was. With eval_spec.eval_every_steps, no checkpoint is needed, and none is written
    for an evaluation.
    Returns (metrics of the last evaluation, results of its exporters), or (None, None) if the training had come to
    max_steps before; the metrics of the best checkpoint, if early stopping went back to it. Raises TypeError for
    arguments of another type, ValueError if the RunConfig saves no checkpoints, NotImplementedError in a cluster.
    """
    _check_type(eval_spec, EvalSpec, "eval_spec")
    _check_type(estimator, Estimator, "estimator")
    _check_type(train_spec, TrainSpec, "train_spec")
    config = estimator.config
    if config.cluster_spec or config.task_type == TaskType.EVALUATOR:
        raise NotImplementedError(
            f"train_and_evaluate runs in one process; TF_CONFIG makes this one {config.task_type!r} of a cluster. "
            "Unset TF_CONFIG: all processors of this machine are used without it."
        )
    logging.info("Running training and evaluation locally (non-distributed).")
    evaluations: _Evaluations | _InMemoryEvaluations
    if eval_spec.eval_every_steps is None:
        logging.info(
            "Start train and evaluate loop. The evaluate will happen after every checkpoint. Checkpoint frequency is "
            "determined based on RunConfig arguments: save_checkpoints_steps %s or save_checkpoints_secs %s.",
            config.save_checkpoints_steps,
            config.save_checkpoints_secs,
        )
        evaluations = _Evaluations(estimator, eval_spec, train_spec.max_steps)
        _train(estimator, train_spec, train_spec.hooks, [evaluations])
    else:
        if eval_spec.exporters and not (config.save_checkpoints_steps or config.save_checkpoints_secs):
            raise ValueError("Exporters need a checkpoint: set RunConfig's save_checkpoints_steps or _secs.")
        logging.info(
            "Start train and evaluate loop. The evaluate will happen every %s steps, in memory.",
            eval_spec.eval_every_steps,
        )
        evaluations = _InMemoryEvaluations(estimator, eval_spec, train_spec.max_steps, eval_spec.eval_every_steps)
        # Before the hooks of the user, who may want to stop because of what the evaluation gave.
        _train(estimator, train_spec, (evaluations, *train_spec.hooks), [])
    result = estimator.last_training
    if result is not None and result.restored is not None:
        best = result.restored
        return {**best.metrics, GraphKeys.GLOBAL_STEP: best.step}, evaluations.exported
    return evaluations.metrics, evaluations.exported


def _train(estimator: Estimator, spec: TrainSpec, hooks: Iterable[SessionRunHook], listeners: list[Any]) -> None:
    estimator.train(spec.input_fn, hooks=hooks, max_steps=spec.max_steps, saving_listeners=listeners)


def _export(
    estimator: Estimator, spec: EvalSpec, path: str, metrics: dict[str, Any], step: int, max_steps: int | None
) -> list[Any]:
    """Calls the exporters, each with a directory of its own below `export`."""
    is_final = max_steps is not None and step >= max_steps
    base = os.path.join(estimator.model_dir, "export")
    return [
        exporter.export(estimator, os.path.join(base, exporter.name), path, metrics, is_final)
        for exporter in spec.exporters
    ]


@final
class _InMemoryEvaluations(SessionRunHook):
    """Evaluates at each multiple of `every` that global_step reaches, and at the end, with the weights as they are.

    Attributes: as of _Evaluations.
    """

    def __init__(self, estimator: Estimator, eval_spec: EvalSpec, max_steps: int | None, every: int) -> None:
        self._estimator, self._spec, self._max_steps, self._every = estimator, eval_spec, max_steps, every
        self._pace = GlobalStepPace()
        self._evaluated: int | None = None  # the step evaluated last
        self.metrics: dict[str, Any] | None = None
        self.exported: list[Any] | None = None

    def begin(self) -> None:
        self._global_step_tensor = required_global_step("train_and_evaluate")

    def after_create_session(self, session: Any, coord: Any) -> None:
        step = int(session.run(self._global_step_tensor))
        self._pace.start(step)
        self._next = self._multiple_after(step)

    def _multiple_after(self, step: int) -> int:
        """The same steps whether or not the training was interrupted on the way."""
        return (step // self._every + 1) * self._every

    def before_run(self, run_context: SessionRunContext) -> SessionRunArgs | None:
        return SessionRunArgs(self._global_step_tensor)

    def after_run(self, run_context: SessionRunContext, run_values: SessionRunValues) -> None:
        step = int(run_values.results)
        self._pace.observe(step, runs_of(run_context))
        if step >= self._next:
            self._next = self._multiple_after(step)
            self._evaluate(run_context.session, step)

    def next_run(self) -> int | None:
        return self._pace.runs_until(self._next)

    def end(self, session: Any) -> None:
        step = int(session.run(self._global_step_tensor))
        if step != self._evaluated:
            self._evaluate(session, step)
        path = self._estimator.latest_checkpoint() if self._spec.exporters else None
        if path is not None and self.metrics is not None:
            self.exported = _export(self._estimator, self._spec, path, self.metrics, step, self._max_steps)

    def _evaluate(self, session: Any, step: int) -> None:
        spec = self._spec
        self.metrics = self._estimator.evaluate_session(session, spec.input_fn, spec.steps, spec.hooks, spec.name)
        self._evaluated = step


@final
class _Evaluations(CheckpointSaverListener):
    """Evaluates each new checkpoint but the first, unless the evaluation before was too short a time ago.

    Attributes:
      metrics, exported: what the last evaluation gave; None before there was one.
    """

    def __init__(self, estimator: Estimator, eval_spec: EvalSpec, max_steps: int | None) -> None:
        self._estimator, self._spec, self._max_steps = estimator, eval_spec, max_steps
        self._evaluated: str | None = None  # the checkpoint evaluated last
        self.metrics: dict[str, Any] | None = None
        self.exported: list[Any] | None = None

    def begin(self) -> None:
        self._timer = SecondOrStepTimer(every_secs=self._spec.throttle_secs)
        self._is_first_save = True
        self._could_not_save = False

    def before_save(self, session: Any, global_step_value: int) -> None:
        self._could_not_save = True  # until it could

    def after_save(self, session: Any, global_step_value: int) -> None:
        self._could_not_save = False
        if self._is_first_save:  # nothing was learnt since the training began
            self._is_first_save = False
        elif self._timer.should_trigger_for_step(global_step_value):
            self._evaluate(global_step_value)
        else:
            logging.info("Skip the current checkpoint eval due to throttle secs (%s secs).", self._spec.throttle_secs)

    def end(self, session: Any, global_step_value: int) -> None:
        if self._could_not_save:  # TensorFlow's training ends there; ours has gone on, and what it learnt is in memory
            logging.warning("There is no checkpoint of step %d: what is in memory is evaluated.", global_step_value)
            spec = self._spec
            self.metrics = self._estimator.evaluate_session(session, spec.input_fn, spec.steps, spec.hooks, spec.name)
        elif global_step_value != self._timer.last_triggered_step():
            self._evaluate(global_step_value)

    def _evaluate(self, step: int) -> None:
        self._timer.update_last_triggered_step(step)
        path = self._estimator.latest_checkpoint()
        if path is None or path == self._evaluated:
            status = "missing checkpoint" if path is None else "no new checkpoint"
            raise RuntimeError(f"There was no new checkpoint after the training. Eval status: {status}")
        spec = self._spec
        # By its path: the weights in memory are the training's, which goes on.
        self.metrics = self._estimator.evaluate(
            spec.input_fn, steps=spec.steps, hooks=spec.hooks, checkpoint_path=path, name=spec.name
        )
        self._evaluated = path
        self.exported = _export(self._estimator, spec, path, self.metrics, step, self._max_steps)


def _check_input_fn(input_fn: Any) -> None:
    if not callable(input_fn):
        raise TypeError(f"`input_fn` must be callable, given: {input_fn}")


def _checked_hooks(hooks: Any) -> tuple[SessionRunHook, ...]:
    hooks = tuple(hooks or ())
    for hook in hooks:
        if not isinstance(hook, SessionRunHook):
            raise TypeError(f"All hooks must be `SessionRunHook` instances, given: {hook}")
    return hooks


def _checked_exporters(exporters: Any) -> tuple[Any, ...]:
    """One exporter, several, or none, after TensorFlow's checks."""
    if not exporters:
        return ()
    several = [exporters] if _is_exporter(exporters) else exporters
    if not isinstance(several, Iterable) or not all(map(_is_exporter, several := list(several))):
        raise TypeError(f"`exporters` must be an Exporter, an iterable of Exporter, or `None`, found {exporters}.")
    names = [exporter.name for exporter in several]
    for name in names:
        if not name:
            raise ValueError(
                f"An Exporter cannot have a name that is `None` or empty. All exporter names: {names}",
            )
        if not isinstance(name, str):
            raise ValueError(f"An Exporter must have a string name. Given: {type(name)}")
    if len(set(names)) < len(names):
        raise ValueError(
            f"`exporters` must have unique names. Such a name cannot be `None`. All exporter names: {names}"
        )
    return tuple(several)


def _is_exporter(value: Any) -> bool:
    return hasattr(value, "name") and callable(getattr(value, "export", None))


def _check_type(value: Any, wanted: type, argument: str) -> None:
    if not isinstance(value, wanted):
        raise TypeError(f"`{argument}` must have type `tf.estimator.{wanted.__name__}`. Got: {type(value)}")
