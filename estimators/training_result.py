"""TrainingResult: what a training came to, and why it stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, final

import numpy as np

from estimators.checkpoint.best import BestCheckpoint
from estimators.hooks.nan_tensor import NanTensorHook
from estimators.hooks.session_run_hook import SessionRunHook
from estimators.hooks.stop_at_step import StopAtStepHook
from estimators.hooks.stop_on_predicate import StopOnPredicateHook
from model_fns.errors import NanLossDuringTrainingError


@final
class StopReason(str, Enum):
    """Why a training stopped. Each is a string, too: `result.reason == "steps"`."""

    STEPS = "steps"  # it has made the steps, or come to the step, that it was asked for
    MAX_STEPS_BEFORE = "max_steps before"  # the step asked for was reached before: nothing was trained
    INPUT_ENDED = "input ended"
    EARLY_STOPPING = "early stopping"
    HOOK = "hook"  # another hook, or a thread, requested it
    NAN_LOSS = "NaN loss"
    INTERRUPTED = "interrupted"  # Ctrl-C, SIGTERM, or what else is no error
    ERROR = "error"


@final
@dataclass(frozen=True)
class TrainingResult:
    """What one call of train came to.

    Attributes:
      reason: why it stopped.
      sentence: the same in words, with names and numbers.
      steps: by how much global_step has advanced; less than 0 if the best weights, of an earlier step, were restored.
      global_step: what it is now.
      seconds: how long the call took, compiling included.
      loss: of the last step; None if there was none.
      skipped: how many steps left no trace because something in them was not finite (RunConfig's nan_policy).
      restored: the BestCheckpoint that early stopping went back to, if it did.
    """

    reason: StopReason
    sentence: str
    steps: int
    global_step: int
    seconds: float
    loss: Any = None
    skipped: int = 0
    restored: BestCheckpoint | None = None


@final
@dataclass(frozen=True)
class Ending:
    """How a training ended: the part of its result that the run loop knows."""

    reason: StopReason
    sentence: str
    loss: Any = None
    hook: SessionRunHook | None = None  # that requested it


def ending(
    stoppers: Sequence[SessionRunHook], exhausted: bool, runs: int, loss: Any, until: int | None = None
) -> Ending:
    """Of a training that ended in peace.

    Args:
      stoppers: the hooks that requested a stop.
      exhausted: whether the input has ended.
      runs: how many there were.
      until: the global step that was asked for.
    """
    if exhausted:
        before = "" if until is None else f", before step {until:,}, which was asked for"
        sentence = f"The input ended after {_counted(runs, 'batch', 'batches')}{before}."
        return Ending(StopReason.INPUT_ENDED, sentence, loss)
    if not stoppers and loss is not None and np.isnan(loss):  # which the machine code has seen, not a hook
        return Ending(StopReason.NAN_LOSS, "The loss became NaN.", loss)
    if not stoppers:
        return Ending(StopReason.HOOK, "A thread asked the coordinator for a stop.", loss)
    hook = next((one for one in stoppers if not isinstance(one, StopAtStepHook)), stoppers[0])
    told = getattr(hook, "stop_reason", None)
    if isinstance(hook, StopAtStepHook):
        sentence = f"All steps are made, in {_counted(runs, 'run', 'runs')} of the training step."
        return Ending(StopReason.STEPS, sentence, loss)
    if isinstance(hook, NanTensorHook):
        return Ending(StopReason.NAN_LOSS, "The loss became NaN.", loss)
    if isinstance(hook, StopOnPredicateHook):
        return Ending(StopReason.EARLY_STOPPING, told or "The function of an early stopping hook said so.", loss, hook)
    return Ending(StopReason.HOOK, f"{type(hook).__name__} requested a stop{f': {told}' if told else '.'}", loss, hook)


def ending_by(error: BaseException) -> Ending:
    """Of a training that `error` ended."""
    sentence = f"{type(error).__name__}: {error}" if str(error) else f"{type(error).__name__}."
    if isinstance(error, NanLossDuringTrainingError):
        return Ending(StopReason.NAN_LOSS, sentence)
    return Ending(StopReason.ERROR if isinstance(error, Exception) else StopReason.INTERRUPTED, sentence)


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
