"""train: trains, evaluates, and shows some predictions."""

from __future__ import annotations

import math
import time
from typing import Any

from estimators.command.evaluation import closing_lines, evaluated
from estimators.command.input_facts import InputFacts
from estimators.command.job import Job
from estimators.command.prediction import show_predictions
from estimators.command.user_module import CommandError
from estimators.hooks.logging_tensor import LoggingTensorHook
from estimators.hooks.progress_bar import ProgressBarHook
from estimators.hooks.session_run_hook import SessionRunHook
from model_fns.mode_keys import ModeKeys

_SHOWN = 10


def train(job: Job) -> None:
    """Trains as far as the options say, then evaluates and predicts, if the module has the input functions for it."""
    facts = job.input_facts("train_input_fn", ModeKeys.TRAIN)
    job.check_model_dir()
    start = job.reached_step()
    target = _target(job, facts, start or 0)
    print(_plan(job, facts, target), flush=True)
    if start is not None:
        print(_resumption(job, start, target), flush=True)
    if target is None or target > (start or 0):
        _train(job, start or 0, target)
    if job.module.has("eval_input_fn"):
        facts, metrics = evaluated(job)
    if job.module.has("predict_input_fn"):
        show_predictions(job, _SHOWN)
    if job.module.has("eval_input_fn"):
        print("\n".join(closing_lines(facts, metrics)))
    print(f"The model is in {job.model_dir}, at step {job.reached_step()}.")


def _train(job: Job, start: int, target: int | None) -> None:
    bar = ProgressBarHook(target)
    hooks: list[SessionRunHook] = [bar]
    if job.module.tensors_to_log:
        hooks.append(LoggingTensorHook(job.module.tensors_to_log, every_n_iter=job.options.log_every))
    began = time.perf_counter()
    try:
        job.estimator.train(job.input_fn("train_input_fn"), hooks, max_steps=target)
    finally:
        bar.close()
    seconds = time.perf_counter() - began
    steps = (job.reached_step() or 0) - start
    print(f"Trained {steps:,} steps in {seconds:.1f} seconds, compiling included.", flush=True)


def _target(job: Job, facts: InputFacts, start: int) -> int | None:
    """The global step to train to; None for as far as the input goes.

    Without an option that says otherwise, the module's own length of training is run to its end, or, if the model
    stands there already, run once more. So an interrupted command, given again, ends where it would have ended.
    """
    options, params = job.options, job.params
    if options.max_steps is not None:
        return int(options.max_steps)
    if options.steps is not None:
        return start + int(options.steps)
    if options.epochs is not None:
        return start + _steps_of(options.epochs, facts, job)
    if params.get("steps"):
        length = int(params["steps"])
    elif params.get("epochs") and facts.rows is not None:
        length = _steps_of(params["epochs"], facts, job)
    else:
        return None
    return (start // length + 1) * length


def _steps_of(epochs: float, facts: InputFacts, job: Job) -> int:
    if facts.rows is None or facts.batch_size is None:
        raise CommandError(f"The train_input_fn of {job.module.name} does not tell how long it is: use --steps.")
    return math.ceil(epochs * facts.rows / facts.batch_size)


def _plan(job: Job, facts: InputFacts, target: int | None) -> str:
    sizes = "" if facts.rows is None else f", {facts.rows:,} examples in batches of {facts.batch_size}"
    length = "until the input ends (Ctrl-C saves)" if target is None else f"to step {target:,}{_passes(facts, target)}"
    return (
        f"Training {job.module.name} on {job.data(ModeKeys.TRAIN)}{sizes}, {length}, seed {job.options.seed}, "
        f"in {job.model_dir}."
    )


def _passes(facts: InputFacts, target: int) -> str:
    if facts.rows is None or facts.batch_size is None:
        return ""
    epochs: Any = round(target * facts.batch_size / facts.rows, 1)
    return f" ({epochs:g} epoch{'' if epochs == 1 else 's'})"


def _resumption(job: Job, start: int, target: int | None) -> str:
    if target is None:
        return f"Resuming at step {start:,}."
    if target <= start:
        return f"{job.model_dir} has reached step {start:,} already: nothing to train."
    return f"Resuming at step {start:,}: {target - start:,} more steps."
