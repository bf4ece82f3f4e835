"""Training: TensorFlow 1's set of hooks around the run loop, in its order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from estimators import logging
from estimators.built_graph import BuiltGraph, Sources
from estimators.checkpoint.saver import Saver
from estimators.hooks.checkpoint_saver import CheckpointSaverHook, CheckpointSaverListener
from estimators.hooks.logging_tensor import LoggingTensorHook
from estimators.hooks.nan_tensor import NanTensorHook
from estimators.hooks.session_run_hook import SessionRunHook
from estimators.hooks.step_counter import StepCounterHook
from estimators.hooks.stop_at_step import StopAtStepHook
from estimators.hooks.summary_saver import SummarySaverHook
from estimators.input_cursor import is_arrays, taken_up
from estimators.interrupts import Interrupts
from estimators.nan_search import log_first_nonfinite
from estimators.run_config import RunConfig
from estimators.run_loop import RunLoop
from estimators.session import Session
from model_fns.errors import NanLossDuringTrainingError
from model_fns.global_step import get_global_step
from model_fns.graph.keys import GraphKeys

_NO_SAVER = (
    "There should be a CheckpointSaverHook to use saving_listeners. Please set one of the "
    "RunConfig.save_checkpoints_steps or RunConfig.save_checkpoints_secs."
)


def checked_hooks(hooks: Any) -> list[SessionRunHook]:
    """The hooks as a list. TypeError for anything that is none."""
    hooks = list(hooks or [])
    for hook in hooks:
        if not isinstance(hook, SessionRunHook):
            raise TypeError(f"Hooks must be a SessionRunHook, given: {hook}")
    return hooks


def checked_listeners(listeners: Any) -> list[CheckpointSaverListener]:
    """The listeners as a list. TypeError for anything that is none."""
    listeners = list(listeners or [])
    for listener in listeners:
        if not isinstance(listener, CheckpointSaverListener):
            raise TypeError(f"saving_listeners must be a list of CheckpointSaverListener, given: {listener}")
    return listeners


def add_saver(built: BuiltGraph, config: RunConfig) -> None:
    """Adds a Saver of the kind the configuration asks for, unless the model brings one."""
    if not (built.scaffold.saver or built.graph.get_collection(GraphKeys.SAVERS)):
        saver = Saver(
            sharded=True,
            max_to_keep=config.keep_checkpoint_max,
            keep_checkpoint_every_n_hours=config.keep_checkpoint_every_n_hours,
            defer_build=True,
            save_relative_paths=True,
        )
        built.graph.add_to_collection(GraphKeys.SAVERS, saver)


def training_hooks(
    built: BuiltGraph,
    config: RunConfig,
    user_hooks: Sequence[SessionRunHook],
    stop_hook: StopAtStepHook | None,
    listeners: Sequence[CheckpointSaverListener],
) -> list[SessionRunHook]:
    """All hooks of a training in the order TensorFlow calls them."""
    spec = built.spec
    given = [*user_hooks, *spec.training_hooks, *spec.training_chief_hooks]
    savers = [hook for hook in given if isinstance(hook, CheckpointSaverHook)]
    first: list[SessionRunHook] = []
    if not savers and (config.save_checkpoints_secs or config.save_checkpoints_steps):
        saver_hook = CheckpointSaverHook(
            config.model_dir,
            save_secs=config.save_checkpoints_secs,
            save_steps=config.save_checkpoints_steps,
            scaffold=built.scaffold,
        )
        first, savers = [saver_hook], [saver_hook]
    if listeners:
        if not savers:
            raise ValueError(_NO_SAVER)
        savers[0].add_listeners(listeners)
    hooks = [*first, *spec.training_chief_hooks]
    if config.log_step_count_steps:
        hooks.append(StepCounterHook(every_n_steps=config.log_step_count_steps, output_dir=config.model_dir))
    if config.save_summary_steps:
        steps = config.save_summary_steps
        hooks.append(SummarySaverHook(save_steps=steps, output_dir=config.model_dir, scaffold=built.scaffold))
    hooks += user_hooks
    if stop_hook is not None:
        hooks.append(stop_hook)
    hooks.append(NanTensorHook(spec.loss))
    if config.log_step_count_steps:
        step = get_global_step(built.graph)
        hooks.append(LoggingTensorHook({"loss": spec.loss, "step": step}, every_n_iter=config.log_step_count_steps))
    return [*hooks, *spec.training_hooks]


def train(
    session: Session, built: BuiltGraph, hooks: Iterable[SessionRunHook], until: int | None, sources: Sources
) -> Any:
    """Runs the train op until a hook stops it or the input ends; the last loss, None if no step was run."""
    hooks, spec = list(hooks), built.spec
    session.until = until
    step = int(session.state.arrays["global_step"])
    for operation, source in sources.items():
        place = session.state.resume["input"]
        taken = taken_up(source, session.state.seed, place, step, session.state.draws) if is_arrays(source) else None
        session.read(operation, source, taken)
    session.start_iterators([built.scaffold.local_init_op])
    loop = RunLoop(session, [spec.train_op, spec.loss], hooks, watched=_watchable(spec.loss), title="Training.")
    loss: Any = None
    with Interrupts() as interrupts:
        loop.start()
        while not loop.should_stop:
            try:
                values = loop.advance()
            except NanLossDuringTrainingError:
                for directory in _checkpoint_dirs(hooks):
                    log_first_nonfinite(loop, built, sources, directory)
                raise
            if values is not None:
                loss = values[1]
            if interrupts.pending is not None:
                _save_now(session, hooks)
                interrupts.reraise()
        loop.end()
        interrupts.reraise()  # what came while the hooks were ending: an evaluation may take its time
    if loop.runs == 0:
        logging.warning("Training with estimator made no steps. Perhaps input is empty or misspecified.")
    return loss


def _checkpoint_dirs(hooks: Iterable[SessionRunHook]) -> list[str]:
    """Where the training saves: one directory, or none."""
    return [hook.checkpoint_dir for hook in hooks if isinstance(hook, CheckpointSaverHook)][:1]


def _watchable(loss: Any) -> Any:
    """The loss, if it is a single number whose NaN the machine code can look for."""
    return loss if loss.dtype.is_floating and loss.dims == () else None


def _save_now(session: Session, hooks: Iterable[SessionRunHook]) -> None:
    """Before an interrupted training leaves, what it has come to is saved."""
    for hook in hooks:
        if isinstance(hook, CheckpointSaverHook):
            hook.save_early(session)
            return


def final_step(step: int, steps: int | None, max_steps: int | None) -> int | None:
    """The global step at which a training that begins at `step` ends; None if only its input or a hook ends it."""
    return max_steps if max_steps is not None else None if steps is None else step + steps
