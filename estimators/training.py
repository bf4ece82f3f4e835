"""Training: TensorFlow 1's set of hooks around the run loop, in its order."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

from estimators import logging
from estimators.built_graph import BuiltGraph, Sources
from estimators.checkpoint.best import BestCheckpoint
from estimators.checkpoint.saver import Saver
from estimators.guarded_session import GuardedSession, NonFiniteRun
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
from estimators.state import State
from estimators.training_result import Ending, StopReason, TrainingResult, ending
from model_fns.errors import NanLossDuringTrainingError
from model_fns.global_step import get_global_step
from model_fns.graph.keys import GraphKeys
from model_fns.ops.arithmetic import subtract

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
    if config.nan_policy == "raise":
        hooks.append(NanTensorHook(spec.loss))
    if config.log_step_count_steps:
        step = get_global_step(built.graph)
        hooks.append(LoggingTensorHook({"loss": spec.loss, "step": step}, every_n_iter=config.log_step_count_steps))
    return [*hooks, *spec.training_hooks]


def guarded_loss(loss: Any) -> Any:
    """A number that is NaN if the loss is not finite, also if it is infinite: machine code looks for NaN."""
    return subtract(loss, loss, name="loss_is_finite") if _watchable(loss) is not None else None


def training_session(built: BuiltGraph, config: RunConfig, state: State) -> Session:
    """A session of the kind that the configuration's nan_policy asks for."""
    if config.nan_policy == "raise":
        return Session(graph=built.graph, config=config.session_config, state=state)
    return GuardedSession(built.graph, config.session_config, state, skips=config.nan_policy == "skip")


def train(
    session: Session, built: BuiltGraph, hooks: Iterable[SessionRunHook], until: int | None, sources: Sources
) -> Ending:
    """Runs the train op until a hook stops it or the input ends."""
    hooks, spec = list(hooks), built.spec
    session.until = until
    if isinstance(session, GuardedSession):
        session.begin()
    step = int(session.state.arrays["global_step"])
    for operation, source in sources.items():
        place = session.state.resume["input"]
        taken = taken_up(source, session.state.seed, place, step, session.state.draws) if is_arrays(source) else None
        session.read(operation, source, taken)
    session.start_iterators([built.scaffold.local_init_op])
    watched = _watchable(spec.loss) if built.guard is None else built.guard
    loop = RunLoop(session, [spec.train_op, spec.loss], hooks, watched=watched, title="Training.")
    loss: Any = None
    failure: Ending | None = None
    with Interrupts() as interrupts:
        loop.start()
        while not loop.should_stop:
            try:
                values = loop.advance()
            except NanLossDuringTrainingError:
                for directory in () if isinstance(session, GuardedSession) else _checkpoint_dirs(hooks):
                    log_first_nonfinite(loop, built, sources, directory)
                raise
            except NonFiniteRun as error:  # nan_policy "stop": the variables are as before that run
                logging.warning("Model diverged with loss = NaN.")
                loss = error.values[1] if error.values else loss
                failure = Ending(StopReason.NAN_LOSS, str(error), loss)
                break
            if values is not None:
                loss = values[1]
            if interrupts.pending is not None:
                _save_now(session, hooks)
                interrupts.reraise()
        loop.end()
        interrupts.reraise()  # what came while the hooks were ending: an evaluation may take its time
    if loop.runs == 0:
        logging.warning("Training with estimator made no steps. Perhaps input is empty or misspecified.")
    return failure or ending(loop.stopped_by, loop.exhausted, loop.runs, loss, until)


def result_of(
    ended: Ending, session: Session, start: int, began: float, restored: BestCheckpoint | None = None
) -> TrainingResult:
    """What a training that began at step `start` and time.perf_counter() `began` came to."""
    step = int(session.state.arrays[GraphKeys.GLOBAL_STEP])
    skipped = session.skipped if isinstance(session, GuardedSession) else 0
    seconds = time.perf_counter() - began
    logging.debug("The training stopped at step %d: %s", step, ended.sentence)
    return TrainingResult(ended.reason, ended.sentence, step - start, step, seconds, ended.loss, skipped, restored)


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
